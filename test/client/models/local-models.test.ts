/** Pull, load and unload: the pickers, the progress and the result. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { localModelActions } from '../../../client/models/local-models.ts';
import type { EnsureResult, ModelSuggestion } from '../../../shared/local-models.ts';
import type { ProviderStatus } from '../../../shared/status.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { type FakeAnswers, fakeServerProcess } from '../fake-server.ts';
import { sampleProvider, sampleStatus } from '../samples.ts';

type Ensure = NonNullable<FakeAnswers['ensureModel']>;
const ollama = sampleProvider({ name: 'ollama', label: 'Ollama', kind: 'ollama', local: [], models: [] });
const gemma: ModelSuggestion = {
  label: 'Gemma 3 1 B',
  uses: ['general', 'simple'],
  names: { ollama: 'gemma3:1b' },
  sizeBytes: 0.8e9,
  memoryBytes: 1.3e9,
};
const loaded: EnsureResult = { model: 'ollama/gemma3:1b', outcome: 'pulled', loadMs: 2_100 };

let providers: readonly ProviderStatus[];
let ensure: Ensure;
let wanted: string[];
let unloaded: string[];

const server = fakeServerProcess({
  status: async () => sampleStatus({ providers }),
  suggestModels: async () => [gemma],
  ensureModel: (params, ...rest) => {
    wanted.push(params.model);
    return ensure(params, ...rest);
  },
  unloadModel: async ({ model }) => {
    unloaded.push(model);
    if (model.endsWith('/gone'))
      throw { data: { kind: 'model-not-found', message: 'Ollama has no model “gone”.' } };
    return null;
  },
});
const actions = () => localModelActions(server);
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  fakeEditor.reset();
  [providers, wanted, unloaded] = [[sampleProvider(), ollama], [], []];
  ensure = async () => loaded;
});

test('with one engine only the model is chosen; suggestions fit the machine and its engine', async () => {
  fakeEditor.inputs.push('');
  await actions().pull();
  assert.deepEqual(fakeEditor.quickPicks, [
    { title: 'Rumbo: pull which model with Ollama?', labels: ['$(cloud-download) Gemma 3 1 B'] },
  ]);
  assert.deepEqual(wanted, ['ollama/gemma3:1b']);
  assert.equal(fakeEditor.messages[0]?.text, 'ollama/gemma3:1b was downloaded and loaded in 2.1 s.');
});

test('any other name can be typed; surrounding spaces are ignored, inner ones rejected', async () => {
  fakeEditor.inputs.push('  qwen2.5-coder:7b ');
  await actions().pull('ollama');
  assert.deepEqual(wanted, ['ollama/qwen2.5-coder:7b']);
  fakeEditor.inputs.push('two words');
  await actions().pull('ollama');
  assert.equal(wanted.length, 1);
  assert.match(fakeEditor.quickPicks.at(-1)?.labels[0] ?? '', /no spaces/);
});

test('with several engines the user chooses one', async () => {
  providers = [
    sampleProvider({ name: 'lm-studio', label: 'LM Studio', kind: 'lm-studio', local: [] }),
    ollama,
  ];
  fakeEditor.inputs.push('some/model');
  await actions().pull();
  // The stub picks the first of a list.
  assert.deepEqual(wanted, ['lm-studio/some/model']);
});

test('without an engine that can pull, a message offers discovery', async () => {
  providers = [sampleProvider(), { ...ollama, state: 'unreachable' }];
  fakeEditor.buttonToPress = 'Discover Local Endpoints';
  await actions().pull();
  await settled();
  assert.match(fakeEditor.messages[0]?.text ?? '', /^No running engine can download models\./);
  assert.equal(fakeEditor.executed.at(-1)?.id, 'rumbo.discover');
  assert.deepEqual(wanted, []);
});

test('the notification shows bytes, rate and time left, and its bar never moves back', async () => {
  ensure = async (_params, _token, onProgress) => {
    onProgress({ stage: 'checking' });
    onProgress({ stage: 'downloading', completedBytes: 0.2e9, totalBytes: 0.8e9 });
    const rate = { bytesPerSecond: 12e6, secondsLeft: 34 };
    onProgress({ stage: 'downloading', completedBytes: 0.4e9, totalBytes: 0.8e9, ...rate });
    onProgress({ stage: 'downloading', completedBytes: 0.41e9, totalBytes: 1e9, ...rate });
    onProgress({ stage: 'verifying' });
    onProgress({ stage: 'loading', fraction: 0.1 });
    return loaded;
  };
  fakeEditor.inputs.push('');
  await actions().pull();
  assert.equal(fakeEditor.progress[0]?.title, 'Rumbo: pulling gemma3:1b with Ollama');
  assert.deepEqual(fakeEditor.progressMessages, [
    'checking',
    '200 MB of 800 MB',
    '400 MB of 800 MB · 12 MB/s · 34 s left',
    '410 MB of 1 GB · 12 MB/s · 34 s left',
    'verifying',
    'loading into memory · 10 %',
  ]);
  assert.equal(fakeEditor.progress[0]?.percent, 50);
});

/** Waits until it is cancelled, as the server does. */
const untilCancelled =
  (message: string, action?: string): Ensure =>
  (_params, token, onProgress) =>
    new Promise((_, reject) => {
      onProgress({ stage: 'downloading', completedBytes: 1e6 });
      token?.onCancellationRequested(() =>
        reject({ code: -32800, data: { kind: 'cancelled', message, ...(action ? { action } : {}) } }),
      );
    });

