/** Repeats a request with the next key, at once, when its key was refused or is at a limit. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { KeySource } from '../engines/key-source.ts';
import { type Policy, policy } from './policy.ts';

/** Failures that another key may avoid. */
const keyFailures = new Set<ErrorKind>(['unauthorized', 'payment-required', 'rate-limited']);

/**
 * Sends again while no part has arrived and another key is available. The source puts a refused key on a cool-down, so
 * the next call gets another key; each key is tried once.
 * @param keyCount number of keys the provider has
 */
export const keyFailover = (keys: Pick<KeySource, 'hasKey'>, keyCount: () => number): Policy =>
  policy(async function* (send, { model, signal }) {
    for (let attempt = 1; ; attempt++) {
      let started = false;
      try {
        for await (const part of send()) {
          started = true;
          yield part;
        }
        return;
      } catch (cause) {
        const error = toRumboError(cause, signal);
        const canRepeat =
          !started && keyFailures.has(error.kind) && attempt < keyCount() && keys.hasKey(model);
        if (!canRepeat) throw error;
      }
    }
  });
