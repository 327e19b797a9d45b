/** A key that was refused gives way to the next one, at once. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { KeySource } from '../engines/key-source.ts';
import { type Policy, policy } from './policy.ts';

/** What another key may do better. */
const keyMatters = new Set<ErrorKind>(['unauthorized', 'payment-required', 'rate-limited']);

/**
 * Asks again while nothing has been said and another key may be used. The source rests a key that was refused, so
 * that the next call gets another; each key is tried once.
 * @param count keys there are
 */
export const keyFailover = (keys: Pick<KeySource, 'hasKey'>, count: () => number): Policy =>
  policy(async function* (send, { model, signal }) {
    for (let tried = 1; ; tried++) {
      let spoken = false;
      try {
        for await (const part of send()) {
          spoken = true;
          yield part;
        }
        return;
      } catch (cause) {
        const error = toRumboError(cause, signal);
        const another = !spoken && keyMatters.has(error.kind) && tried < count() && keys.hasKey(model);
        if (!another) throw error;
      }
    }
  });
