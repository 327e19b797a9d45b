import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiptLine, receiptSection, takeoverWarning } from '../../../client/format/receipt.ts';
import { sampleReceipt } from '../samples.ts';

test('a receipt has model, reasons, tokens, cost and times', () => {
  assert.equal(
    receiptSection(sampleReceipt()),
    `## Receipt

- **Model:** groq/llama
- **Why:** It is first in the order.
- **Task:** planning, difficulty 0.50 of 1, role planner
- **Tokens:** 812 in, 120 out
- **Cost:** $0.0012
- **Time:** 0.42 s to the first token, 1.2 s in total
- **Attempts:** 1
`,
  );
});

test('an unknown price is shown as unknown, never as 0', () => {
  const text = receiptSection(sampleReceipt({ costUsd: null }));
  assert.match(text, /\*\*Cost:\*\* price unknown/);
  assert.doesNotMatch(text, /\$0/);
});

test('a cost of 0 is free, and estimates are marked', () => {
  assert.match(receiptSection(sampleReceipt({ costUsd: 0 })), /\*\*Cost:\*\* free/);
  const estimated = receiptSection(sampleReceipt({ usageEstimated: true }));
  assert.match(estimated, /estimated: the provider did not report all of them/);
  assert.match(estimated, /\$0\.0012 \(estimated\)/);
});

test('each failed attempt is listed with its reason', () => {
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
    /1\. gemini\/flash failed \(rate limited\) after 0\.20 s\. The limit is used up until 14:00\./,
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

test('reasoning and cached tokens are counted separately, and truncation and note are shown', () => {
  const text = receiptSection(
    sampleReceipt({
      usage: { input: 12_400, cachedRead: 9000, cacheWrite: 10, output: 900, reasoning: 700 },
      finishReason: 'length',
      note: 'Practice engine.',
    }),
  );
  assert.match(
    text,
    /12,400 in \(9,000 read from the provider’s cache, 10 written to it\), 900 out \(700 of them reasoning\)/,
  );
  assert.match(text, /\*\*Truncated:\*\* the model reached its output limit/);
  assert.match(text, /\*\*Note:\*\* Practice engine\./);
});

test('one line for a notification', () => {
  assert.equal(receiptLine(sampleReceipt()), 'groq/llama · 1.2 s · $0.0012');
  assert.equal(receiptLine(sampleReceipt({ costUsd: null })), 'groq/llama · 1.2 s · price unknown');
});

test('a takeover shows its offset and the words before it; several are listed in order', () => {
  const text = `# Plan\n\n1. Retry the \`upload\` three times, ${'then say so.'}`;
  const at = text.indexOf('then');
  const takeovers = [
    { at, from: 'groq/llama', to: 'lab/small', reason: 'Groq sent nothing\nfor 30 s.' },
  ] as const;
  assert.match(
    receiptSection(sampleReceipt({ takeovers }), text),
    /- \*\*Takeover:\*\* After 43 characters \(`…Retry the 'upload' three times,`\) groq\/llama was interrupted and lab\/small continued\. Groq sent nothing for 30 s\.\n/,
  );
  assert.match(
    receiptSection(sampleReceipt({ takeovers })),
    /\*\*Takeover:\*\* After 43 characters groq\/llama was interrupted/,
  );
  const attempts = [
    { model: 'groq/llama', outcome: 'interrupted', ms: 9, message: 'Groq sent nothing\nfor 30 s.' },
    { model: 'lab/small', outcome: 'ok', ms: 9 },
  ] as const;
  const text2 = receiptSection(sampleReceipt({ takeovers, attempts }));
  assert.equal(text2.match(/Groq sent nothing/g)?.length, 1, 'the attempt has the reason');
  const two = [...takeovers, { at: 1240, from: 'lab/small', to: 'x/y', reason: 'It ended.' }] as const;
  assert.match(
    receiptSection(sampleReceipt({ takeovers: two })),
    /\*\*Takeovers:\*\* 2\n {2}1\. After 43 characters .*\n {2}2\. After 1,240 characters lab\/small was interrupted and x\/y continued\. It ended\.\n/,
  );
});

test('the cost of failed attempts is included and named', () => {
  const failed = { model: 'groq/llama', outcome: 'interrupted', ms: 3000, message: 'It broke off.' } as const;
  const ok = { model: 'lab/small', outcome: 'ok', ms: 1000 } as const;
  const paid = sampleReceipt({ attempts: [{ ...failed, costUsd: 0.0004 }, ok], costUsd: 0.0012 });
  const text = receiptSection(paid);
  assert.match(text, /\*\*Cost:\*\* \$0\.0016, \$0\.0004 of it for failed attempts\n/);
  assert.match(text, /1\. groq\/llama was interrupted after 3\.0 s\. It broke off\. It cost \$0\.0004\./);
  assert.equal(receiptLine(paid), 'groq/llama · 1.2 s · $0.0016');
  const unknown = receiptSection(sampleReceipt({ attempts: [{ ...failed, costUsd: null }, ok] }));
  assert.match(unknown, /\*\*Cost:\*\* \$0\.0012, an unknown amount more for failed attempts\n/);
  assert.match(unknown, /It cost an unknown amount\./);
  const free = receiptSection(sampleReceipt({ attempts: [{ ...failed, costUsd: 0 }, ok], costUsd: 0 }));
  assert.match(free, /\*\*Cost:\*\* free\n/);
});

test('code by several models names them', () => {
  const takeover = { at: 9, from: 'a/x', to: 'b/y', reason: 'It ended.' } as const;
  assert.equal(takeoverWarning(sampleReceipt()), undefined);
  assert.equal(
    takeoverWarning(sampleReceipt({ takeovers: [takeover] })),
    'a/x was interrupted and b/y continued: check where the parts join.',
  );
  const again = { ...takeover, from: 'b/y' } as const;
  assert.equal(
    takeoverWarning(sampleReceipt({ takeovers: [again] })),
    'b/y was interrupted and continued: check where the parts join.',
  );
  assert.match(
    receiptSection(sampleReceipt({ takeovers: [again] })),
    /b\/y was interrupted and continued\. It ended\./,
  );
  assert.equal(
    takeoverWarning(sampleReceipt({ takeovers: [takeover, { ...again, to: 'c/z' }] })),
    'a/x, then b/y were interrupted and c/z continued: check where the parts join.',
  );
});

test('the model that a gateway answered with instead is shown beside the requested one', () => {
  const receipt = sampleReceipt({ servedBy: 'team/small' });
  assert.match(
    receiptSection(receipt),
    /\*\*Model:\*\* groq\/llama \(its gateway answered with team\/small\)/,
  );
  assert.match(receiptLine(receipt), /^groq\/llama \(its gateway answered with team\/small\) · /);
});
