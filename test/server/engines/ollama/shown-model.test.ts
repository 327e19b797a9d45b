/** What can be read from a description of one model, new or old. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseShownModel } from '../../../../server/engines/ollama/shown-model.ts';

test('abilities, contexts and weights are read', () => {
  const { facts, weights } = parseShownModel({
    modelfile: '# FROM a:latest\n\nFROM /models/blobs/sha256-1\nTEMPLATE "x"\n',
    parameters: 'stop                           "<end>"\nnum_ctx                        16384',
    template: '{{ .Prompt }}',
    details: { parent_model: '', families: ['llama'] },
    model_info: { 'general.architecture': 'llama', 'llama.context_length': 32_768 },
    capabilities: ['completion', 'thinking', 'vision'],
  });
  assert.equal(weights, '/models/blobs/sha256-1');
  assert.deepEqual(facts, {
    chat: true,
    fim: false,
    embedding: false,
    vision: true,
    tools: false,
    reasoning: true,
    configuredContextTokens: 16_384,
    trainedContextTokens: 32_768,
  });
});

test('a version that reports no capabilities is read by template and metadata', () => {
  const abilitiesOf = (shown: object) => parseShownModel(shown).facts;
  const coder = abilitiesOf({
    template: '{{ if .Suffix }}{{ .Suffix }}{{ end }}{{ .Tools }}',
    model_info: { 'general.architecture': 'qwen2' },
  });
  assert.deepEqual([coder.chat, coder.fim, coder.tools, coder.vision], [true, true, true, false]);
  const embedder = abilitiesOf({ template: '{{ .Prompt }}', model_info: { 'bert.pooling_type': 1 } });
  assert.deepEqual([embedder.chat, embedder.embedding], [false, true]);
  const seeing = abilitiesOf({ template: '{{ .Prompt }}', details: { families: ['llama', 'clip'] } });
  assert.equal(seeing.vision, true);
  assert.deepEqual(abilitiesOf({}), {}, 'nothing is known');
});
