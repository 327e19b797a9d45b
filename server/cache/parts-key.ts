/** What tells the parts of messages apart: the bytes of a picture, a document or a sound as a digest, which is made once. */
import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Message } from '../../shared/chat.ts';
import type { MessagePart } from '../../shared/message-parts.ts';

/** Kept as long as the part itself. */
const digests = new WeakMap<MessagePart, string>();

export const partsKey = (parts: readonly MessagePart[]): readonly object[] => parts.map(partKey);

/** The message itself where it is text alone. */
export const messageKey = (message: Message): object =>
  typeof message.content === 'string' ? message : { ...message, content: partsKey(message.content) };

/** Characters that are digested before other work gets its turn. */
const turnLength = 4_000_000;

/** Makes the digests of a conversation with large parts one by one. `undefined`: there is not so much to digest. */
export function digestParts(messages: readonly Message[]): Promise<void> | undefined {
  const parts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : (content as readonly MessagePart[]).filter(hasData),
  );
  return parts.reduce((length, { data }) => length + data.length, 0) < turnLength
    ? undefined
    : digestInTurns(parts);
}

async function digestInTurns(parts: readonly DataPart[]): Promise<void> {
  let sinceTurn = turnLength;
  for (const part of parts) {
    if (sinceTurn >= turnLength) {
      await nextTurn();
      sinceTurn = 0;
    }
    digestOf(part);
    sinceTurn += part.data.length;
  }
}

type DataPart = Extract<MessagePart, { readonly data: string }>;

const hasData = (part: MessagePart): part is DataPart => 'data' in part;

const partKey = (part: MessagePart): object => (hasData(part) ? { ...part, data: digestOf(part) } : part);

function digestOf(part: DataPart): string {
  const earlier = digests.get(part);
  if (earlier !== undefined) return earlier;
  const digest = hash('sha256', part.data, 'base64');
  digests.set(part, digest);
  return digest;
}
