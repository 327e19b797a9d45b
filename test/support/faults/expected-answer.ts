/** The text of every correct answer in these tests, and its rest for a request to continue it. */
import type { Body, FakeReply } from '../fake-providers/fake-provider.ts';
import { wordsOf } from '../fake-providers/fake-server.ts';

/** Characters of one to four bytes, and no word twice. */
export const wholeAnswer =
  'Großes Übel: «éin» Wort fehlt, 漢字 stehen daneben, 🙂🚀 fliegen fort — doch zuletzt kommt alles heil an.';

/** Words before a fault in the middle. */
export const wordsBefore = 5;

/** Tokens that every fake reports. */
export const usage = { input: 21, output: 34 };

const words = wordsOf(wholeAnswer);

/** How many words of the answer the request holds; the model is to continue after them. */
function wordsIn(body: Body): number {
  const request = JSON.stringify(body);
  let sent = words.length - 1;
  while (sent > 0 && !request.includes(JSON.stringify(words.slice(0, sent).join('').trimEnd()).slice(1, -1)))
    sent -= 1;
  return sent;
}

const answerFrom = (word: number): FakeReply => ({ text: words.slice(Math.max(0, word)).join(''), usage });

/** The answer, or its rest after a repetition of its last words, as a request to continue it asks for. */
export const continueAnswer = (body: Body): FakeReply => answerFrom(wordsIn(body) - 4);

/** Continues without a repetition, as if the answer had not been cut. */
export const continueExactly = (body: Body): FakeReply => answerFrom(wordsIn(body));

/** The same without the blank before its first word. */
export function continueWithoutBlank(body: Body): FakeReply {
  const { text } = continueExactly(body);
  return { text: text.trimStart(), usage };
}

/** Repeats the answer from its first word. */
export const repeatWhole = (): FakeReply => answerFrom(0);

/** Says that it continues, and repeats the last words. */
export function announceAndContinue(body: Body): FakeReply {
  const { text } = continueAnswer(body);
  return { text: wordsIn(body) === 0 ? text : `Of course! Here is the rest:\n\n${text.trimStart()}`, usage };
}

/** Writes something else when it is asked to continue, and the answer when it is asked for that. */
export const ignoreRequest = (body: Body): FakeReply =>
  wordsIn(body) === 0 ? answerFrom(0) : { text: 'I cannot see what came before.', usage };

/** How models answer the request to continue. All write the whole answer when it is requested from its beginning. */
export const takeoverReplies = [
  continueAnswer,
  continueExactly,
  continueWithoutBlank,
  repeatWhole,
  announceAndContinue,
  ignoreRequest,
] as const;

/** Words of the whole answer that a text lacks, and words that it holds more than once. */
export function compareWords(text: string): { readonly lost: number; readonly doubled: number } {
  const found = text.split(/\s+/).filter(Boolean);
  const distinct = new Set(found);
  return {
    lost: words.filter((word) => !distinct.has(word.trim())).length,
    doubled: found.length - distinct.size,
  };
}
