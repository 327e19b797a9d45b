/** A conversation as alternating messages of user and assistant, which some services require, and JSON of tool calls. */

import type { Message } from '../../shared/chat.ts';
import type { ToolCall } from '../../shared/content.ts';
import { textOf } from '../../shared/message-parts.ts';
import { parseJsonObject } from './json-object.ts';

type NonSystemMessage = Exclude<Message, { role: 'system' }>;

/** Adjacent messages of one role; `parts` is never empty. */
export type MergedMessage<Part> = { readonly role: 'user' | 'assistant'; readonly parts: readonly Part[] };

/** Adjacent messages of one role become one; tool results belong to the user. A message without parts is left out. */
export function mergeRoles<Part>(
  messages: readonly Message[],
  partsOf: (message: NonSystemMessage) => readonly Part[],
): readonly MergedMessage<Part>[] {
  const merged: { role: MergedMessage<Part>['role']; parts: Part[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const parts = partsOf(message);
    if (parts.length === 0) continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = merged.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else merged.push({ role, parts: [...parts] });
  }
  return merged;
}

/** All system messages as one text. `undefined`: there are none. */
export function systemText(messages: readonly Message[]): string | undefined {
  const texts = messages.flatMap((message) => (message.role === 'system' ? [textOf(message)] : []));
  return texts.length > 0 ? texts.join('\n\n') : undefined;
}

/** Arguments as an object, for services that require one. Invalid JSON of a model becomes an empty one. */
export const toolArguments = ({ input }: ToolCall): object => parseJsonObject(input) ?? {};
