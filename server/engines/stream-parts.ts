/** The bytes of a streamed answer → its parts. */
import type { EnginePart } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { type EventStream, parseEvents } from '../platform/event-stream.ts';
import { socketTimer } from '../platform/socket-timer.ts';
import type { StreamEvent } from '../platform/stream-event.ts';

import type { StreamDecoder } from '../wire/wire-format.ts';
import { carriesContent, type ResponseTimer } from './time-limits.ts';

export type FinishPart = Extract<EnginePart, { type: 'finish' }>;

/** Milliseconds of silence after which an answer that may have ended has ended. */
const silenceMs = 2_000;

export type StreamPartsOptions = {
  readonly decoder: StreamDecoder;
  readonly framing: 'sse' | 'ndjson';
  readonly timer: ResponseTimer;
  /** An empty answer is valid: there may be nothing to fill in. */
  readonly mayBeEmpty: boolean;
  /** Called when the answer is complete, and may throw why it is not; the rest of the body does not matter. */
  readonly onComplete: (finish: FinishPart) => void;
};

/** Rejects with `bad-response` for an empty answer, and with the errors of body and decoder. */
export async function* streamParts(
  bytes: AsyncIterable<Uint8Array>,
  { decoder, framing, timer, mayBeEmpty, onComplete }: StreamPartsOptions,
): AsyncGenerator<EnginePart> {
  const stream = parseEvents(bytes, framing);
  let lastEvents: ReturnType<typeof untilSilence> | undefined;
  let empty = !mayBeEmpty;
  try {
    while (true) {
      if (decoder.mayEnd()) lastEvents ??= untilSilence(stream, timer);
      const decoded = decode(lastEvents ? await lastEvents.next() : (await stream.next()).value, decoder);
      for (const part of decoded.parts) {
        if (answersUser[part.type]) empty = false;
        if (part.type === 'finish') {
          // A cut or filtered answer reports that itself; otherwise another model may answer.
          if (empty && (part.reason === 'stop' || part.reason === 'other')) throw emptyAnswerError();
          onComplete(part);
        }
        timer.pause();
        yield part;
        if (part.type === 'finish') return;
        timer.resume();
      }
      if (decoded.error) throw decoded.error.cause;
      if (decoded.hasContent) timer.refresh();
    }
  } finally {
    lastEvents?.stop();
  }
}

/** An answer without any of these parts is empty. */
const answersUser: Readonly<Record<EnginePart['type'], boolean>> = {
  'text-delta': true,
  'reasoning-delta': false,
  'text-retraction': false,
  'reasoning-end': false,
  'refusal-delta': true,
  'text-signature': false,
  citation: false,
  'tool-call': true,
  image: true,
  audio: true,
  // Also a turn of the service's own tools that pauses before its text.
  hosted: true,
  logprobs: false,
  alternative: true,
  finish: false,
};

type Delta = Extract<EnginePart, { type: 'text-delta' | 'reasoning-delta' }>;

type DecodedEvents = {
  readonly parts: readonly EnginePart[];
  /** The decoder threw after the parts, and the text before it is part of the answer. */
  readonly error?: { readonly cause: unknown };
  /** An event belongs to the answer, whether it made a part or not. */
  readonly hasContent: boolean;
};

/** @param events absent: the body has ended */
function decode(events: readonly StreamEvent[] | undefined, decoder: StreamDecoder): DecodedEvents {
  return events
    ? { ...mergeDeltas(events, decoder), hasContent: events.some(carriesContent) }
    : { parts: decoder.end(), hasContent: false };
}

/** The parts of events that arrived together, adjacent deltas as one: each part costs a message to the client. */
function mergeDeltas(
  events: readonly StreamEvent[],
  decoder: StreamDecoder,
): Omit<DecodedEvents, 'hasContent'> {
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

/**
 * The events of an answer that may have ended; `undefined` at its end, which silence may be. Such an answer needs nothing
 * more, so a broken connection is harmless. `stop` when no more is awaited.
 */
function untilSilence(events: EventStream, timer: ResponseTimer) {
  let expired = Promise.withResolvers<'silence'>();
  const silenceTimer = socketTimer(silenceMs, () => expired.resolve('silence'));
  let reading: Promise<IteratorResult<readonly StreamEvent[], undefined>> | undefined;

  const readUntilSilence = async (): Promise<readonly StreamEvent[] | undefined | 'silence'> => {
    reading ??= events.next();
    // This wait has its own end.
    timer.pause();
    try {
      const found = await Promise.race([reading, expired.promise]);
      if (found === 'silence') return found;
      reading = undefined;
      if (found.value?.some(carriesContent)) silenceTimer.refresh();
      return found.value;
    } catch (error) {
      reading = undefined;
      if (error instanceof RumboError && error.kind === 'interrupted' && !events.isInsideEvent()) return;
      throw error;
    } finally {
      timer.resume();
    }
  };
  return {
    async next(): Promise<readonly StreamEvent[] | undefined> {
      const found = await readUntilSilence();
      if (found !== 'silence') return found;
      expired = Promise.withResolvers();
      silenceTimer.restart(silenceMs);
      const unended = events.takeUnended();
      if (unended.length > 0) return unended;
      if (!events.isInsideEvent()) return;
      // The rest of an event that has begun is awaited as long as any other.
      const rest = await reading;
      reading = undefined;
      silenceTimer.restart(silenceMs);
      return rest?.value;
    },
    stop: silenceTimer.stop,
  };
}

const emptyAnswerError = (): RumboError =>
  new RumboError('The model’s answer is empty.', {
    kind: 'bad-response',
    action: 'Try again, or use another model.',
  });