test('cancelling the notification cancels the request, without an error', async () => {
  ensure = untilCancelled('The request was cancelled.');
  fakeEditor.inputs.push('');
  const pulled = actions().pull();
  await settled();
  fakeEditor.progress[0]?.cancel();
  await pulled;
  assert.deepEqual(fakeEditor.messages, []);
});

test('a download that the engine continues after a cancel is reported', async () => {
  const stop = 'Stop the download in LM Studio if you do not want it.';
  ensure = untilCancelled('Rumbo waits no longer; LM Studio continues the download.', stop);
  fakeEditor.inputs.push('');
  const pulled = actions().pull();
  await settled();
  fakeEditor.progress[0]?.cancel();
  await pulled;
  assert.equal(
    fakeEditor.messages[0]?.text,
    `Rumbo waits no longer; LM Studio continues the download. ${stop}`,
  );
});

test('a download can be stopped from the tree too, and does not start twice', async () => {
  ensure = untilCancelled('The request was cancelled.');
  const both = actions();
  const loads = both.load('ollama/a');
  await settled();
  await both.load('ollama/a');
  assert.equal(wanted.length, 1);
  assert.match(fakeEditor.messages[0]?.text ?? '', /already being downloaded or loaded/);
  both.stop('ollama/a');
  await loads;
  both.stop('ollama/a');
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /by another program/);
});

test('an unknown name leads back to the list; a temporary failure can be retried', async () => {
  ensure = () =>
    Promise.reject({ data: { kind: 'model-not-found', message: 'Ollama’s registry has no “x”.' } });
  fakeEditor.inputs.push('x');
  await actions().pull();
  assert.deepEqual(fakeEditor.messages[0]?.buttons, ['Choose Another']);
  ensure = () => Promise.reject({ data: { kind: 'interrupted', message: 'The download broke off.' } });
  fakeEditor.inputs.push('x');
  await actions().pull();
  assert.deepEqual(fakeEditor.messages[1]?.buttons, ['Try Again']);
});

test('a model name cannot become a link', async () => {
  fakeEditor.inputs.push('[x](command:evil)');
  await actions().pull();
  assert.doesNotMatch(fakeEditor.progress[0]?.title ?? '', /\]\(/);
});

test('a model is unloaded, and a failure is shown once', async () => {
  await actions().unload('ollama/gemma3:1b');
  assert.deepEqual(unloaded, ['ollama/gemma3:1b']);
  assert.equal(fakeEditor.messages.length, 0);
  await actions().unload('ollama/gone');
  assert.equal(fakeEditor.messages[0]?.text, 'Ollama has no model “gone”.');
});
