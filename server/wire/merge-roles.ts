/** A conversation as two sides that take turns, which some services insist on, and what tool calls need of both. */
import type { Message, ToolCall } from '../../shared/chat.ts';

type Spoken = Exclude<Message, { role: 'system' }>;

/** Everything one side says before the other speaks again; never empty. */
export type Turn<Piece> = { readonly side: 'user' | 'assistant'; readonly pieces: readonly Piece[] };

/** Neighbours of one side become one turn; results of tools are the user's. A message without pieces says nothing. */
export function turnsOf<Piece>(
  messages: readonly Message[],
  piecesOf: (message: Spoken) => readonly Piece[],
): readonly Turn<Piece>[] {
  const turns: { side: Turn<Piece>['side']; pieces: Piece[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const pieces = piecesOf(message);
    if (pieces.length === 0) continue;
    const side = message.role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.side === side) last.pieces.push(...pieces);
    else turns.push({ side, pieces: [...pieces] });
  }
  return turns;
}

/** All system messages as one text. `undefined`: there are none. */
export function instructionsOf(messages: readonly Message[]): string | undefined {
  const texts = messages.flatMap((message) => (message.role === 'system' ? [message.content] : []));
  return texts.length > 0 ? texts.join('\n\n') : undefined;
}

/** Arguments as the object that some services want. A model’s broken JSON becomes an empty one. */
export const argumentsOf = ({ input }: ToolCall): object => objectIn(input) ?? {};

/** The object in a JSON text; `undefined` for any other text. */
export function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
