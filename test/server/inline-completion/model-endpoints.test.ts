import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelAbilities } from '../../../server/inline-completion/model-abilities.ts';
import { modelEndpoints } from '../../../server/inline-completion/model-endpoints.ts';
import { model } from '../routing/samples.ts';

const provider = (kind: string, supportsPrefill = false) => ({
  config: { definition: { kind }, baseUrl: 'http://127.0.0.1:1' },
  engine: { supportsPrefill: () => supportsPrefill },
});

function setUp(kind: string, details: { types?: string[]; fim?: boolean } = {}) {
  const modelCatalog = {
    details: () => [{ types: details.types, fields: { fim: details.fim } }],
  };
  const endpoints = modelEndpoints({
    providers: {
      get: (name: string) => (name === 'gone' ? undefined : provider(kind)),
      all: () => [],
    },
    modelCatalog,
  } as never);
  let worked: string | undefined;
  const abilities = modelAbilities({
    modelCatalog,
    endpoints,
    modes: { workingMode: () => worked },
  } as never);
  return {
    endpoints,
    abilities,
    works(mode: string) {
      worked = mode;
    },
  };
}
const [one, gone] = [model('lab/one'), model('gone/one')];

test('an endpoint has the provider’s engine and server, and what is known of the model', () => {
  const { endpoints } = setUp('ollama', { fim: true });
  const endpoint = endpoints.endpointOf(one);
  assert.deepEqual(
    [endpoint?.kind, endpoint?.model, endpoint?.baseUrl, endpoint?.supportsFim],
    ['ollama', 'one', 'http://127.0.0.1:1', true],
  );
  assert.equal(endpoints.endpointOf(gone), undefined);
});

test('only llama-server has slots', () => {
  assert.equal(setUp('ollama').endpoints.slotOf(one, 'file:///a.ts'), undefined);
});

test('the format is that of the mode that worked last, else of the first one to try', () => {
  const { abilities, works } = setUp('llama-cpp');
  assert.equal(abilities.formatOf(one), 'fill');
  works('chat');
  assert.equal(abilities.formatOf(one), 'chat');
  works('template');
  assert.equal(abilities.formatOf(one), 'fill');
  assert.equal(abilities.formatOf(gone), undefined);
});

test('an embedding model is recognised by its types, else by its name', () => {
  assert.equal(setUp('ollama', { types: ['embedding'] }).abilities.isEmbedding(one), true);
  assert.equal(setUp('ollama', { types: ['embedding', 'chat'] }).abilities.isEmbedding(one), false);
  assert.equal(setUp('ollama').abilities.isEmbedding(one), false);
  assert.equal(setUp('ollama').abilities.isEmbedding(model('lab/nomic-embed-text')), true);
});
