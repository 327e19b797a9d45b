import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerDocument, emptyAnswer, withPart } from '../../../client/texts/answer.ts';
import type { AskPart } from '../../../shared/protocol.ts';
import { receipt } from '../samples.ts';

const after = (...parts: AskPart[]) => parts.reduce(withPart, emptyAnswer('Plan', 'add retries'));
const start: AskPart = { type: 'start', model: 'lab/small', cached: false };

test('it says who is asked before the first word', () => {
  assert.match(answerDocument(after()), /choosing a model/);
  assert.match(answerDocument(after(start)), /waiting for lab\/small/);
  assert.match(
    answerDocument(after(start, { type: 'reasoning-delta', text: 'hm' })),
    /lab\/small is thinking/,
  );
});

test('text arrives piece by piece, thinking is not shown', () => {
  const text = answerDocument(
    after(
      start,
      { type: 'reasoning-delta', text: 'secret' },
      { type: 'text-delta', text: '1. ' },
      { type: 'text-delta', text: 'Look' },
    ),
  );
  assert.match(text, /1\. Look/);
  assert.doesNotMatch(text, /secret|thinking/);
});

test('a provider’s note stands above the answer, and a replaced model is named', () => {
  const text = answerDocument(
    after(
      { type: 'fallback', from: 'gemini/flash', reason: 'Its limit is used up.' },
      { ...start, note: 'Practice engine: not a real model.' },
      { type: 'text-delta', text: 'The plan' },
    ),
  );
  assert.ok(text.indexOf('Practice engine') < text.indexOf('The plan'));
  assert.match(text, /Not answered by gemini\/flash: Its limit is used up\./);
});

test('the receipt closes a whole answer', () => {
  const whole = { ...after(start), text: 'Done.', ending: { type: 'complete', receipt: receipt() } } as const;
  assert.match(answerDocument(whole), /Done\.\n\n---\n\n## Receipt/);
});

test('what had arrived stays when it is stopped or fails', () => {
  const partial = after(start, { type: 'text-delta', text: 'First half' });
  assert.match(
    answerDocument({ ...partial, ending: { type: 'stopped' } }),
    /First half[\s\S]*Stopped by you/,
  );
  const failed = answerDocument({
    ...partial,
    ending: { type: 'failed', sentence: 'It broke\noff. Ask again.' },
  });
  assert.match(failed, /First half[\s\S]*\*\*Incomplete:\*\* It broke off\. Ask again\./);
});
