import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerDocument,
  emptyAnswerState,
  takeoverNote,
  withAnswerPart,
} from '../../../client/format/answer.ts';
import type { AskPart } from '../../../shared/protocol.ts';
import { sampleReceipt } from '../samples.ts';

const after = (...parts: AskPart[]) => parts.reduce(withAnswerPart, emptyAnswerState('Plan', 'add retries'));
const start: AskPart = { type: 'start', model: 'lab/small', cached: false };
const text = (delta: string): AskPart => ({ type: 'text-delta', text: delta });
const resume = (mode: 'continue' | 'restart', from = 'lab/small', to = 'groq/llama'): AskPart =>
  ({ type: 'takeover', from, to, mode, reason: 'The connection\nbroke off.' }) as AskPart;

test('the document names the model before the first token', () => {
  assert.match(answerDocument(after()), /choosing a model/);
  assert.match(answerDocument(after(start)), /waiting for lab\/small/);
  assert.match(
    answerDocument(after(start, { type: 'reasoning-delta', text: 'hm' })),
    /lab\/small is thinking/,
  );
});

test('a rate limit that is waited for is shown with its end, until the model answers', () => {
  const wait: AskPart = {
    type: 'wait',
    until: '2026-11-21T10:00:40.000Z',
    reason: 'lab/small: At its limit.',
  };
  assert.match(answerDocument(after(wait)), /waiting until \d.*: lab\/small: At its limit\./);
  assert.doesNotMatch(answerDocument(after(wait, start)), /waiting until/);
});

test('text streams in parts, and reasoning is not shown', () => {
  const document = answerDocument(
    after(
      start,
      { type: 'reasoning-delta', text: 'secret' },
      { type: 'text-delta', text: '1. ' },
      { type: 'text-delta', text: 'Look' },
    ),
  );
  assert.match(document, /1\. Look/);
  assert.doesNotMatch(document, /secret|thinking/);
});

test('text that turns out to be reasoning is removed', () => {
  const state = after(
    start,
    text('Kept. Hm.'),
    { type: 'text-retraction', keptCharacters: 5 },
    text(' Yes.'),
  );
  assert.equal(state.text, 'Kept. Yes.');
});

test('a provider’s note is above the answer, and a failed model is named', () => {
  const document = answerDocument(
    after(
      { type: 'fallback', from: 'gemini/flash', reason: 'Its limit is used up.' },
      { ...start, note: 'Practice engine: not a real model.' },
      { type: 'text-delta', text: 'The plan' },
    ),
  );
  assert.ok(document.indexOf('Practice engine') < document.indexOf('The plan'));
  assert.match(document, /Not answered by gemini\/flash: Its limit is used up\./);
});

