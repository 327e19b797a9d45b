/** The one text that every sound answer in these tests is, and the rest of it for whoever is asked to go on. */
import type { Body, FakeReply } from '../fake-providers/fake-provider.ts';
import { wordsOf } from '../fake-providers/fake-server.ts';

/** Characters of one to four bytes, and no word twice. */
export const wholeAnswer =
  'Großes Übel: «éin» Wort fehlt, 漢字 stehen daneben, 🙂🚀 fliegen fort — doch zuletzt kommt alles heil an.';

/** Words said before a fault that strikes in the middle. */
export const wordsBefore = 5;

/** Tokens that every fake reports. */
export const usage = { input: 21, output: 34 };

const words = wordsOf(wholeAnswer);

/** The answer, or what is missing of the beginning that stands in the request. */
export function continueAnswer(body: Body): FakeReply {
  const asked = JSON.stringify(body);
  let said = words.length - 1;
  while (said > 0 && !asked.includes(JSON.stringify(words.slice(0, said).join('').trimEnd()).slice(1, -1)))
    said -= 1;
  return { text: words.slice(said).join(''), usage };
}

/** Goes on by saying the last words again, as models do. */
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
