/** Plan and Code from the prompt to what the user sees, with a fake server. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { CancellationToken } from 'vscode';
import { activeRequests } from '../../client/answers/active-requests.ts';
import { askForCode } from '../../client/answers/code.ts';
import { showRouteExplanation } from '../../client/answers/explain.ts';
import { askForPlan } from '../../client/answers/plan.ts';
import { promptBox } from '../../client/answers/prompt-box.ts';
import { receiptHistory } from '../../client/answers/receipt-history.ts';
import { askStrongerModel } from '../../client/answers/stronger-model.ts';
import { virtualDocuments } from '../../client/answers/virtual-documents.ts';
import { createProposals } from '../../client/edits/review.ts';
import type { AskParams } from '../../shared/ask.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { fakeEditor, Range, Uri, window } from '../support/vscode-stub.ts';
import { fakeServerProcess } from './fake-server.ts';
import { sampleReceipt } from './samples.ts';

type Ask = (
  params: AskParams,
  onPart: (part: AskPart) => void,
  token: CancellationToken,
) => Promise<AskResult>;
const file = new Uri('file', '/w/list.ts');
let ask: Ask = () => assert.fail('no request was expected');
let documents: ReturnType<typeof virtualDocuments>;

function makeDeps() {
  documents = virtualDocuments();
  return {
    server: fakeServerProcess({
      ask: (params, token, onPart) => ask(params, onPart, token ?? assert.fail('no token')),
      explain: () => Promise.reject(rateLimited),
    }),
    prompts: promptBox(),
    documents,
    activeRequests: activeRequests(),
    receipts: receiptHistory(),
    proposals: createProposals(documents),
  };
}
let deps: ReturnType<typeof makeDeps>;
const rateLimited = { data: { kind: 'rate-limited', message: 'The limit is used up.', action: 'Wait.' } };

beforeEach(() => {
  fakeEditor.reset();
  deps = makeDeps();
});
afterEach(() => documents.dispose());

const shown = () => fakeEditor.text(uriOf(fakeEditor.shownDocuments.at(-1) ?? ''));
function uriOf(address: string): Uri {
  const [, scheme = '', path = ''] = /^([\w-]+):(.*)$/.exec(address) ?? [];
  return new Uri(scheme, decodeURI(path));
}
function openFile(text: string, selection = new Range(0, 0, 0, 0)): void {
  fakeEditor.files.set(file.toString(), { text, languageId: 'typescript' });
  const document = { uri: file, languageId: 'typescript', getText: () => fakeEditor.text(file) };
  window.activeTextEditor = { document, selection };
}
const typed = (...texts: (string | undefined)[]) => fakeEditor.inputs.push(...texts);
const fileText = () => fakeEditor.files.get(file.toString())?.text;
const answerWith =
  (text: string, more: Partial<AskResult['receipt']> = {}): Ask =>
  async ({ file: about }, onPart) => {
    const range = about?.selection;
    const written = { text, languageId: 'typescript', ...(range ? { range } : {}) };
    onPart({ type: 'start', model: 'lab/small', cached: false });
    onPart({ type: 'text-delta', text });
    onPart({ type: 'code', code: written });
    return { text, code: written, receipt: sampleReceipt(more) };
  };
const proposal = () => uriOf(String(fakeEditor.executed.find(({ id }) => id === 'vscode.diff')?.args[1]));
/** Asks for code, and waits until its proposal is shown. */
async function ready(): Promise<void> {
  await askForCode(deps);
  await new Promise((resolve) => setImmediate(resolve));
}

