import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  candidateDetail,
  candidateLine,
  ghostTextLine,
  previewLine,
  turnOnQuestion,
} from '../../../client/format/ghost-text.ts';
import { sampleCandidate, sampleInlineState, sampleReceipt } from '../samples.ts';

test('the tooltip’s line says who writes, who else can, and what it came to today', () => {
  assert.equal(ghostTextLine(sampleInlineState()), 'Ghost text: lab/small writes');
  assert.equal(
    ghostTextLine(
      sampleInlineState({
        models: ['lab/small', 'lab/large'],
        today: { offered: 1200, accepted: 5, costUsd: 0 },
      }),
    ),
    'Ghost text: lab/small writes, and 1 more can; today 1,200 offered, 5 accepted, free',
  );
  const today = { offered: 2, accepted: 1 };
  assert.match(ghostTextLine(sampleInlineState({ today: { ...today, costUsd: 0.02 } })), /\$0\.02$/);
  assert.match(
    ghostTextLine(sampleInlineState({ today: { ...today, costUsd: null } })),
    /some of unknown price$/,
  );
});

test('the tooltip’s line says why nothing is written', () => {
  assert.equal(ghostTextLine(sampleInlineState({ state: 'off' })), 'Ghost text: off');
  assert.equal(ghostTextLine(sampleInlineState({ state: 'paused' })), 'Ghost text: paused in this window');
  assert.equal(
    ghostTextLine(sampleInlineState({ state: 'no-model', reason: 'Start an engine.' })),
    'Ghost text: no model can write. Start an engine.',
  );
});

test('a model shows its price for 1,000 suggestions and its usual time, as far as they are known', () => {
  assert.equal(candidateLine(sampleCandidate({ usualMs: 240 })), 'free · usually 0.24 s');
  assert.equal(candidateLine(sampleCandidate({ usdPerThousand: 0.12 })), 'about $0.12 per 1,000 suggestions');
  assert.equal(candidateLine(sampleCandidate({ usdPerThousand: null })), 'price unknown');
});

test('a model that cannot be asked says why; one made for conversation says so', () => {
  assert.equal(
    candidateDetail(sampleCandidate({ usable: false, reason: 'It rests\nnow.' })),
    'It rests now.',
  );
  assert.match(candidateDetail(sampleCandidate({ mode: 'chat' })), /slower/);
  assert.equal(candidateDetail(sampleCandidate({ mode: 'fill' })), '');
  assert.equal(candidateDetail(sampleCandidate({ allowed: false, reason: 'Not named.' })), '');
});

test('before it is turned on: own models are free, and nothing goes to the cloud', () => {
  const { message, detail } = turnOnQuestion([
    sampleCandidate(),
    sampleCandidate({ model: 'lab/large' }),
    sampleCandidate({ model: 'openai/gpt', source: 'api', allowed: false, usdPerThousand: 1 }),
  ]);
  assert.equal(message, 'Turn ghost text on?');
  assert.match(detail, /lab\/small and 1 more model of your own will write while you type, for free/);
  assert.match(detail, /nothing goes to a cloud service/);
  assert.match(detail, /\.env/);
  assert.doesNotMatch(detail, /openai/);
});

test('before it is turned on: a cloud model that was ticked shows its price and what it is sent', () => {
  const { detail } = turnOnQuestion([
    sampleCandidate({ model: 'openai/gpt', source: 'api', usdPerThousand: 0.12 }),
  ]);
  assert.match(detail, /openai\/gpt in the cloud will write while you type: about \$0\.12 per 1,000/);
  assert.match(detail, /files you have open go to openai\/gpt/);
  assert.match(detail, /rumbo\.privacy\.localOnly stay with your own models/);
  assert.doesNotMatch(detail, /nothing goes to a cloud/);
});

test('before it is turned on: where nobody can write it says so, and what helps', () => {
  const { message, detail } = turnOnQuestion([
    sampleCandidate({ usable: false, reason: 'Its engine is down.' }),
  ]);
  assert.match(message, /No model can write yet/);
  assert.match(detail, /Pull Local Model.*Choose Models.*lab\/small: Its engine is down\./);
});

test('a preview says what the keys do, and when it is not whole', () => {
  assert.equal(previewLine(sampleReceipt()).text, '$(sparkle) Rumbo: Tab keeps it, Esc drops it');
  assert.equal(previewLine(sampleReceipt()).tooltip, 'groq/llama · 1.2 s · $0.0012');
  assert.match(previewLine(sampleReceipt({ finishReason: 'length' })).text, /not whole/);
  assert.match(previewLine(undefined).tooltip, /broke off/);
});
