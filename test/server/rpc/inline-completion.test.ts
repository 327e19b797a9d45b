/** Ghost text as an LSP client asks for it, well or badly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import { documentStore } from '../../../server/inline-completion/documents.ts';
import { serveInline } from '../../../server/rpc/inline-completion.ts';

const uri = 'file:///shop/a.ts';
type Handler = (params: unknown, token?: unknown) => unknown;

/** A server with one open document, whose room offers what is told. */
function serving(text: string, suggestion: Partial<CompletionItem['suggestion']> = {}) {
  const handlers = new Map<string, Handler>();
  const on = (name: string) => (handler: Handler) => {
    handlers.set(name, handler);
    return { dispose: () => {} };
  };
  const connection = {
    onDidOpenTextDocument: on('open'),
    onDidChangeTextDocument: on('change'),
    onDidCloseTextDocument: on('close'),
    languages: { inlineCompletion: { on: on('ask') } },
    onNotification: () => {},
  };
  const asked: CompletionContext[] = [];
  const settings = { ready: async (): Promise<unknown> => undefined };
  const room = {
    documents: documentStore(),
    changed: () => {},
    closed: () => {},
    did: () => {},
    async suggest(situation: CompletionContext): Promise<readonly CompletionItem[]> {
      asked.push(situation);
      const whole = { insertText: 'price', replacesBefore: 0, replacesAfter: 0, ...suggestion };
      return [{ id: '1', model: 'lab/one', resultType: 'model', suggestion: whole }];
    },
  };
  serveInline(
    connection as never,
    room as never,
    () => settings.ready(),
    () => new AbortController().signal,
  );
  const tell = (name: string, params: unknown) => handlers.get(name)?.(params, {});
  tell('open', { textDocument: { uri, languageId: 'typescript', version: 1, text } });
  const ask = async (line: number, character: number, context: unknown = { triggerKind: 1 }) => {
    const answer = await tell('ask', { textDocument: { uri }, position: { line, character }, context });
    return answer as { items: { insertText: string; range: unknown }[] } | null;
  };
  return { tell, ask, asked, settings };
}
const at = (line: number, from: number, to = from) => ({
  start: { line, character: from },
  end: { line, character: to },
});

test('a question whose document moves on before the settings are there is about nothing any more', async () => {
  const { tell, ask, asked, settings } = serving('const total = \n');
  const { promise, resolve } = Promise.withResolvers<void>();
  settings.ready = () => promise;
  const answer = ask(0, 14);
  const edit = { range: at(0, 0), text: 'export ' };
  tell('change', { textDocument: { uri, version: 2 }, contentChanges: [edit] });
  resolve();
  assert.equal(await answer, null);
  assert.deepEqual(asked, []);
});

test('a document that was opened anew meanwhile is another one, whatever its version', async () => {
  const { tell, ask, asked, settings } = serving('const total = \n');
  const { promise, resolve } = Promise.withResolvers<void>();
  settings.ready = () => promise;
  const answer = ask(0, 14);
  tell('close', { textDocument: { uri } });
  tell('open', { textDocument: { uri, languageId: 'typescript', version: 1, text: 'let other = 1;\n' } });
  resolve();
  assert.equal(await answer, null);
  assert.deepEqual(asked, []);
});

test('a place past the end of a line or of the text is the nearest one inside, also in what is shown', async () => {
  const { ask, asked } = serving('const total = \nlast', { insertText: 'prices', replacesBefore: 2 });
  assert.deepEqual((await ask(0, 99))?.items[0]?.range, at(0, 12, 14));
  assert.deepEqual((await ask(99, 5))?.items[0]?.range, at(1, 2, 4));
  assert.deepEqual(
    asked.map(({ before }) => before),
    ['const total = ', 'const total = \nlast'],
  );
});

test('a selection in the suggest widget without its range, or in another place, is passed over', async () => {
  const { ask, asked } = serving('const total = \n');
  for (const range of [null, undefined, at(0, 99)])
    await ask(0, 6, { triggerKind: 1, selectedCompletionInfo: { range, text: 'toString' } });
  await ask(0, 6, null);
  assert.deepEqual(
    asked.map(({ before, selectedCompletion }) => [before, selectedCompletion]),
    Array(4).fill(['const ', undefined]),
  );
});
