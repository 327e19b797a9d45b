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

test('the tooltip’s line names the model, counts others, and sums up today', () => {
  assert.equal(ghostTextLine(sampleInlineState()), 'Ghost text: lab/small');
  assert.equal(
    ghostTextLine(
      sampleInlineState({
        models: ['lab/small', 'lab/large'],
        today: { offered: 1200, accepted: 5, costUsd: 0 },
      }),
    ),
    'Ghost text: lab/small, 1 more available; today 1,200 shown, 5 accepted, free',
  );
  const today = { offered: 2, accepted: 1 };
  assert.match(ghostTextLine(sampleInlineState({ today: { ...today, costUsd: 0.02 } })), /\$0\.02$/);
  assert.match(
    ghostTextLine(sampleInlineState({ today: { ...today, costUsd: null } })),
    /some of unknown price$/,
  );
});

test('the tooltip’s line says why there is no ghost text', () => {
  assert.equal(ghostTextLine(sampleInlineState({ state: 'off' })), 'Ghost text: off');
  assert.equal(ghostTextLine(sampleInlineState({ state: 'paused' })), 'Ghost text: paused in this window');
  assert.equal(
    ghostTextLine(sampleInlineState({ state: 'no-model', reason: 'Start an engine.' })),
    'Ghost text: no model is available. Start an engine.',
  );
});

test('a model shows its price for 1,000 suggestions and its usual latency, where known', () => {
  assert.equal(candidateLine(sampleCandidate({ usualMs: 240 })), 'free · usually 0.24 s');
  assert.equal(candidateLine(sampleCandidate({ usdPerThousand: 0.12 })), 'about $0.12 per 1,000 suggestions');
  assert.equal(candidateLine(sampleCandidate({ usdPerThousand: null })), 'price unknown');
});

test('an unavailable model has a reason; a chat model is marked', () => {
  assert.equal(
    candidateDetail(sampleCandidate({ usable: false, reason: 'It is busy\nnow.' })),
    'It is busy now.',
  );
  assert.match(candidateDetail(sampleCandidate({ mode: 'chat' })), /slower/);
  assert.equal(candidateDetail(sampleCandidate({ mode: 'fill' })), '');
  assert.equal(candidateDetail(sampleCandidate({ allowed: false, reason: 'Not named.' })), '');
});

test('the confirmation says that own models are free and nothing is sent to the cloud', () => {
  const { message, detail } = turnOnQuestion([
    sampleCandidate(),
    sampleCandidate({ model: 'lab/large' }),
    sampleCandidate({ model: 'openai/gpt', source: 'api', allowed: false, usdPerThousand: 1 }),
  ]);
  assert.equal(message, 'Turn ghost text on?');
  assert.match(
    detail,
    /lab\/small and 1 more model on your machines will suggest code while you type, for free/,
  );
  assert.match(detail, /nothing is sent to a cloud service/);
  assert.match(detail, /\.env/);
  assert.doesNotMatch(detail, /openai/);
});

test('the confirmation shows the price of a selected cloud model and what is sent to it', () => {
  const { detail } = turnOnQuestion([
    sampleCandidate({ model: 'openai/gpt', source: 'api', usdPerThousand: 0.12 }),
  ]);
  assert.match(detail, /openai\/gpt in the cloud will suggest code while you type: about \$0\.12 per 1,000/);
  assert.match(detail, /open files are sent to openai\/gpt/);
  assert.match(detail, /rumbo\.privacy\.localOnly are sent to your own models only/);
  assert.doesNotMatch(detail, /nothing is sent to a cloud/);
});

test('the confirmation says when no model is available, and what helps', () => {
  const { message, detail } = turnOnQuestion([
    sampleCandidate({ usable: false, reason: 'Its engine is down.' }),
  ]);
  assert.match(message, /No model is available yet/);
  assert.match(detail, /Pull Local Model.*Choose Models.*lab\/small: Its engine is down\./);
});

test('a preview shows its keys, and whether it is incomplete', () => {
  assert.equal(previewLine(sampleReceipt()).text, '$(sparkle) Rumbo: Tab to accept, Esc to discard');
  assert.equal(previewLine(sampleReceipt()).tooltip, 'groq/llama · 1.2 s · $0.0012');
  assert.match(previewLine(sampleReceipt({ finishReason: 'length' })).text, /incomplete/);
  assert.match(previewLine(undefined).tooltip, /was interrupted/);
});
