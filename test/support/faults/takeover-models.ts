/** What models do that are asked to continue a text: for tests that join their text to it. */
import { textToRepeat } from '../../../server/orchestration/continuation.ts';

/** @param rest what follows the beginning in the whole answer */
export type TakeoverModel = (beginning: string, rest: string) => string;

const lastWords = (text: string, count: number): string =>
  new RegExp(`(?:\\S+\\s+){0,${count - 1}}\\S+\\s*$`).exec(text)?.[0] ?? text;
const lastLine = (text: string): string => text.slice(text.trimEnd().lastIndexOf('\n') + 1);
const isInCode = (text: string): boolean => (text.match(/^```/gm)?.length ?? 0) % 2 === 1;
const repeated = (beginning: string): string => {
  const start = beginning.lastIndexOf(textToRepeat(beginning));
  return start < 0 ? beginning : beginning.slice(start);
};

/** They repeat what they were asked to, or more, each in its own way. */
export const repeatingModels: Readonly<Record<string, TakeoverModel>> = {
  'repeats what it was asked to': (beginning, rest) => repeated(beginning) + rest,
  'repeats it after a blank': (beginning, rest) => ` ${repeated(beginning)}${rest}`,
  'repeats it after a line break': (beginning, rest) => `\n\n${repeated(beginning)}${rest}`,
  'repeats it without the blanks before it': (beginning, rest) => repeated(beginning).trimStart() + rest,
  'repeats the whole text': (beginning, rest) => beginning + rest,
  'repeats the last two thirds': (beginning, rest) =>
    beginning.slice(beginning.indexOf(' ', beginning.length / 3) + 1) + rest,
  'repeats it with other quotation marks and capitals': (beginning, rest) =>
    repeated(beginning)
      .replace(/"/g, '”')
      .replace(/'/g, '’')
      .replace(/\p{L}/u, (first) => first.toUpperCase()) + rest,
  'repeats it with other blanks between the words': (beginning, rest) =>
    repeated(beginning).replace(/(\S)\s+(?=\S)/g, '$1  ') + rest,
  'repeats it after an apology': (beginning, rest) =>
    `I’m sorry for the interruption. Continuing:\n\n${repeated(beginning)}${rest}`,
  'announces it': (beginning, rest) => `Continuing from where I left off:\n${repeated(beginning)}${rest}`,
  'opens the code again': (beginning, rest) =>
    (isInCode(beginning) ? '```ts\n' : '') + repeated(beginning) + rest,
  'closes the code and opens it again': (beginning, rest) =>
    (isInCode(beginning) ? '```\n```ts\n' : '') + repeated(beginning) + rest,
};

/** They do not do what they were asked to, or not all of it. */
export const anyModels: Readonly<Record<string, TakeoverModel>> = {
  'repeats the last line': (beginning, rest) => lastLine(beginning) + rest,
  'repeats the last three words': (beginning, rest) => lastWords(beginning, 3) + rest,
  'repeats the last word': (beginning, rest) => lastWords(beginning, 1) + rest,
  'continues exactly': (_beginning, rest) => rest,
  'continues without the blanks at its start': (_beginning, rest) => rest.trimStart() || rest,
  'continues, with one blank before a word': (_beginning, rest) => rest.replace(/^\s+/, ' '),
  'continues after an announcement': (_beginning, rest) => `Sure, here is the rest:\n\n${rest}`,
  'begins a sentence again': (beginning, rest) => `…${lastWords(beginning, 2)}${rest}`,
  'answers with other words': () =>
    'What follows is another answer. It says the same in other words, and it is as long as it has to be.',
  'answers with other code': () => '```js\nlet other = 1;\nwhile (other < 100) other += other;\n```\n',
  'is sorry': () => 'I’m sorry, but I can’t continue that text.',
  'answers nothing else': (beginning) => repeated(beginning).trim().slice(0, -4) || 'No.',
};
