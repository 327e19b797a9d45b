/**
 * Asks a chat model to fill in the middle. What changes least comes first, and what the user types comes last, so that an
 * engine with a prompt cache reads only the typed text again.
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
  /**
   * White space before the cursor that the prefill omits, because no prefill may end with it; the model generates it
   * again. Absent: there is no prefill.
   */
  readonly omittedWhitespace?: string;
};

/** @param noThinkSuffix as `CodeModelFamily.noThinkSuffix` */
export function buildChatPrompt(target: FimTarget, noThinkSuffix?: string): ChatPrompt {
  const { prefix, suffix, snippets, path, languageId, length } = target;
  const files = snippets.map(({ name, text }) => xmlElement('file', ` path="${name}"`, text));
  const content = [
    ...files,
    xmlElement('after_cursor', ` path="${path}" language="${languageId}"`, suffix),
    xmlElement('before_cursor', '', prefix),
    lengthInstructions[length] + (noThinkSuffix ? ` ${noThinkSuffix}` : ''),
  ].join('\n\n');
  return {
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content },
    ],
  };
}

/** The same with a prefill: a fence and the line before the cursor, so that the model can only continue. */
export function buildPrefilledPrompt(target: FimTarget, noThinkSuffix?: string): ChatPrompt {
  const { messages } = buildChatPrompt(target, noThinkSuffix);
  const trimmedPrefix = target.prefix.trimEnd();
  const line = trimmedPrefix.slice(trimmedPrefix.lastIndexOf('\n') + 1);
  const prefill = `${codeFence}${target.languageId}\n${line}`.trimEnd();
  // With no text before the cursor, the model generates the line end after the fence again as well.
  const omittedWhitespace = line ? target.prefix.slice(trimmedPrefix.length) : `\n${target.prefix}`;
  return { messages: [...messages, { role: 'assistant', content: prefill }], omittedWhitespace };
}

/** Opens and closes the code in a prefilled answer. */
export const codeFence = '```';

const xmlElement = (name: string, attributes: string, text: string): string =>
  `<${name}${attributes}>\n${text}</${name}>`;
