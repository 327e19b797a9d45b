import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closePagesAfterTests, listDetails } from '../../../support/local-engines/details.ts';
import { pageServer } from '../../../support/page-server.ts';

test('parses sizes with units, and derives embeddings from the architecture', async () => {
  const gguf = {
    'general.architecture': 'llama',
    'llama.context_length': '8192',
    'general.license': 'apache-2.0',
  };
  const entry = (tag: string, config: object) => ({ id: `sha256:${tag}`, tags: [tag], created: 1, config });
  const body = [
    entry('ai/smollm2:latest', {
      format: 'gguf',
      quantization: 'IQ2_XXS/Q4_K_M',
      parameters: '361.82 M',
      architecture: 'llama',
      size: '256.35 MiB',
      context_size: 4096,
      gguf,
    }),
    entry('ai/mxbai-embed-large', { architecture: 'bert' }),
    { id: 'sha256:untagged' },
  ];
  const server = closePagesAfterTests(await pageServer({ '/models': { body } }));
  const [smol, embed, untagged] = await listDetails('docker-model-runner', server);
  assert.deepEqual(smol, {
    name: 'ai/smollm2:latest',
    version: 'sha256:ai/smollm2:latest',
    facts: {
      chat: true,
      embedding: false,
      sizeBytes: 268_802_458,
      contextTokens: 4096,
      trainedContextTokens: 8192,
      parameters: '361.82 M',
      quantisation: 'IQ2_XXS/Q4_K_M',
      licence: 'apache-2.0',
    },
  });
  assert.deepEqual(embed?.facts, { chat: false, embedding: true });
  assert.deepEqual(untagged, { name: 'sha256:untagged', version: 'sha256:untagged', facts: {} });
});

test('leaves out an entry that cannot be read', async () => {
  const server = closePagesAfterTests(await pageServer({ '/models': { body: [1, {}] } }));
  assert.deepEqual(await listDetails('docker-model-runner', server), []);
});
