import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { closePagesAfterTests, describeModel, listDetails } from '../../../support/local-engines/details.ts';
import { isRumboError } from '../../../support/local-engines/is-rumbo-error.ts';
import { pageServer } from '../../../support/page-server.ts';

const fixture = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/wire/${path}`, import.meta.url), 'utf8'));

test('reports what is on disk, what is allocated, and what each model can do', async () => {
  const show = (body: unknown) =>
    (body as { model: string }).model === 'qwen3:8b'
      ? {
          body: {
            license: '\n  Apache License\n  Version 2.0, January 2004\n',
            details: { parameter_size: '8.2B', quantization_level: 'Q4_K_M' },
            model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 },
            capabilities: ['completion', 'tools', 'insert'],
          },
        }
      : { status: 500, body: { error: 'broken' } };
  const server = closePagesAfterTests(
    await pageServer({
      '/api/tags': { body: fixture('ollama/documented-tags.json') },
      '/api/ps': { body: { models: [{ name: 'qwen3:8b', context_length: 8192 }] } },
      'POST /api/show': show,
    }),
  );
  const models = await listDetails('ollama', server);
  const [qwen, cloud] = models;
  assert.deepEqual(qwen, {
    name: 'qwen3:8b',
    version: '500a1f067a9f',
    facts: {
      sizeBytes: 5_225_388_164,
      contextTokens: 8192,
      parameters: '8.2B',
      quantisation: 'Q4_K_M',
    },
  });
  assert.deepEqual([cloud?.remote, cloud?.facts?.sizeBytes], [true, undefined], 'it runs elsewhere');
  assert.deepEqual(models.find(({ name }) => name === 'bge:latest')?.facts, {
    sizeBytes: 1,
    chat: false,
    fim: false,
    embedding: true,
    vision: false,
    tools: false,
    reasoning: false,
  });
  assert.deepEqual(await describeModel('ollama', server, qwen), {
    chat: true,
    fim: true,
    embedding: false,
    vision: false,
    tools: true,
    reasoning: false,
    trainedContextTokens: 40_960,
    parameters: '8.2B',
    quantisation: 'Q4_K_M',
    licence: '  Apache License',
  });
  await assert.rejects(describeModel('ollama', server, cloud));
});

test('the list does not need the report of loaded models', async () => {
  const server = closePagesAfterTests(
    await pageServer({ '/api/tags': { body: { models: [{ name: 'a' }] } } }),
  );
  assert.deepEqual(await listDetails('ollama', server), [{ name: 'a', facts: {} }]);
});

test('a body that is not a list is a failure', async () => {
  const server = closePagesAfterTests(await pageServer({ '/api/tags': { body: { error: 'no' } } }));
  await assert.rejects(listDetails('ollama', server), isRumboError('bad-response', /cannot be read/, /^/));
});
