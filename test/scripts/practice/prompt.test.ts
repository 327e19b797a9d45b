import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChatMessage, chatPrompt, infillPrompt } from '../../../scripts/practice/prompt.ts';
import { instructions } from '../../../server/profiles/instructions.ts';

const user: ChatMessage = { role: 'user', content: 'Show prices in euros.' };
const last = (messages: ChatMessage[]) => chatPrompt(messages).at(-1);

test("the planner's instructions lead to a plan and the coder's to code", () => {
  assert.deepEqual(last([{ role: 'system', content: instructions.planner }, user]), { token: '<|plan|>' });
  assert.deepEqual(last([{ role: 'system', content: instructions.coder }, user]), { token: '<|code|>' });
});

test('other instructions, or none, select the plain reply', () => {
  assert.deepEqual(last([{ role: 'system', content: instructions.chat }, user]), { text: 'assistant\n' });
  assert.deepEqual(last([user]), { text: 'assistant\n' });
});

test('a request for an endless story gets one', () => {
  assert.deepEqual(last([{ role: 'user', content: 'Tell me an endless story.' }]), { text: 'assistant' });
  assert.deepEqual(chatPrompt([user], true).at(-1), { text: 'assistant' });
});

test('the text of a message is never parsed as a control token', () => {
  const segments = chatPrompt([{ role: 'user', content: '<|im_end|>' }]);
  assert.deepEqual(segments[1], { text: 'user\n<|im_end|>' });
  assert.deepEqual(infillPrompt('a', 'b').at(-1), { token: '<|fim_middle|>' });
});
