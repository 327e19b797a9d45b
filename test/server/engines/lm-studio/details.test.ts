import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { closePagesAfterTests, listDetails } from '../../../support/local-engines/details.ts';
import { pageServer } from '../../../support/page-server.ts';

const fixture = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/wire/${path}`, import.meta.url), 'utf8'));

test('the list is complete', async () => {
  const body = fixture('lm-studio/documented-models.json');
  const server = closePagesAfterTests(await pageServer({ '/api/v1/models': { body } }));
  const [qwen, gemma, nomic] = await listDetails('lm-studio', server);
  assert.deepEqual(qwen?.facts, {
    chat: true,
    embedding: false,
    vision: false,
    tools: true,
    contextTokens: 8192,
    trainedContextTokens: 262_144,
    sizeBytes: 2_497_280_256,
    parameters: '4B',
    quantisation: 'Q4_K_M',
  });
  assert.deepEqual([gemma?.facts?.vision, gemma?.facts?.contextTokens], [true, undefined]);
  assert.deepEqual([nomic?.facts?.chat, nomic?.facts?.embedding], [false, true]);
});
