import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explanationDocument } from '../../../client/format/explanation.ts';
import type { ExplainResult } from '../../../shared/protocol.ts';

const result: ExplainResult = {
  task: 'complex_generation',
  difficulty: 0.7,
  confidence: 0.82,
  abstained: false,
  strategy: 'quality',
  candidates: [
    {
      model: 'lab/small',
      reasons: ['It is local.', 'Its tier fits.'],
      costUsd: { low: 0, high: 0, worst: 0 },
      promptTokens: 812,
      promptError: 0.09,
    },
    {
      model: 'openai/big',
      reasons: [],
      costUsd: { low: 0.01, high: 0.04, worst: 0.9 },
      promptTokens: 900,
      promptError: null,
    },
    { model: 'x/new', reasons: [], costUsd: null, promptTokens: 800, promptError: null },
  ],
  excluded: [
    { model: 'groq/llama', rule: 'circuit', reason: 'It failed five times.', until: '2026-11-21T14:05:00Z' },
  ],
};

test('candidates are listed in order with reasons and predicted cost', () => {
  const text = explanationDocument('rewrite it', result, 'en');
  assert.match(text, /1\. \*\*lab\/small\*\*, free\n {3}- It is local\.\n {3}- Its tier fits\./);
  assert.match(text, /2\. \*\*openai\/big\*\*, about \$0\.01[0]? to \$0\.04/);
  assert.match(text, /\$0\.04, at most \$0\.90?/);
  assert.match(text, /lab\/small\*\*, free\n.*\n.*\n {3}- Prompt: about 812 tokens, give or take 9 %\./);
  assert.match(text, /Prompt: about 900 tokens\./);
  assert.match(text, /3\. \*\*x\/new\*\*, price unknown/);
  assert.match(text, /complex generation \(82 % sure; wrong\?/);
});

test('an excluded model has its rule, reason and time of return', () => {
  assert.match(
    explanationDocument('rewrite it', result, 'en'),
    /\*\*groq\/llama\*\* \(rule: circuit\): It failed five times\. Available again at \d/,
  );
});

test('without candidates the document says what to do', () => {
  assert.match(explanationDocument('x', { ...result, candidates: [] }), /No model can answer.*Add a key/);
});

test('models excluded for the same reason share a line', () => {
  const out = { rule: 'no-key', reason: 'Gemini has no key.' } as const;
  const excluded = [
    { model: 'gemini/a', ...out },
    { model: 'groq/x', rule: 'locked', reason: 'It is locked.' },
    { model: 'gemini/b', ...out },
  ] as const;
  assert.match(
    explanationDocument('x', { ...result, excluded }),
    /- \*\*gemini\/a\*\*, \*\*gemini\/b\*\* \(rule: no-key\): Gemini has no key\.\n- \*\*groq\/x\*\*/,
  );
});
