import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  CompletionContext,
  CompletionLength,
} from '../../../server/inline-completion/completion-context.ts';
import type { ContextRequest } from '../../../server/inline-completion/context/context-provider.ts';
import { fimPrompt } from '../../../server/inline-completion/fim-prompt.ts';
import type { Model } from '../../../shared/models.ts';
import { model } from '../routing/samples.ts';
import { sampleContext } from './samples.ts';

function setUp(slot?: number) {
  const requests: ContextRequest[] = [];
  const build = fimPrompt({
    contexts: {
      async getContext(_, request) {
        requests.push(request);
        return { snippets: [{ name: 'b.ts', text: 'b' }], tokens: 1, uris: [], isComplete: true };
      },
    },
    policy: { mayRead: ({ uri }, reader) => reader.private && uri === 'file:///b.ts' },
    endpoints: { slotOf: () => slot },
    nameOf: () => 'a.ts',
  });
  const signal = new AbortController().signal;
  return {
    requests,
    build: (context: CompletionContext, reader: Model, length: CompletionLength) =>
      build(context, reader, length, signal),
  };
}
const local = model('ollama/one');

test('the target has the text around the cursor, snippets and the limits of its length', async () => {
  const { build } = setUp(3);
  const target = await build(sampleContext('const a = ', { after: ';\n' }), local, 'line');
  assert.deepEqual(
    [target.prefix, target.suffix, target.path, target.slot],
    ['const a = ', ';\n', 'a.ts', 3],
  );
  assert.deepEqual(target.snippets, [{ name: 'b.ts', text: 'b' }]);
  assert.deepEqual([target.length, target.maxTokens, target.budgetMs], ['line', 64, 600]);
  assert.equal(target.temperature, undefined);
});

test('the entry selected in the suggest widget counts as typed', async () => {
  const context = sampleContext('console.l', { selectedCompletion: { text: 'log', replaces: 1 } });
  assert.equal((await setUp().build(context, local, 'block')).prefix, 'console.log');
});

test('an invoked request varies its output', async () => {
  const context = sampleContext('a', { trigger: 'invoked' });
  assert.ok(((await setUp().build(context, local, 'block')).temperature ?? 0) > 0);
});

test('a model gets context of files that it may read', async () => {
  const { build, requests } = setUp();
  await build(sampleContext('a'), local, 'block');
  await build(sampleContext('a'), model('openai/big'), 'block');
  const mayRead = requests.map((request) => request.mayRead({ uri: 'file:///b.ts' }));
  assert.deepEqual(mayRead, [true, false]);
});
