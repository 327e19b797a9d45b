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

/** The answer, or its rest after the prefix in the request. */
export function continueAnswer(body: Body): FakeReply {
  const request = JSON.stringify(body);
  let sent = words.length - 1;
  while (sent > 0 && !request.includes(JSON.stringify(words.slice(0, sent).join('').trimEnd()).slice(1, -1)))
    sent -= 1;
  return { text: words.slice(sent).join(''), usage };
}

/** Continues by repeating the last words, as models do. */
export function repeatAndContinue(body: Body): FakeReply {
  const { text } = continueAnswer(body);
  const from = words.length - wordsOf(text).length;
  return {
    text: words
      .slice(Math.max(0, from - 3))
      .join('')
      .trimStart(),
    usage,
  };
}
