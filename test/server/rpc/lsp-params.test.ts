/** What LSP adds to the params of a request is taken out of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutLspParams } from '../../../server/rpc/lsp-params.ts';
import type { AskParams, LspParams } from '../../../shared/ask.ts';

test('the tokens of LSP are no part of the request', () => {
  const params = { prompt: 'hi', partialResultToken: 7, workDoneToken: 'w' };
  assert.deepEqual(withoutLspParams(params), { request: { prompt: 'hi' }, token: 7 });
  assert.deepEqual(withoutLspParams({ prompt: 'hi' }), { request: { prompt: 'hi' } });
});

test('params that are no object are left to the schema of the request', () => {
  for (const params of [null, [], 'hi'])
    assert.deepEqual(withoutLspParams(params as unknown as AskParams & LspParams), { request: params });
});

test('a token that is neither text nor an integer is rejected', () => {
  const params = { prompt: 'hi', partialResultToken: {} } as unknown as AskParams & LspParams;
  assert.throws(() => withoutLspParams(params), /partialResultToken is neither text nor an integer/);
});
