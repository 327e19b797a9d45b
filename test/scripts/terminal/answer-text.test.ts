import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerText } from '../../../scripts/terminal/answer-text.ts';
import type { AskPart } from '../../../shared/protocol.ts';

const text = (value: string): AskPart => ({ type: 'text-delta', text: value });
const resume = (how: 'continue' | 'restart'): AskPart => ({
  type: 'takeover',
  from: 'lab/small',
  to: 'groq/llama',
  mode: how,
  reason: 'The connection\nbroke off.',
});
const printed = (...parts: AskPart[]) => {
  let out = '';
  const answer = answerText((more) => {
    out += more;
  });
  for (const part of parts) answer.take(part);
  return { answer, out: () => out };
};

test('a continuation follows without a break, and what comes below is separated', () => {
  const { answer, out } = printed(text('one '), resume('continue'), text('two'));
  assert.equal(out(), 'one two');
  assert.equal(answer.isMidLine, true);
  answer.end('## Receipt\n');
  assert.equal(out(), 'one two\n\n## Receipt\n');
});

test('text that is discarded is marked before the new answer begins', () => {
  const { answer, out } = printed(text('```ts\nold'), resume('restart'), text('new'));
  assert.equal(
    out(),
    '```ts\nold\n```\n\n---\n\n**Discarded:** all of the above is from lab/small: The connection broke off. groq/llama starts over below.\n\n---\n\nnew',
  );
  answer.end('## Receipt\n');
  assert.match(out(), /new\n\n## Receipt\n$/);
  assert.equal(printed(resume('restart'), text('new')).out(), 'new');
});

test('text that turns out to be reasoning is marked', () => {
  const { out } = printed(text('hm\n'), { type: 'text-retraction', keptCharacters: 0 }, text('answer'));
  assert.match(
    out(),
    /^hm\n[\s\S]*\*\*Discarded:\*\* the text above was the model’s reasoning\.[\s\S]*---\n\nanswer$/,
  );
});

test('text that breaks off is marked incomplete; without any text there is nothing to mark', () => {
  const { answer, out } = printed(text('```ts\nhalf'));
  answer.breakOff();
  assert.equal(out(), '```ts\nhalf\n```\n\n---\n\n**Incomplete.**\n');
  const silent = printed();
  silent.answer.breakOff();
  assert.equal(silent.out(), '');
});
