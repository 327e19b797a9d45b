/** The contract of a wire format in the other direction: what a client of it sends, in Rumbo's terms, and answers as the client reads them. Pure. */
import type { AskParams } from '../../../shared/ask.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import type { StreamEvent } from '../../platform/stream-event.ts';

/** The fields of a request that a wire format can carry; the others are Rumbo's own. */
export type ConversationParams = Omit<
  AskParams,
  | 'prompt'
  | 'role'
  | 'task'
  | 'model'
  | 'strongerThan'
  | 'file'
  | 'useCache'
  | 'whenPinnedUnavailable'
  | 'onInterruption'
  | 'urgency'
>;

/** A client's request, in Rumbo's terms. */
export type ClientRequest = {
  /** As the client wrote it. Empty: it names none. */
  readonly model: string;
  readonly stream: boolean;
  readonly ask: ConversationParams;
  /** Paths of fields of the body that are not carried on, for a header that names them. */
  readonly ignored: readonly string[];
  /** A streamed answer ends with its usage. Absent: as the wire does by default. */
  readonly wantsUsage?: boolean;
};

/** What the address of a request states, where the body does not. */
export type ClientPath = { readonly model?: string; readonly stream?: boolean };

export type ClientAnswer = {
  readonly id: string;
  /** The name that the client gets to see. */
  readonly model: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly request: ClientRequest;
};

export interface ClientFormat {
  /** @throws `invalid-request` with one sentence that names the field; an unknown field never throws */
  decodeRequest(body: unknown, path?: ClientPath): ClientRequest;
  /** A fresh encoder for one answer. */
  encoder(answer: ClientAnswer): AnswerEncoder;
}

export interface AnswerEncoder {
  /** Events before the first part. */
  start(): readonly StreamEvent[];
  /** Events of one part; those of `finish` close the answer, the wire's end marker included. */
  part(part: EnginePart): readonly StreamEvent[];
  /** The whole answer as one body, from all parts so far; for clients that do not stream. */
  whole(): object;
}