test('a plan ends with its receipt, and the prompt is not offered again', async () => {
  ask = answerWith('1. Look');
  typed('add retries');
  await askForPlan(deps);
  assert.match(shown(), /> add retries[\s\S]*1\. Look[\s\S]*## Receipt/);
  assert.equal(deps.receipts.last?.model, 'groq/llama');
  typed(undefined);
  await askForPlan(deps);
  assert.equal(fakeEditor.inputBoxes.at(-1)?.value, '');
});

test('the last request is repeated with a stronger model and the current text of the file', async () => {
  const sent: AskParams[] = [];
  const note =
    (answer: Ask): Ask =>
    (params, onPart, token) => {
      sent.push(params);
      return answer(params, onPart, token);
    };
  await askStrongerModel(deps);
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /This window has no answers yet/);
  ask = note(answerWith('1. Look'));
  typed('add retries');
  await askForPlan(deps);
  await askStrongerModel(deps);
  assert.deepEqual(
    sent.map(({ prompt, strongerThan }) => [prompt, strongerThan]),
    [
      ['add retries', undefined],
      ['add retries', 'groq/llama'],
    ],
  );
  openFile('one\ntwo\n');
  typed('shorter');
  await ready();
  fakeEditor.files.set(file.toString(), { text: 'zero\none\ntwo\n', languageId: 'typescript' });
  await askStrongerModel(deps);
  assert.equal(sent.at(-1)?.strongerThan, 'groq/llama');
  assert.equal(sent.at(-1)?.file?.text, 'zero\none\ntwo\n');
});

test('an empty prompt stays in the box with a message', async () => {
  typed('   ');
  await askForPlan(deps);
  assert.match(fakeEditor.inputBoxes.at(-1)?.validation ?? '', /prompt is empty/);
});

test('an interrupted plan keeps its text, and the prompt is offered again', async () => {
  ask = async (_params, onPart) => {
    onPart({ type: 'text-delta', text: 'First half' });
    throw { code: -32097 };
  };
  typed('add retries');
  await askForPlan(deps);
  assert.match(shown(), /First half[\s\S]*\*\*Incomplete:\*\* Rumbo’s server stopped/);
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, ['Ask Again']);
  typed(undefined);
  await askForPlan(deps);
  assert.equal(fakeEditor.inputBoxes.at(-1)?.value, 'add retries');
});

test('Stop cancels the request and keeps the text, without an error', async () => {
  ask = async (_params, onPart, token) => {
    onPart({ type: 'text-delta', text: 'First half' });
    deps.activeRequests.stop(uriOf(fakeEditor.shownDocuments.at(-1) ?? '') as never);
    assert.ok(token.isCancellationRequested);
    throw { code: -32800 };
  };
  typed('add retries');
  await askForPlan(deps);
  assert.match(shown(), /First half[\s\S]*Stopped by you/);
  assert.deepEqual(fakeEditor.messages, []);
  assert.deepEqual(fakeEditor.context.get('rumbo.streaming'), []);
});

test('a plan that another model continues is one answer, and its receipt shows the takeover', async () => {
  const takeovers = [{ at: 5, from: 'lab/small', to: 'groq/llama', reason: 'It went silent.' }] as const;
  ask = async (_params, onPart) => {
    onPart({ type: 'start', model: 'lab/small', cached: false });
    onPart({ type: 'text-delta', text: 'First' });
    onPart({ type: 'takeover', ...takeovers[0], mode: 'continue' });
    onPart({ type: 'text-delta', text: ' half' });
    return { text: 'First half', receipt: sampleReceipt({ takeovers }) };
  };
  typed('add retries');
  await askForPlan(deps);
  assert.deepEqual(fakeEditor.progressMessages.slice(-2), [
    'waiting for groq/llama… · took over from lab/small',
    'groq/llama is answering… · took over from lab/small',
  ]);
  assert.match(
    shown(),
    /\nFirst half\n\n\*groq\/llama took over from lab\/small\. The receipt says where and why\.\*\n\n---\n\n## Receipt[\s\S]*\*\*Takeover:\*\* After 5 characters \(`First`\)/,
  );
});

test('a restarted plan keeps the discarded text, also when the new answer fails', async () => {
  ask = async (_params, onPart) => {
    onPart({ type: 'start', model: 'lab/small', cached: false });
    onPart({ type: 'text-delta', text: 'Old beginning' });
    onPart({
      type: 'takeover',
      from: 'lab/small',
      to: 'groq/llama',
      mode: 'restart',
      reason: 'It went silent.',
    });
    onPart({ type: 'text-delta', text: 'New beginning' });
    throw { data: { kind: 'interrupted', message: 'It broke off too.', action: 'Ask again.' } };
  };
  typed('add retries');
  await askForPlan(deps);
  assert.match(
    shown(),
    /\*\*Discarded\*\*[\s\S]*\n> Old beginning\n\n---\n\nNew beginning\n\n---\n\n\*\*Incomplete:\*\* It broke off too\. Ask again\.\n$/,
  );
});

