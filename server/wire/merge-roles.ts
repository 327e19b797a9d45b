/** A conversation as two sides that take turns, which some services insist on, and what tool calls need of both. */
import type { Message, ToolCall } from '../../shared/chat.ts';

type NonSystemMessage = Exclude<Message, { role: 'system' }>;

/** Everything one side says before the other speaks again; never empty. */
export type MergedMessage<Piece> = { readonly role: 'user' | 'assistant'; readonly pieces: readonly Piece[] };

/** Neighbours of one side become one turn; results of tools are the user's. A message without pieces says nothing. */
export function mergeRoles<Piece>(
  messages: readonly Message[],
  piecesOf: (message: NonSystemMessage) => readonly Piece[],
): readonly MergedMessage<Piece>[] {
  const merged: { role: MergedMessage<Piece>['role']; pieces: Piece[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const pieces = piecesOf(message);
    if (pieces.length === 0) continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = merged.at(-1);
    if (last?.role === role) last.pieces.push(...pieces);
    else merged.push({ role, pieces: [...pieces] });
  }
  return merged;
}

/** All system messages as one text. `undefined`: there are none. */
export function systemText(messages: readonly Message[]): string | undefined {
  const texts = messages.flatMap((message) => (message.role === 'system' ? [message.content] : []));
  return texts.length > 0 ? texts.join('\n\n') : undefined;
}

/** Arguments as the object that some services want. A model’s broken JSON becomes an empty one. */
export const toolArguments = ({ input }: ToolCall): object => parseJsonObject(input) ?? {};

/** The object in a JSON text; `undefined` for any other text. */
export function parseJsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
