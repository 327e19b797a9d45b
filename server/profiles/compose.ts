/** Composes the messages for a model from a request. */

import type { AskParams, FileContext } from '../../shared/ask.ts';
import type { Message } from '../../shared/chat.ts';
import { type RoleId, roleOf } from '../../shared/roles.ts';
import { offsetsOf, textAround } from '../edits/text-range.ts';
import { instructions } from './instructions.ts';

/** Characters of a large file that are sent around the selection. */
const windowCharacters = 48_000;

/** The instructions of the role, then the conversation, with the file before its last user message. */
export function composeMessages({ prompt, messages, role, file }: AskParams): readonly Message[] {
  const conversation: readonly Message[] = messages ?? [{ role: 'user', content: prompt ?? '' }];
  const roleSettings = roleOf(role);
  const system: Message[] = roleSettings ? [{ role: 'system', content: instructions[role as RoleId] }] : [];
  if (!file) return [...system, ...conversation];

  const last = conversation.findLastIndex(({ role }) => role === 'user');
  const code = roleSettings?.answer === 'code';
  return [
    ...system,
    ...conversation.map((message, index) =>
      index === last && message.role === 'user' ? before(message, describe(file, code)) : message,
    ),
  ];
}

const before = (message: Message & { role: 'user' }, words: string): Message => ({
  ...message,
  content:
    typeof message.content === 'string'
      ? `${words}\n\n${message.content}`
      : [{ type: 'text', text: words }, ...message.content],
});

/** The file as text for the model, and which part the answer replaces. */
function describe(file: FileContext, code: boolean): string {
  const name = nameOf(file.uri);
  const block = (text: string) => `${fenceFor(text)}${file.languageId}\n${text}\n${fenceFor(text)}`;
  if (!file.selection) {
    const instruction = code ? '\n\nAnswer with the whole new content of the file.' : '';
    return `The file ${name}:\n${block(file.text)}${instruction}`;
  }
  const { start, end } = offsetsOf(file.text, file.selection);
  const { before, after } = textAround(file.text, start, end, windowCharacters);
  const selected = file.text.slice(start, end);
  const around = block(`${before}⟦${selected}⟧${after}`);
  if (!code) return `The file ${name}; ⟦ and ⟧ mark what is selected:\n${around}`;
  return selected === ''
    ? `The file ${name}; ⟦⟧ marks the cursor:\n${around}\n\nAnswer with only the code to insert at the cursor. Do not repeat the code around it, and leave the marks out.`
    : `The file ${name}; ⟦ and ⟧ mark the selected part:\n${around}\n\nAnswer with only the code that replaces the selected part. Do not repeat the code around it, and leave the marks out.`;
}

/** The file's own name: its path is private, and a query (`git:`) can contain the whole path. */
const nameOf = (uri: string): string =>
  uri
    .replace(/[?#].*$/s, '')
    .split(/[\\/]/)
    .at(-1) ?? '';

/** A fence longer than any inside the text. */
const fenceFor = (text: string): string => {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map(({ length }) => length));
  return '`'.repeat(longest + 1);
};
