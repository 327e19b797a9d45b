/** The bytes of a streamed answer → its parts. */
import type { EnginePart } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { type EventStream, parseEvents } from '../platform/event-stream.ts';
import type { StreamEvent } from '../platform/stream-event.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import type { StreamDecoder } from '../wire/wire-format.ts';
import { carriesContent, type ResponseTimer } from './time-limits.ts';

/** Milliseconds of silence after which an answer that may have ended has ended. */
const silenceMs = 2_000;

export type StreamPartsOptions = {
  readonly decoder: StreamDecoder;
  readonly framing: 'sse' | 'ndjson';
  readonly timer: ResponseTimer;
  /** An empty answer is valid: there may be nothing to fill in. */
  readonly mayBeEmpty: boolean;
  /** Called when the answer is complete; the rest of the body does not matter. */
  readonly onComplete: () => void;
};

/** Rejects with `bad-response` for an empty answer, and with the errors of body and decoder. */
export async function* streamParts(
  bytes: AsyncIterable<Uint8Array>,
  { decoder, framing, timer, mayBeEmpty, onComplete }: StreamPartsOptions,
): AsyncGenerator<EnginePart> {
  const batches = eventBatches(parseEvents(bytes, framing), decoder, timer);
  let empty = !mayBeEmpty;
  while (true) {
    const events = await batches.next();
    const decoded: DecodedEvents = events ? mergeDeltas(events, decoder) : { parts: decoder.end() };
    for (const part of decoded.parts) {
      if (answersUser[part.type]) empty = false;
      if (part.type === 'finish') {
        // A cut or filtered answer reports that itself; otherwise another model may answer.
        if (empty && (part.reason === 'stop' || part.reason === 'other')) throw emptyAnswerError();
        onComplete();
      }
      timer.pause();
      yield part;
      if (part.type === 'finish') return;
      timer.resume();
    }
    if (decoded.error) throw decoded.error.cause;
    if (events?.some(carriesContent)) timer.refresh();
  }
}

/** An answer without any of these parts is empty. */
const answersUser: Readonly<Record<EnginePart['type'], boolean>> = {
  'text-delta': true,
  'reasoning-delta': false,
  'text-retraction': false,
  'tool-call': true,
  finish: false,
};

type Delta = Extract<EnginePart, { type: 'text-delta' | 'reasoning-delta' }>;

/**
 * The parts of events that arrived together, adjacent deltas as one: each part costs a message to the client.
 * `error`: the decoder threw after them, and the text before it is part of the answer.
 */
function mergeDeltas(events: readonly StreamEvent[], decoder: StreamDecoder): DecodedEvents {
  const parts: EnginePart[] = [];
  let type: Delta['type'] | undefined;
  let text = '';
  const flush = (): void => {
    if (type) parts.push({ type, text });
    type = undefined;
    text = '';
  };
  try {
    for (const event of events) {
      for (const part of decoder.read(event)) {
        const isDelta = part.type === 'text-delta' || part.type === 'reasoning-delta';
        if (part.type !== type) flush();
        if (!isDelta) {
          parts.push(part);
          continue;
        }
        type = part.type;
        text += part.text;
      }
    }
  } catch (error) {
    flush();
    return { parts, error: { cause: error } };
  }
  flush();
  return { parts };
}

type DecodedEvents = { readonly parts: readonly EnginePart[]; readonly error?: { readonly cause: unknown } };

/** The events of a body as they arrive; `undefined` at the end of the answer, which silence or a broken connection may be. */
function eventBatches(events: EventStream, decoder: StreamDecoder, timer: ResponseTimer) {
  let reading: Promise<readonly StreamEvent[] | undefined> | undefined;
  /** When content came last; counted once the answer may end. */
  let quietSince: number | undefined;

  const read = async (): Promise<readonly StreamEvent[] | undefined> => {
    const { done, value } = await events.next();
    return done ? undefined : value;
  };
  /** An answer that may have ended needs nothing more, so a broken connection is harmless. */
  const readUntilSilence = async (): Promise<readonly StreamEvent[] | undefined | 'silence'> => {
    quietSince ??= performance.now();
    reading ??= read();
    const waitMs = Math.max(0, silenceMs - (performance.now() - quietSince));
    // This wait has its own end.
    timer.pause();
    try {
      const found = await withTimeout(
        reading.then((batch) => ({ batch })),
        waitMs,
      );
      if (!found) return 'silence';
      reading = undefined;
      if (found.batch?.some(carriesContent)) quietSince = undefined;
      return found.batch;
    } catch (error) {
      reading = undefined;
      if (error instanceof RumboError && error.kind === 'interrupted' && !events.isInsideEvent) return;
      throw error;
    } finally {
      timer.resume();
    }
  };
  return {
    async next(): Promise<readonly StreamEvent[] | undefined> {
      if (!decoder.mayEnd) return read();
      const found = await readUntilSilence();
      if (found !== 'silence') return found;
      const unended = events.takeUnended();
      if (unended.length > 0) return unended;
      if (!events.isInsideEvent) return;
      // The rest of an event that has begun is awaited as long as any other.
      quietSince = undefined;
      const batch = reading;
      reading = undefined;
      return batch;
    },
  };
}

const emptyAnswerError = (): RumboError =>
  new RumboError('The model’s answer is empty.', {
    kind: 'bad-response',
    action: 'Try again, or use another model.',
  });
