/** A gap as a question to a model that only chats. */
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

test('what was typed stands last but for one line, so that all before it is read once', () => {
  const gap = fimTarget({ snippets });
  const before = asText(buildChatPrompt(gap).messages);
  const after = asText(buildChatPrompt({ ...gap, prefix: `${gap.prefix}return` }).messages);
  const same = [...before].findIndex((letter, at) => letter !== after[at]);
  assert.ok(before.length - same < 140, before.slice(same));
  assert.ok(before.startsWith('system: You complete source code'));
});

test('the pieces stand as they are, each once', () => {
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

test('a model that thinks unless it is told otherwise is told so at the very end', () => {
  const [, user] = buildChatPrompt(fimTarget(), '/no_think').messages;
  assert.match(String(user?.content), /the cursor is in\. \/no_think$/);
});

test('the answer is begun with a fence and the line before the cursor, and never ends with a blank', () => {
  const begun = (prefix: string) => {
    const { messages, omittedWhitespace } = buildPrefilledPrompt(fimTarget({ prefix }));
    const last = messages.at(-1);
    assert.equal(last?.role, 'assistant');
    return [last?.content, omittedWhitespace];
  };
  assert.deepEqual(begun('a = 1\nreturn a'), ['```python\nreturn a', '']);
  assert.deepEqual(begun('def add(a, b):\n    '), ['```python\ndef add(a, b):', '\n    ']);
  assert.deepEqual(begun('    return '), ['```python\n    return', ' ']);
  assert.deepEqual(begun(''), ['```python', '\n']);
  assert.deepEqual(begun('\n'), ['```python', '\n\n']);
});
