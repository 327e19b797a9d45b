import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  closePagesAfterTests,
  describeModel,
  listDetails,
  requestsOf,
} from '../../../support/local-engines/details.ts';
import { recordedLlamaServer } from '../../../support/recorded-server.ts';

test('a server with one model reports its allocated context and whether it can call tools', async () => {
  const server = closePagesAfterTests(await recordedLlamaServer('v1-models', 'props-tools'));
  server.pages['/models'] = server.pages['/v1/models'] ?? {};
  const models = await listDetails('llama-cpp', server);
  assert.deepEqual(
    models.map(({ name, facts }) => [name, facts]),
    [
      [
        'tiny-chat',
        {
          contextTokens: 512,
          trainedContextTokens: 2048,
          sizeBytes: 383_744,
          parameters: '96K',
          quantisation: 'all F32',
        },
      ],
    ],
  );
  assert.deepEqual(await describeModel('llama-cpp', server, models[0]), {
    chat: true,
    vision: false,
    tools: true,
    contextTokens: 2048,
    quantisation: 'all F32',
  });
});

test('a router describes a loaded model, and loads none for that', async () => {
  const server = closePagesAfterTests(
    await recordedLlamaServer('router-models-loaded', 'router-props', 'router-props-model'),
  );
  const page = server.pages['/props?model=tiny-chat'];
  assert.ok(page);
  server.pages['/props?model=tiny-chat&autoload=false'] = page;
  const models = await listDetails('llama-cpp', server);
  assert.deepEqual(
    models.map(({ name, loaded }) => [name, loaded]),
    [
      ['broken', false],
      ['tiny-chat', true],
      ['tiny-tools', false],
    ],
  );
  const facts = await describeModel('llama-cpp', server, models[1]);
  assert.deepEqual(requestsOf(server), ['GET /models', 'GET /props?model=tiny-chat&autoload=false']);
  assert.equal(facts?.contextTokens, 512);
});

test('the path of the model’s file stays private', async () => {
  const server = closePagesAfterTests(await recordedLlamaServer('v1-models-noalias'));
  server.pages['/models'] = server.pages['/v1/models'] ?? {};
  const [model] = await listDetails('llama-cpp', server);
  assert.equal(model?.name, 'tiny-nofim.gguf');
});
