import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiptLine, receiptSection, takeoverWarning } from '../../../client/format/receipt.ts';
import { sampleReceipt } from '../samples.ts';

test('a receipt says model, reasons, tokens, money and times', () => {
  assert.equal(
    receiptSection(sampleReceipt()),
    `## Receipt

- **Model:** groq/llama
- **Why:** It is first in the order.
- **Task:** planning, difficulty 0.50 of 1, asked as planner
- **Tokens:** 812 in, 120 out
- **Money:** $0.0012
- **Time:** 0.42 s to the first word, 1.2 s in all
- **Attempts:** 1
`,
  );
});

test('an unknown price is said to be unknown, never 0', () => {
  const text = receiptSection(sampleReceipt({ costUsd: null }));
  assert.match(text, /\*\*Money:\*\* price unknown/);
  assert.doesNotMatch(text, /\$0/);
});

test('what costs nothing is free, and estimates are marked', () => {
  assert.match(receiptSection(sampleReceipt({ costUsd: 0 })), /\*\*Money:\*\* free/);
  const estimated = receiptSection(sampleReceipt({ usageEstimated: true }));
  assert.match(estimated, /estimated: the provider did not say/);
  assert.match(estimated, /\$0\.0012 \(estimated\)/);
});

test('each attempt before the answer is named, with why it failed', () => {
  const text = receiptSection(
    sampleReceipt({
      attempts: [
        {
          model: 'gemini/flash',
          outcome: 'rate-limited',
          ms: 200,
          message: 'The limit is used up\nuntil 14:00.',
        },
        { model: 'groq/llama', outcome: 'ok', ms: 1000 },
      ],
    }),
  );
  assert.match(
    text,
    /1\. gemini\/flash did not answer: rate limited after 0\.20 s\. The limit is used up until 14:00\./,
  );
  assert.match(text, /2\. groq\/llama answered after 1\.0 s\./);
});

test('a cached answer says that nothing was sent', () => {
  const text = receiptSection(
    sampleReceipt({ cached: true, attempts: [], costUsd: 0, timeToFirstTokenMs: 1 }),
  );
  assert.match(text, /from the cache, nothing was sent/);
  assert.doesNotMatch(text, /Attempts/);
});

test('thinking and the provider’s cache are counted apart, a cut and a note are said', () => {
  const text = receiptSection(
    sampleReceipt({
      usage: { input: 12_400, cachedRead: 9000, cacheWrite: 10, output: 900, reasoning: 700 },
      finishReason: 'length',
      note: 'Practice engine.',
    }),
  );
  assert.match(
    text,
    /12,400 in \(9,000 read from the provider’s cache, 10 written to it\), 900 out \(700 of them thinking\)/,
  );
  assert.match(text, /\*\*Cut:\*\* the model reached its output limit/);
  assert.match(text, /\*\*Note:\*\* Practice engine\./);
});

test('one line for a notification', () => {
  assert.equal(receiptLine(sampleReceipt()), 'groq/llama · 1.2 s · $0.0012');
  assert.equal(receiptLine(sampleReceipt({ costUsd: null })), 'groq/llama · 1.2 s · price unknown');
});

test('a seam is shown by how far it is and the words before it, several in order', () => {
  const text = `# Plan\n\n1. Retry the \`upload\` three times, ${'then say so.'}`;
  const at = text.indexOf('then');
  const takeovers = [
    { at, from: 'groq/llama', to: 'lab/small', reason: 'Groq sent nothing\nfor 30 s.' },
  ] as const;
  assert.match(
    receiptSection(sampleReceipt({ takeovers }), text),
    /- \*\*Seam:\*\* After 43 characters \(`…Retry the 'upload' three times,`\) groq\/llama broke off and lab\/small went on\. Groq sent nothing for 30 s\.\n/,
  );
  assert.match(
    receiptSection(sampleReceipt({ takeovers })),
    /\*\*Seam:\*\* After 43 characters groq\/llama broke off/,
  );
  const attempts = [
    { model: 'groq/llama', outcome: 'interrupted', ms: 9, message: 'Groq sent nothing\nfor 30 s.' },
    { model: 'lab/small', outcome: 'ok', ms: 9 },
  ] as const;
  const told = receiptSection(sampleReceipt({ takeovers, attempts }));
  assert.equal(told.match(/Groq sent nothing/g)?.length, 1, 'the reason stands with the attempt');
  const two = [...takeovers, { at: 1240, from: 'lab/small', to: 'x/y', reason: 'It ended.' }] as const;
  assert.match(
    receiptSection(sampleReceipt({ takeovers: two })),
    /\*\*Seams:\*\* 2\n {2}1\. After 43 characters .*\n {2}2\. After 1,240 characters lab\/small broke off and x\/y went on\. It ended\.\n/,
  );
});

test('what failed attempts cost is part of the sum and named', () => {
  const failed = { model: 'groq/llama', outcome: 'interrupted', ms: 3000, message: 'It broke off.' } as const;
  const ok = { model: 'lab/small', outcome: 'ok', ms: 1000 } as const;
  const paid = sampleReceipt({ attempts: [{ ...failed, costUsd: 0.0004 }, ok], costUsd: 0.0012 });
  const text = receiptSection(paid);
  assert.match(text, /\*\*Money:\*\* \$0\.0016, \$0\.0004 of it for what failed\n/);
  assert.match(text, /1\. groq\/llama broke off after 3\.0 s\. It broke off\. It cost \$0\.0004\./);
  assert.equal(receiptLine(paid), 'groq/llama · 1.2 s · $0.0016');
  const unknown = receiptSection(sampleReceipt({ attempts: [{ ...failed, costUsd: null }, ok] }));
  assert.match(unknown, /\*\*Money:\*\* \$0\.0012, an unknown price more for what failed\n/);
  assert.match(unknown, /It cost an unknown price\./);
  const free = receiptSection(sampleReceipt({ attempts: [{ ...failed, costUsd: 0 }, ok], costUsd: 0 }));
  assert.match(free, /\*\*Money:\*\* free\n/);
});

test('code that was written in parts says who wrote them', () => {
  const seam = { at: 9, from: 'a/x', to: 'b/y', reason: 'It ended.' } as const;
  assert.equal(takeoverWarning(sampleReceipt()), undefined);
  assert.equal(
    takeoverWarning(sampleReceipt({ takeovers: [seam] })),
    'a/x broke off and b/y went on: check where they meet.',
  );
  const again = { ...seam, from: 'b/y' } as const;
  assert.equal(
    takeoverWarning(sampleReceipt({ takeovers: [again] })),
    'b/y broke off and went on: check where the parts meet.',
  );
  assert.match(
    receiptSection(sampleReceipt({ takeovers: [again] })),
    /b\/y broke off and went on\. It ended\./,
  );
  assert.equal(
    takeoverWarning(sampleReceipt({ takeovers: [seam, { ...again, to: 'c/z' }] })),
    'a/x, then b/y broke off and c/z went on: check where they meet.',
  );
});
