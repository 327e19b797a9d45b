/** Repeats a request with the next key, at once, when its key was refused or is at a limit. */
import { errorPolicies } from '../../shared/error-policies.ts';
import type { KeySource } from '../engines/key-source.ts';
import { type Policy, policy, untilFirstPart } from './policy.ts';

/**
 * Repeats while no part has arrived and another key is available. The source puts a refused key on a cool-down, so the
 * next call gets another key; each key is tried once.
 * @param keyCount number of keys the provider has
 */
export const keyFailover = (keys: Pick<KeySource, 'hasKey'>, keyCount: () => number): Policy =>
  policy((send, { model, signal }) =>
    untilFirstPart(send, signal, {
      mayRepeat: ({ kind }, attempt) =>
        errorPolicies[kind].keyFailover && attempt < keyCount() && keys.hasKey(model),
    }),
  );
