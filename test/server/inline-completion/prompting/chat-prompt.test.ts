/** The prompts that ask a chat model to fill in the middle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildChatPrompt,
  buildPrefilledPrompt,
} from '../../../../server/inline-completion/prompting/chat-prompt.ts';
import type { Message } from '../../../../shared/chat.ts';
import { fimTarget, snippets } from './fim-targets.ts';

const asText = (messages: readonly Message[]): string =>
  messages.map(({ role, content }) => `${role}: ${content}`).join('\n');

test('typed text comes last except for one line, so that an engine reads everything before it once', () => {
  const target = fimTarget({ snippets });
  const before = asText(buildChatPrompt(target).messages);
  const after = asText(buildChatPrompt({ ...target, prefix: `${target.prefix}return` }).messages);
  const same = [...before].findIndex((letter, at) => letter !== after[at]);
  assert.ok(before.length - same < 140, before.slice(same));
  assert.ok(before.startsWith('system: You complete source code'));
});

test('the prompt contains each piece of text once, unchanged', () => {
  const [, user] = buildChatPrompt(fimTarget({ snippets, length: 'line' })).messages;
  assert.equal(
    user?.content,
    [
      '<file path="one.py">\nONE = 1\n</file>',
      '<file path="two.py">\nTWO = 2</file>',
      '<after_cursor path="src/sums.py" language="python">\n\n\nadd(1, 2)\n</after_cursor>',
      '<before_cursor>\ndef add(a, b):\n    </before_cursor>',
      'Insert only the rest of the line the cursor is in.',
    ].join('\n\n'),
  );
});

test('the instruction not to think is at the very end', () => {
  const [, user] = buildChatPrompt(fimTarget(), '/no_think').messages;
  assert.match(String(user?.content), /the cursor is in\. \/no_think$/);
});

test('a prefill is a fence and the line before the cursor, and never ends with white space', () => {
  const prefill = (prefix: string) => {
    const { messages, omittedWhitespace } = buildPrefilledPrompt(fimTarget({ prefix }));
    const last = messages.at(-1);
    assert.equal(last?.role, 'assistant');
    return [last?.content, omittedWhitespace];
  };
  assert.deepEqual(prefill('a = 1\nreturn a'), ['```python\nreturn a', '']);
  assert.deepEqual(prefill('def add(a, b):\n    '), ['```python\ndef add(a, b):', '\n    ']);
  assert.deepEqual(prefill('    return '), ['```python\n    return', ' ']);
  assert.deepEqual(prefill(''), ['```python', '\n']);
  assert.deepEqual(prefill('\n'), ['```python', '\n\n']);
});
