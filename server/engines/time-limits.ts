/** How long an answer may keep us waiting: to its first part, and from part to part. */
import { RumboError } from '../../shared/errors.ts';
import type { Source } from '../../shared/models.ts';
import type { StreamEvent } from '../platform/event-stream.ts';

/** Milliseconds. */
export type TimeLimits = {
  /** To a connection. */
  readonly connectMs: number;
  /** From sending to the first part; a wait in our own queue does not count. */
  readonly firstPartMs: number;
  /** From one part to the next; a stream that is silent for longer has broken off. */
  readonly betweenPartsMs: number;
};

/** What holds where the user says nothing. */
export const defaultTimeLimits: Readonly<Record<Source, TimeLimits>> = {
  api: {
    connectMs: 10_000,
    // Models that keep their thoughts to themselves say nothing for a minute and more, and bill for it.
    firstPartMs: 120_000,
    betweenPartsMs: 30_000,
  },
  local: {
    // A port on this machine or the next one over answers at once, or nothing listens.
    connectMs: 3_000,
    // A cold model is read from disk first, then a long prompt at some hundred tokens a second.
    firstPartMs: 600_000,
    // Another model may be loaded in between, and a laptop on battery writes slowly.
    betweenPartsMs: 120_000,
  },
};

/** What services send only to keep a connection open. */
const keepsOpen = /^\{\s*"type"\s*:\s*"(?:ping|keepalive)"/;

/** Whether an event is about the answer; fragments of calls, which give no part yet, are. */
export const carriesContent = ({ event, data }: StreamEvent): boolean =>
  event !== 'ping' && data.trim() !== '' && !keepsOpen.test(data);

/**
 * The clock of one answer; it runs until `stop`.
 * @param label whose answer it is
 * @param expired called once, when it has run out
 */
export function responseTimer(
  label: string,
  { firstPartMs, betweenPartsMs }: TimeLimits,
  expired: (error: RumboError) => void,
) {
  let spoken = false;
  /** The reader is busy with what it got: silence is its own. */
  let held = false;
  let lapsed = false;
  const expire = () => {
    if (held) lapsed = true;
    else expired(spoken ? fellSilent(label, betweenPartsMs) : saidNothing(label, firstPartMs));
  };
  let timer = setTimeout(expire, firstPartMs);
  return {
    /** Something was said; the wait begins anew. */
    heard(): void {
      timer.refresh();
    },
    /** A part is handed to the reader, which may take its time until `back`. */
    handed(): void {
      held = true;
    },
    back(): void {
      held = false;
      if (spoken && !lapsed) return void timer.refresh();
      clearTimeout(timer);
      timer = setTimeout(expire, betweenPartsMs);
      spoken = true;
      lapsed = false;
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}

export type ResponseTimer = ReturnType<typeof responseTimer>;

const saidNothing = (label: string, ms: number): RumboError =>
  new RumboError(`${label} did not begin to answer within ${seconds(ms)}.`, { kind: 'timeout' });

const fellSilent = (label: string, ms: number): RumboError =>
  new RumboError(`${label} fell silent for ${seconds(ms)} in the middle of its answer.`, {
    kind: 'interrupted',
  });

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
