/** How long to wait for an answer: to its first part, and from part to part. */
import { RumboError } from '../../shared/errors.ts';
import type { Source } from '../../shared/models.ts';
import { socketTimer } from '../platform/socket-timer.ts';
import type { StreamEvent } from '../platform/stream-event.ts';

/** Milliseconds. */
export type TimeLimits = {
  /** To a connection. */
  readonly connectMs: number;
  /** From sending to the first part; time in our own queue does not count. */
  readonly firstPartMs: number;
  /** From one part to the next; a stream without data for longer counts as interrupted. */
  readonly betweenPartsMs: number;
};

/** The limits where the user sets none. */
export const defaultTimeLimits: Readonly<Record<Source, TimeLimits>> = {
  api: {
    connectMs: 10_000,
    // Models that hide their thoughts send nothing for a minute and more, and bill for it.
    firstPartMs: 120_000,
    betweenPartsMs: 30_000,
  },
  local: {
    // A port on this machine or the local network answers at once, or nothing listens.
    connectMs: 3_000,
    // A cold model is read from disk first, then a long prompt at some hundred tokens per second.
    firstPartMs: 600_000,
    // Another model may be loaded in between, and a laptop on battery generates slowly.
    betweenPartsMs: 120_000,
  },
};

/** Data that services send only to keep a connection open. */
const keepAlive = /^\{\s*"type"\s*:\s*"(?:ping|keepalive)"/;

/** Whether an event belongs to the answer; fragments of calls, which yield no part yet, do. */
export const carriesContent = ({ event, data }: StreamEvent): boolean =>
  event !== 'ping' && data.trim() !== '' && !keepAlive.test(data);

/**
 * The timer of one answer; it runs until `stop`.
 * @param label of the provider that answers
 * @param onExpired called once, when time has run out
 */
export function responseTimer(
  label: string,
  { firstPartMs, betweenPartsMs }: TimeLimits,
  onExpired: (error: RumboError) => void,
) {
  let hasPart = false;
  /** The consumer is busy with a part: the delay is its own. */
  let isPaused = false;
  let lapsed = false;
  const expire = () => {
    if (isPaused) lapsed = true;
    else onExpired(hasPart ? stalledError(label, betweenPartsMs) : noFirstPartError(label, firstPartMs));
  };
  const timer = socketTimer(firstPartMs, expire);
  return {
    /** Content arrived; the wait begins anew. */
    refresh: timer.refresh,
    /** The consumer has a part; its own time until `back` does not count. */
    pause(): void {
      isPaused = true;
    },
    resume(): void {
      isPaused = false;
      if (hasPart && !lapsed) return void timer.refresh();
      timer.restart(betweenPartsMs);
      hasPart = true;
      lapsed = false;
    },
    stop: timer.stop,
  };
}

export type ResponseTimer = ReturnType<typeof responseTimer>;

const noFirstPartError = (label: string, ms: number): RumboError =>
  new RumboError(`${label} did not begin to answer within ${seconds(ms)}.`, { kind: 'timeout' });

const stalledError = (label: string, ms: number): RumboError =>
  new RumboError(`${label} sent no data for ${seconds(ms)}.`, {
    kind: 'interrupted',
  });

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
