/** The bytes of a streamed answer → its parts. */
import type { EnginePart } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { parseEvents, type StreamEvent } from '../platform/event-stream.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import type { StreamDecoder } from '../wire/wire-format.ts';
import { carriesContent, type ResponseTimer } from './time-limits.ts';

/** Milliseconds that usage may come after the finish reason. Its chunk follows at once, where there is one. */
const usageWaitMs = 1_000;

export type StreamPartsOptions = {
  readonly decoder: StreamDecoder;
  readonly framing: 'sse' | 'ndjson';
  readonly clock: ResponseTimer;
  /** Nothing at all is an answer too: there may be nothing to fill in. */
  readonly mayBeEmpty: boolean;
  /** Called when the answer is complete and the rest of the body does not matter. */
  readonly whole: () => void;
};

/** Rejects with `bad-response` for an answer that is sound and empty, and with what body and decoder reject with. */
export async function* streamParts(
  bytes: AsyncIterable<Uint8Array>,
  { decoder, framing, clock, mayBeEmpty, whole }: StreamPartsOptions,
): AsyncGenerator<EnginePart> {
  const events = parseEvents(bytes, framing);
  let empty = !mayBeEmpty;
  while (true) {
    const next = decoder.hasFinishReason ? await usageOrNothing(events.next()) : await events.next();
    for (const part of !next || next.done ? decoder.end() : joined(next.value, decoder)) {
      if (part.type === 'text-delta' || part.type === 'tool-call') empty = false;
      if (part.type === 'finish') {
        // Cut or filtered it says so itself; otherwise somebody else may have an answer.
        if (empty && (part.reason === 'stop' || part.reason === 'other')) throw nothingSaid();
        whole();
      }
      clock.handed();
      yield part;
      if (part.type === 'finish') return;
      clock.back();
    }
    if (next && !next.done && next.value.some(carriesContent)) clock.heard();
  }
}

/** The parts of events that arrived together, adjacent deltas as one: every part has a long way to go from here. */
function* joined(events: readonly StreamEvent[], decoder: StreamDecoder): Generator<EnginePart> {
  let held: Extract<EnginePart, { type: 'text-delta' | 'reasoning-delta' }> | undefined;
  try {
    for (const event of events) {
      for (const part of decoder.read(event)) {
        if (held?.type === part.type) {
          held = { ...held, text: held.text + part.text };
          continue;
        }
        if (held) yield held;
        held = part.type === 'text-delta' || part.type === 'reasoning-delta' ? part : undefined;
        if (!held) yield part;
      }
    }
  } catch (error) {
    // What came before it was said.
    if (held) yield held;
    throw error;
  }
  if (held) yield held;
}

/** With the reason known the answer is whole; nobody waits long for usage, and a broken connection does no harm. */
async function usageOrNothing<T>(next: Promise<T>): Promise<T | undefined> {
  try {
    return await withTimeout(next, usageWaitMs);
  } catch (error) {
    if (error instanceof RumboError && error.kind === 'interrupted') return undefined;
    throw error;
  }
}

const nothingSaid = (): RumboError =>
  new RumboError('The model ended its answer without a word.', {
    kind: 'bad-response',
    action: 'Ask again, or use another model.',
  });