test('a pinned model that cannot run is replaced only with the user’s consent', async () => {
  const allowed: unknown[] = [];
  ask = async (params, onPart, token) => {
    allowed.push(params.whenPinnedUnavailable);
    if (params.whenPinnedUnavailable === 'next') return answerWith('Done')(params, onPart, token);
    throw { data: { kind: 'no-candidate', message: 'a/b is cooling down.', pinned: 'a/b' } };
  };
  fakeEditor.buttonToPress = 'Use the Next Model';
  typed('add retries');
  await askForPlan(deps);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(allowed, [undefined, 'next']);
  assert.match(shown(), /Done/);
});

test('a change is previewed and written only when the user accepts it', async () => {
  openFile('one\ntwo\n', new Range(1, 0, 1, 3));
  ask = answerWith('2');
  typed('shorter');
  await ready();
  assert.equal(fileText(), 'one\ntwo\n');
  assert.equal(fakeEditor.text(proposal()), 'one\n2\n');
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, ['Accept', 'Discard', 'Why This Model?']);
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'one\n2\n');
  await deps.proposals.accept(proposal() as never);
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /was already accepted/);
});

test('hidden characters are written only after a confirmation that names them', async () => {
  openFile('one\ntwo\n', new Range(1, 0, 1, 3));
  ask = answerWith('2\u202e');
  typed('shorter');
  await ready();
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'one\ntwo\n');
  assert.match(
    fakeEditor.messages.at(-1)?.text ?? '',
    /not shown \(line 1: U\+202E right-to-left override\)/,
  );
  fakeEditor.buttonToPress = 'Write Them';
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'one\n2\u202e\n');
});

test('a discarded change leaves the file unchanged', async () => {
  openFile('one\n');
  ask = answerWith('2');
  typed('shorter');
  await ready();
  await deps.proposals.discard(proposal() as never);
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'one\n');
});

test('a file that changed in the meantime is not touched; retrying sends the same range of the current text', async () => {
  openFile('one\ntwo\n', new Range(1, 0, 1, 3));
  ask = answerWith('2');
  typed('shorter');
  await ready();
  fakeEditor.files.set(file.toString(), { text: 'zero\none\ntwo\n', languageId: 'typescript' });
  let sentSelection: unknown;
  ask = async (params, ...rest) => {
    sentSelection = params.file?.selection;
    return answerWith('2')(params, ...rest);
  };
  fakeEditor.buttonToPress = 'Ask Again';
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'zero\none\ntwo\n');
  assert.ok(
    fakeEditor.messages.some(({ text }) => /list\.ts changed while the answer was generated/.test(text)),
  );
  assert.deepEqual(sentSelection, { start: { line: 2, character: 0 }, end: { line: 2, character: 3 } });
});

for (const finishReason of ['length', 'content-filter'] as const)
  test(`a change truncated by ${finishReason} is marked and confirmed before it is applied`, async () => {
    openFile('one\n');
    ask = answerWith('2', { finishReason });
    typed('shorter');
    await ready();
    assert.match(fakeEditor.messages.at(-1)?.text ?? '', /may be truncated/);
    await deps.proposals.accept(proposal() as never);
    assert.equal(fileText(), 'one\n');
    fakeEditor.buttonToPress = 'Apply';
    await deps.proposals.accept(proposal() as never);
    assert.equal(fileText(), '2one\n');
  });

test('an interrupted change stays in the proposal and is applied only after a confirmation', async () => {
  openFile('one\n');
  ask = async (params, onPart, token) => {
    await answerWith('half')(params, onPart, token);
    throw { data: { kind: 'interrupted', message: 'Lab broke off.', partial: 'half' } };
  };
  typed('shorter');
  await ready();
  assert.equal(fakeEditor.text(proposal()), 'halfone\n');
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, ['Ask Again']);
  await deps.proposals.accept(proposal() as never);
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /incomplete\. Lab broke off\. Apply it anyway\?/);
  assert.equal(fileText(), 'one\n');
  fakeEditor.buttonToPress = 'Apply';
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'halfone\n');
});

