/** What of a conversation stays word for word. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decisionsIn,
  identifiersIn,
  mediaIn,
  shortened,
  transcriptOf,
} from '../../../../server/orchestration/compaction/transcript.ts';
import type { Message } from '../../../../shared/chat.ts';

test('names are found in prose, code and output of tools, the frequent ones first', () => {
  const text = `Edit src/cart/total.ts and package.json. The function computeTotal calls TaxTable and
    apply_discount; \`npm run check\` fails with TS2345 in ./src/cart/total.ts, see #482 and https://example.com/a?b=1.
    Version 4.17.21, commit 9fceb02d0ae5. computeTotal is called by checkoutPage.`;
  const names = identifiersIn(text, 2_000);
  assert.equal(names[0], 'computeTotal');
  for (const name of [
    'src/cart/total.ts',
    './src/cart/total.ts',
    'package.json',
    'TaxTable',
    'apply_discount',
    'npm run check',
    'TS2345',
    '#482',
    'https://example.com/a?b=1.',
    '4.17.21',
    '9fceb02d0ae5',
    'checkoutPage',
  ])
    assert.ok(names.includes(name), `${name} in ${names.join(' ')}`);
  assert.deepEqual(identifiersIn('Nothing here has a name, only words.', 500), []);
});

test('names stay within their limit', () => {
  const text = Array.from({ length: 500 }, (_, number) => `file${number}.ts`).join(' ');
  assert.ok(identifiersIn(text, 300).join(', ').length <= 300);
});

test('sentences that decide something are kept, in English and Spanish, in their order', () => {
  const text = `Hello there. We will use SQLite instead of Redis. The weather is fine.\nNunca borres la carpeta data. It ran for a while.`;
  assert.deepEqual(decisionsIn(text, 500), [
    'We will use SQLite instead of Redis.',
    'Nunca borres la carpeta data.',
  ]);
  assert.deepEqual(decisionsIn(text, 35), ['Nunca borres la carpeta data.'], 'the latest is kept');
});

test('a shortened text says how much is left out, and splits no character', () => {
  const text = '😀'.repeat(1_000);
  const short = shortened(text, 301);
  assert.ok(short.length <= 320, `${short.length}`);
  assert.match(short, /\[\d+ characters left out\]/);
  assert.ok(short.isWellFormed());
  assert.equal(shortened('brief', 100), 'brief');
});

test('a transcript has calls, results and failures, and no thoughts', () => {
  const transcript = transcriptOf([
    { role: 'user', content: 'Fix it' },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'secret thought' },
        { type: 'text', text: 'I look.' },
        { type: 'tool-call', id: '1', name: 'read', input: '{"path":"a"}' },
      ],
    },
    { role: 'tool', toolCallId: '1', toolName: 'read', content: 'no such file', isError: true },
  ]);
  assert.equal(
    transcript,
    'User:\nFix it\n\nAssistant:\nI look.\nCalls read with {"path":"a"}\n\nResult of read (failed):\nno such file',
  );
});

test('pictures, documents and sounds leave a mark, whatever message had them', () => {
  const picture = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const;
  const messages: Message[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Compare:' },
        picture,
        { type: 'document', text: 'All of it.' },
        { type: 'document', url: 'https://example.com/a.pdf', title: 'Plan' },
      ],
    },
    { role: 'tool', toolCallId: '1', toolName: 'shot', content: [picture] },
    {
      role: 'assistant',
      content: [{ type: 'audio', mediaType: 'audio/wav', data: 'AAAA', transcript: 'Hi.' }],
    },
  ];
  assert.equal(mediaIn(messages), '2 pictures, 1 document, and 1 sound');
  assert.equal(mediaIn([{ role: 'user', content: 'x' }]), undefined);
  assert.equal(
    transcriptOf(messages),
    'User:\nCompare:\n(a picture)\nAll of it.\n(the document Plan)\n\nResult of shot:\n(a picture)\n\nAssistant:\n(a sound: Hi.)',
  );
});