test('a complete answer ends with its receipt', () => {
  const whole = {
    ...after(start),
    text: 'Done.',
    ending: { type: 'complete', receipt: sampleReceipt() },
  } as const;
  assert.match(answerDocument(whole), /Done\.\n\n---\n\n## Receipt/);
});

test('received text stays when the answer is stopped or fails', () => {
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

test('an answer that another model continues stays one text, and names the takeover with its reason', () => {
  const before = after(start, text('1. Look\n2. '), resume('continue'));
  assert.match(answerDocument(before), /waiting for groq\/llama/);
  assert.equal(takeoverNote(before), 'took over from lab/small');
  const state = [text('Leap')].reduce(withAnswerPart, before);
  assert.match(
    answerDocument(state),
    /1\. Look\n2\. Leap\n\n\*groq\/llama took over from lab\/small: The connection broke off\.\*\n\n\*groq\/llama is answering…\*\n$/,
  );
  const takeovers = [{ at: 11, from: 'lab/small', to: 'groq/llama', reason: 'It broke off.' }] as const;
  const whole = answerDocument({
    ...state,
    ending: { type: 'complete', receipt: sampleReceipt({ takeovers }) },
  });
  assert.match(
    whole,
    /2\. Leap\n\n\*groq\/llama took over from lab\/small\. The receipt says where and why\.\*/,
  );
  assert.match(whole, /\*\*Takeover:\*\* After 11 characters \(`1\. Look 2\.`\) lab\/small was interrupted/);
});

test('a restarted answer quotes the discarded text apart from the new answer', () => {
  const state = after(start, text('## Old\n\n```ts\nconst a'), resume('restart'), text('New'));
  const document = answerDocument(state);
  assert.match(
    document,
    /\*\*Discarded\*\*, from lab\/small: The connection broke off\. groq\/llama starts over below\.\n\n> ## Old\n>\n> ```ts\n> const a\n\n---\n\nNew\n/,
  );
  assert.doesNotMatch(document.replace(/^>.*$/gm, ''), /Old|const a/);
  assert.equal(state.text, 'New');
  assert.match(
    answerDocument({
      ...after(start, text('Old'), resume('restart')),
      ending: { type: 'failed', sentence: 'No.' },
    }),
    /> Old\n\n---\n\n\*\*Not answered:\*\* No\./,
  );
});

test('a text that was continued and then restarted is discarded as a whole; without text nothing is discarded', () => {
  const state = after(
    start,
    text('one '),
    resume('continue'),
    text('two'),
    resume('restart', 'groq/llama', 'x/y'),
  );
  assert.match(answerDocument(state), /> one two\n/);
  assert.doesNotMatch(answerDocument(state), /took over/);
  const silent = after(start, resume('restart'));
  assert.match(answerDocument(silent), /\*Not answered by lab\/small: The connection broke off\.\*/);
  assert.doesNotMatch(answerDocument(silent), /Discarded/);
});

test('text below an answer is never inside its open code fence', () => {
  const partial = after(start, text('```ts\nconst a = 1;\n'));
  for (const ending of [
    undefined,
    { type: 'stopped' },
    { type: 'failed', sentence: 'It broke off.' },
  ] as const) {
    const document = answerDocument(ending ? { ...partial, ending } : partial);
    assert.match(document, /const a = 1;\n```\n\n(?:---|\*)/);
  }
});

test('a model that continues after itself does not take over from itself', () => {
  const state = after(start, text('one'), resume('continue', 'lab/small', 'lab/small'));
  assert.match(
    answerDocument(state),
    /\*lab\/small continued after an interruption: The connection broke off\.\*/,
  );
  assert.equal(takeoverNote(state), 'continued after an interruption');
});

test('a refusal, sources and media are named; nothing of a source is Markdown, and a restart forgets them', () => {
  const parts: readonly AskPart[] = [
    { type: 'refusal-delta', text: 'I cannot draw that.' },
    { type: 'citation', citation: { title: 'A `page`', url: 'https://a.example/[x](y)' } },
    { type: 'citation', citation: { title: 'A `page`', url: 'https://a.example/[x](y)' } },
    { type: 'citation', citation: { quote: 'words\nof it' } },
    { type: 'image', mediaType: 'image/png', data: 'AAAA' },
  ];
  const shown = parts.reduce(withAnswerPart, emptyAnswerState('Ask', 'draw'));
  const text = answerDocument(shown);
  assert.match(text, /I cannot draw that\.\n\n\*The model declined, in the words above\.\*/);
  assert.match(text, /\*A picture \(image\/png\) of the answer is not shown here\.\*/);
  assert.match(
    text,
    /\*\*Sources\*\*\n\n1\. `A 'page': https:\/\/a\.example\/\[x\]\(y\)`\n2\. `words of it`\n/,
  );
  const restart = { type: 'takeover', from: 'a/1', to: 'b/2', mode: 'restart', reason: 'r.' } as const;
  const later = answerDocument(withAnswerPart(shown, restart));
  assert.doesNotMatch(later, /Sources|not shown here|declined/);
});