for (const [how, shownNow] of [
  ['continue', 'const a = 2;'],
  ['restart', 'let'],
] as const)
  test(`${how}: a change that another model took over is shown, marked, and complete`, async () => {
    openFile('one\n');
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };
    const code = (text: string) => ({ text, languageId: 'typescript', range });
    let preview = '';
    const resume = { from: 'lab/small', to: 'groq/llama', reason: 'It went silent.' } as const;
    ask = async (_params, onPart) => {
      onPart({ type: 'start', model: 'lab/small', cached: false });
      onPart({ type: 'code', code: code('const a = ') });
      onPart({ type: 'takeover', ...resume, mode: how });
      onPart({ type: 'code', code: code(shownNow) });
      const whole = code(`${shownNow} // done`);
      const takeovers = how === 'continue' ? [{ at: 10, ...resume }] : [];
      await new Promise((resolve) => setImmediate(resolve));
      preview = fakeEditor.text(proposal());
      return { text: '', code: whole, receipt: sampleReceipt({ takeovers }) };
    };
    typed('a constant');
    await ready();
    assert.equal(preview, `${shownNow}\n`);
    assert.equal(fakeEditor.text(proposal()), `${shownNow} // done\n`);
    const text = fakeEditor.messages.at(-1)?.text ?? '';
    assert.equal(/lab\/small was interrupted and groq\/llama continued/.test(text), how === 'continue');
    await deps.proposals.accept(proposal() as never);
    assert.equal(fileText(), `${shownNow} // done\n`);
  });

test('without a file the code goes to a new document in its language', async () => {
  ask = answerWith('const x = 1;');
  typed('a constant');
  await askForCode(deps);
  const [untitled] = [...fakeEditor.files.values()];
  assert.deepEqual(untitled, { text: 'const x = 1;', languageId: 'typescript' });
});

const withoutCode: Ask = async ({ file: about }, onPart) => {
  onPart({ type: 'start', model: 'lab/small', cached: false });
  const range = about?.selection;
  if (range) onPart({ type: 'code', code: { text: 'half', languageId: 'typescript', range } });
  const codeIssue = { kind: 'left-out', message: 'The answer leaves out code.' } as const;
  return { text: 'half of the *code*', codeIssue, receipt: sampleReceipt() };
};

test('an answer that is no code is shown as text, and the file stays as it was', async () => {
  ask = withoutCode;
  openFile('one\n', new Range(0, 0, 0, 3));
  typed('a constant');
  await ready();
  assert.match(shown(), /^half of the \*code\*\n$/);
  const { text, buttons } = fakeEditor.messages.at(-1) ?? {};
  assert.match(
    text ?? '',
    /^The answer leaves out code: it is shown as text, and list\.ts was not changed\. groq\/llama/,
  );
  assert.deepEqual(buttons, ['Edit Prompt', 'Why This Model?']);
  assert.equal(fileText(), 'one\n');
  // Nothing is left to accept.
  await deps.proposals.accept(proposal() as never);
  assert.equal(fileText(), 'one\n');
  typed(undefined);
  await askForCode(deps);
  assert.equal(fakeEditor.inputBoxes.at(-1)?.value, 'a constant', 'the prompt is offered again');
});

test('without a file, an answer that is no code opens no new document', async () => {
  ask = withoutCode;
  typed('a constant');
  await askForCode(deps);
  assert.match(shown(), /half of the/);
  assert.equal(fakeEditor.files.size, 0);
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /it is shown as text\. groq/);
});

test('interrupted code without a file is kept in a new document', async () => {
  ask = async (params, onPart, token) => {
    await answerWith('const')(params, onPart, token);
    throw { code: -32097 };
  };
  typed('a constant');
  await askForCode(deps);
  assert.equal([...fakeEditor.files.values()][0]?.text, 'const');
});

test('a route that cannot be explained shows the error, and the prompt is kept', async () => {
  typed('plan it');
  await showRouteExplanation(deps);
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /The limit is used up\. Wait\./);
  typed(undefined);
  await showRouteExplanation(deps);
  assert.equal(fakeEditor.inputBoxes.at(-1)?.value, 'plan it');
});
