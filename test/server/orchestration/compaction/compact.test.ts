/** Which messages are compacted, in which order, and what never changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compactConversation,
  type Summarise,
  tokensOf,
} from '../../../../server/orchestration/compaction/compact.ts';
import type { Message } from '../../../../shared/chat.ts';
import { textOf, toolCallsOf } from '../../../../shared/message-parts.ts';

const words = (count: number, word = 'lorem'): string => Array.from({ length: count }, () => word).join(' ');
const user = (content: string): Message => ({ role: 'user', content });
const says = (content: string): Message => ({ role: 'assistant', content });
const calls = (id: string, name = 'read_file', input = '{"path":"src/a.ts"}'): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: [{ id, name, input }],
});
const result = (toolCallId: string, content: string): Message => ({
  role: 'tool',
  toolCallId,
  toolName: 'read_file',
  content,
});

const summaries = (): { summarise: Summarise; titles: string[] } => {
  const titles: string[] = [];
  return {
    titles,
    summarise: async (items) =>
      items.map(({ title }) => {
        titles.push(title);
        return `Summary of ${title}.`;
      }),
  };
};

const agentRun = (steps: number, size: number): Message[] => [
  { role: 'system', content: 'Be brief.' },
  user('Rename computeTotal everywhere.'),
  ...Array.from({ length: steps }, (_, number) => [
    calls(`c${number}`),
    result(`c${number}`, `// src/file${number}.ts\n${words(size)}`),
  ]).flat(),
];

test('the oldest tool results are compacted first, and only as many as needed', async () => {
  const messages = agentRun(6, 400);
  const { summarise, titles } = summaries();
  const goal = tokensOf(messages) - 700;
  const compacted = await compactConversation(messages, goal, summarise);
  assert.ok(compacted);
  assert.ok(tokensOf(compacted.messages) <= goal);
  assert.equal(compacted.turns, 0);
  assert.equal(compacted.toolResults, titles.length);
  assert.ok(titles.length >= 1 && titles.length <= 2, titles.join());
  assert.match(textOf(compacted.messages[3] as Message), /Summary of Result of read_file with .*src\/a\.ts/);
  assert.match(textOf(compacted.messages[3] as Message), /Names in it: .*src\/file0\.ts/);
  assert.deepEqual(compacted.messages.slice(-4), messages.slice(-4));
  assert.deepEqual(compacted.messages.slice(0, 3), messages.slice(0, 3));
});

test('then older turns become one message, with decisions, names and the user’s own words', async () => {
  const messages = [
    user('Build a shop.'),
    ...Array.from({ length: 20 }, (_, number) => [
      says(`${words(150)}. We will use table_${number} instead of the old one. ${words(50)}`),
      user(`Next, number ${number}.`),
    ]).flat(),
    user('And now the invoice.'),
  ];
  const { summarise, titles } = summaries();
  const goal = 2_500;
  const compacted = await compactConversation(messages, goal, summarise);
  assert.ok(compacted);
  assert.deepEqual(titles, ['The earlier conversation']);
  assert.ok(tokensOf(compacted.messages) <= goal);
  assert.deepEqual(compacted.messages[0], messages[0], 'the beginning stays');
  assert.deepEqual(compacted.messages.at(-1), messages.at(-1));
  const summary = textOf(compacted.messages[1] as Message);
  assert.match(summary, /Rumbo compacted \d+ earlier messages/);
  assert.match(summary, /We will use table_\d+ instead of the old one\./);
  assert.match(summary, /The user wrote, word for word:\n- Next, number/);
  assert.ok(compacted.turns > 20);
});

test('pictures that no longer fit are named', async () => {
  const picture = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const;
  const messages: Message[] = [
    user('Look.'),
    ...[1, 2, 3].flatMap((number): Message[] => [
      { role: 'user', content: [{ type: 'text', text: `Number ${number}.` }, picture] },
      says(words(500)),
    ]),
    user('Compare.'),
  ];
  const compacted = await compactConversation(messages, 1_600, summaries().summarise);
  assert.match(
    textOf(compacted?.messages[1] as Message),
    /They had [23] pictures, which are no longer here\./,
  );
});

test('within one long run of tools the request of the user stays as it was', async () => {
  const messages = [
    user('First task.'),
    says('Done.'),
    user('Rename computeTotal everywhere.'),
    ...agentRun(40, 60).slice(2),
  ];
  const { summarise } = summaries();
  const compacted = await compactConversation(messages, 1_200, summarise);
  assert.ok(compacted);
  assert.deepEqual(compacted.messages[0], messages[0]);
  assert.deepEqual(compacted.messages[2], user('Rename computeTotal everywhere.'));
  assert.equal(compacted.messages[3]?.role, 'assistant');
  assert.ok(tokensOf(compacted.messages) <= 1_200);
});

test('the latest result is shortened only when nothing else helps', async () => {
  const messages = [user('Read it.'), calls('1'), result('1', words(20_000))];
  const { summarise, titles } = summaries();
  const compacted = await compactConversation(messages, 2_000, summarise);
  assert.ok(compacted);
  assert.equal(titles.length, 1);
  assert.equal(compacted.messages.length, 3);
  assert.deepEqual(compacted.messages.slice(0, 2), messages.slice(0, 2));
});

test('what a user wrote last is never changed: a prompt that is too long stays so', async () => {
  const { summarise } = summaries();
  assert.equal(
    await compactConversation([user('a'), says('b'), user(words(9_000))], 1_000, summarise),
    undefined,
  );
});

test('without a model the texts are shortened, and counted', async () => {
  const messages = agentRun(6, 800);
  const compacted = await compactConversation(messages, 2_500, async () => []);
  assert.ok(compacted);
  assert.ok(compacted.shortened > 0);
  assert.ok(tokensOf(compacted.messages) <= 2_500);
  assert.ok(compacted.messages.some((message) => /characters left out/.test(textOf(message))));
});

test('whatever the conversation: no result without its call, no call twice, and it fits', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('say' as const), size: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant('ask' as const), size: fc.integer({ min: 1, max: 80 }) }),
    fc.record({ kind: fc.constant('call' as const), size: fc.integer({ min: 1, max: 600 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 40 }),
      fc.integer({ min: 400, max: 4_000 }),
      async (steps, goal) => {
        const messages: Message[] = [{ role: 'system', content: 'Be brief.' }, user('Begin.')];
        for (const [number, { kind, size }] of steps.entries()) {
          if (kind === 'say') messages.push(says(words(size)));
          else if (kind === 'ask') messages.push(user(words(size, 'why')));
          else messages.push(calls(`c${number}`), result(`c${number}`, words(size)));
        }
        const compacted = await compactConversation(messages, goal, summaries().summarise);
        if (!compacted) return;
        assert.ok(tokensOf(compacted.messages) <= goal);
        assert.deepEqual(compacted.messages.slice(0, 2), messages.slice(0, 2));
        assert.deepEqual(
          [...compacted.replaced, ...messages.slice(compacted.cut)].map(({ role }) => role),
          compacted.messages.map(({ role }) => role),
        );
        const open = new Set<string>();
        for (const message of compacted.messages) {
          if (message.role === 'assistant')
            for (const { id } of toolCallsOf(message)) {
              assert.ok(!open.has(id));
              open.add(id);
            }
          if (message.role === 'tool') assert.ok(open.has(message.toolCallId), message.toolCallId);
        }
        const lastUser = messages.findLast(({ role }) => role === 'user');
        assert.ok(compacted.messages.some((message) => message === lastUser));
      },
    ),
    { numRuns: 200 },
  );
});
