import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasKey } from '../../../scripts/start/needs-practice.ts';

test('any key that Rumbo reads counts, and nothing else', () => {
  for (const name of ['OPENAI_API_KEY', 'GEMINI_API_KEY', 'GEMINI_API_KEY_2', 'XAI_API_KEY']) {
    assert.equal(hasKey({ [name]: 'k' }), true, name);
  }
  assert.equal(hasKey({ OPENAI_API_KEY: ' ', SOMEONE_API_KEY: 'k', OLLAMA_HOST: 'x' }), false);
});
