/**
 * A gap as a question to a model that only chats. What changes least stands first, and what is typed stands last, so
 * that an engine reads anew only what was typed.
 */
import type { Message } from '../../../shared/chat.ts';
import type { FimTarget } from './fim-target.ts';

const instructions = [
  'You complete source code at the cursor of an editor.',
  'You are given the file in two pieces: what stands after the cursor, then what stands before it, up to the cursor itself.',
  'Answer with exactly the text to be inserted at the cursor, so that before, your text and after make one correct file.',
  'Keep to the style, the names and the indentation of the file.',
  'Do not repeat what stands before or after the cursor. No explanation, no comment about your answer, no code fence.',
  'Where nothing is missing, answer with nothing.',
].join('\n');

const lengthInstructions = {
  line: 'Insert only the rest of the line the cursor is in.',
  block: 'Insert what is missing up to the end of the statement or block the cursor is in.',
} as const;

export type ChatPrompt = {
  readonly messages: readonly Message[];
  /** Blanks before the cursor that the begun answer leaves out, since none may end with them; the model says them again. Absent: it is not begun. */
  readonly omittedWhitespace?: string;
};

/** @param unthinking as `Family.unthinking` */
export function buildChatPrompt(gap: FimTarget, unthinking?: string): ChatPrompt {
  const { prefix, suffix, snippets, path, languageId, length } = gap;
  const files = snippets.map(({ name, text }) => xmlElement('file', ` path="${name}"`, text));
  const content = [
    ...files,
    xmlElement('after_cursor', ` path="${path}" language="${languageId}"`, suffix),
    xmlElement('before_cursor', '', prefix),
    lengthInstructions[length] + (unthinking ? ` ${unthinking}` : ''),
  ].join('\n\n');
  return {
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content },
    ],
  };
}

/** The same with the answer begun: a fence, and the line before the cursor, so that nothing is left to say but what comes next. */
export function buildPrefilledPrompt(gap: FimTarget, unthinking?: string): ChatPrompt {
  const { messages } = buildChatPrompt(gap, unthinking);
  const written = gap.prefix.trimEnd();
  const line = written.slice(written.lastIndexOf('\n') + 1);
  const begun = `${codeFence}${gap.languageId}\n${line}`.trimEnd();
  // With nothing before the cursor the line end after the fence is said again, too.
  const blanks = line ? gap.prefix.slice(written.length) : `\n${gap.prefix}`;
  return { messages: [...messages, { role: 'assistant', content: begun }], omittedWhitespace: blanks };
}

/** What the begun answer is opened with, and ends with. */
export const codeFence = '```';

const xmlElement = (name: string, facts: string, text: string): string =>
  `<${name}${facts}>\n${text}</${name}>`;
