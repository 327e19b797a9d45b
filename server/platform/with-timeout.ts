/** A bounded wait for an optional result. */
import { socketTimer } from './socket-timer.ts';

/** The promise's result, or `undefined` after `ms` milliseconds. */
export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
  const timer = socketTimer(ms, () => resolve(undefined));
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.stop();
  }
}
