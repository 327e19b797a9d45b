/** Ghost text as LSP clients request it, by the protocol or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import { documentStore } from '../../../server/inline-completion/documents.ts';
import { serveInline } from '../../../server/rpc/inline-completion.ts';

const uri = 'file:///shop/a.ts';
type Handler = (params: unknown, token?: unknown) => unknown;

/** A server with one open document, whose service returns the given suggestion. */
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
    languages: { inlineCompletion: { on: on('request') } },
    onNotification: () => {},
  };
  const requested: CompletionContext[] = [];
  const settings = { ready: async (): Promise<unknown> => undefined };
  const service = {
    documents: documentStore(),
    changed: () => {},
    closed: () => {},
    onEvent: () => {},
    async suggest(context: CompletionContext): Promise<readonly CompletionItem[]> {
      requested.push(context);
      const whole = { insertText: 'price', replacesBefore: 0, replacesAfter: 0, ...suggestion };
      return [{ id: '1', model: 'lab/one', resultType: 'model', suggestion: whole }];
    },
  };
  serveInline(
    connection as never,
    service as never,
    () => settings.ready(),
    () => new AbortController().signal,
  );
  const send = (name: string, params: unknown) => handlers.get(name)?.(params, {});
  send('open', { textDocument: { uri, languageId: 'typescript', version: 1, text } });
  const request = async (line: number, character: number, context: unknown = { triggerKind: 1 }) => {
    const answer = await send('request', { textDocument: { uri }, position: { line, character }, context });
    return answer as { items: { insertText: string; range: unknown }[] } | null;
  };
  return { send, request, requested, settings };
}
const at = (line: number, from: number, to = from) => ({
  start: { line, character: from },
  end: { line, character: to },
});

test('a request whose document changes before the settings have arrived returns nothing', async () => {
  const { send, request, requested, settings } = serving('const total = \n');
  const { promise, resolve } = Promise.withResolvers<void>();
  settings.ready = () => promise;
  const answer = request(0, 14);
  const edit = { range: at(0, 0), text: 'export ' };
  send('change', { textDocument: { uri, version: 2 }, contentChanges: [edit] });
  resolve();
  assert.equal(await answer, null);
  assert.deepEqual(requested, []);
});

test('a document that was opened again in the meantime is another one, whatever its version', async () => {
  const { send, request, requested, settings } = serving('const total = \n');
  const { promise, resolve } = Promise.withResolvers<void>();
  settings.ready = () => promise;
  const answer = request(0, 14);
  send('close', { textDocument: { uri } });
  send('open', { textDocument: { uri, languageId: 'typescript', version: 1, text: 'let other = 1;\n' } });
  resolve();
  assert.equal(await answer, null);
  assert.deepEqual(requested, []);
});

test('a position past the end of a line or of the text becomes the nearest one inside, in the range too', async () => {
  const { request, requested } = serving('const total = \nlast', { insertText: 'prices', replacesBefore: 2 });
  assert.deepEqual((await request(0, 99))?.items[0]?.range, at(0, 12, 14));
  assert.deepEqual((await request(99, 5))?.items[0]?.range, at(1, 2, 4));
  assert.deepEqual(
    requested.map(({ before }) => before),
    ['const total = ', 'const total = \nlast'],
  );
});

test('a suggestion with characters that are not shown is not offered', async () => {
  for (const insertText of ['price\u202e;', '\u001b[2Jprice', 'pri\u200bce']) {
    const { request } = serving('const total = ', { insertText });
    assert.deepEqual(await request(0, 14), { items: [] });
  }
});

test('a selection in the suggest widget without its range, or at another position, is ignored', async () => {
  const { request, requested } = serving('const total = \n');
  for (const range of [null, undefined, at(0, 99)])
    await request(0, 6, { triggerKind: 1, selectedCompletionInfo: { range, text: 'toString' } });
  await request(0, 6, null);
  assert.deepEqual(
    requested.map(({ before, selectedCompletion }) => [before, selectedCompletion]),
    Array(4).fill(['const ', undefined]),
  );
});
