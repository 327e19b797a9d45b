/** A client that drops what only the service can read gets it back in the next turn, by its tool calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptSignatures } from '../../../server/orchestration/kept-signatures.ts';
import type { EnginePart, Message } from '../../../shared/chat.ts';
import { inTurn, pipeline, type Script, usage } from './pipeline.ts';

const thought = { type: 'reasoning', text: 'look it up', signature: 'anthropic:x' } as const;
const call = { type: 'tool-call', id: 'c1', name: 'look', input: '{"at": 1}' } as const;
const { type: _, ...plainCall } = call;
const question: Message = { role: 'user', content: 'hi' };
const result: Message = { role: 'tool', toolCallId: 'c1', toolName: 'look', content: 'found' };

test('signed thoughts and signatures of calls come back to an answer that lacks them', () => {
  const signatures = keptSignatures();
  const second = { ...call, id: 'c2', signature: 'gemini:y' };
  signatures.keep({
    content: [thought, { type: 'text', text: 'Well.' }, call, second],
    toolCalls: [call, second],
  });
  const answer: Message = {
    role: 'assistant',
    content: 'Well.',
    toolCalls: [
      { ...plainCall, input: '{"at":1}' },
      { ...plainCall, id: 'c2' },
    ],
  };
  assert.deepEqual(signatures.restore([question, answer, result])[1], {
    role: 'assistant',
    content: [thought, { type: 'text', text: 'Well.' }, { ...call, input: '{"at":1}' }, { ...second }],
  });
});

test('an answer that has its signatures, another call, and a conversation without calls stay as they are', () => {
  const signatures = keptSignatures();
  signatures.keep({ content: [thought, call], toolCalls: [call] });
  for (const answer of [
    { role: 'assistant', content: [{ ...thought, signature: 'anthropic:own' }, call] },
    { role: 'assistant', content: '', toolCalls: [{ ...plainCall, input: '{"at":2}' }] },
    { role: 'assistant', content: '', toolCalls: [{ ...plainCall, id: 'c9' }] },
    { role: 'assistant', content: 'plain' },
  ] as const) {
    const messages: readonly Message[] = [question, answer];
    assert.equal(signatures.restore(messages), messages, JSON.stringify(answer));
  }
});

test('a thought that came back without its signature is replaced by the signed one', () => {
  const signatures = keptSignatures();
  signatures.keep({ content: [thought, call], toolCalls: [call] });
  const messages: readonly Message[] = [
    question,
    { role: 'assistant', content: [{ type: 'reasoning', text: 'look it up' }, call] },
  ];
  assert.deepEqual(signatures.restore(messages)[1], { role: 'assistant', content: [thought, call] });
});

test('an answer without signatures is not kept', () => {
  const signatures = keptSignatures();
  signatures.keep({ toolCalls: [plainCall] });
  const messages: readonly Message[] = [question, { role: 'assistant', content: '', toolCalls: [plainCall] }];
  assert.equal(signatures.restore(messages), messages);
});

test('the service gets the signatures in the next turn, although the client has dropped them', async () => {
  const answers = (...parts: readonly EnginePart[]): Script =>
    async function* () {
      yield* parts;
      yield { type: 'finish', reason: 'stop', usage };
    };
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: inTurn(
        answers({ type: 'reasoning-end', signature: 'anthropic:x' }, call),
        answers({ type: 'text-delta', text: 'Done.' }),
      ),
    },
  ]);
  const tools = [{ name: 'look', inputSchema: { type: 'object' } }];
  const { result: first } = await rumbo.ask({ messages: [{ role: 'user', content: 'hi' }], tools });
  assert.equal(first.content?.[0]?.type, 'reasoning');
  await rumbo.ask({
    tools,
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '', toolCalls: [plainCall] },
      { role: 'tool', toolCallId: 'c1', toolName: 'look', content: 'found' },
    ],
  });
  const sent = rumbo.requests[1]?.messages.find(({ role }) => role === 'assistant');
  assert.deepEqual(sent?.content, [{ type: 'reasoning', text: '', signature: 'anthropic:x' }, call]);
});
