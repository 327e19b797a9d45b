/** What models have refused to do: a request that needs it goes to another one for a while. */
import type { ErrorData, RumboError } from '../../shared/errors.ts';

type Ability = NonNullable<ErrorData['ability']>;

/** Milliseconds after which it is tried again: an engine may have been restarted with other options. */
const ttlMs = 600_000;

export type InabilitiesDeps = {
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  /** Called when a model has refused something for the first time. */
  readonly onLearned: () => void;
};

export function inabilities({ elapsed, onLearned }: InabilitiesDeps) {
  /** By model: when each refusal is forgotten. */
  const refusals = new Map<string, Map<Ability, number>>();

  const isValid = (untilMs: number | undefined): boolean => untilMs !== undefined && elapsed() < untilMs;

  return {
    /** Takes how a request to a model has failed. */
    onFailure(model: string, { kind, data: { ability } }: RumboError): void {
      if (kind !== 'unsupported-request' || ability === undefined) return;
      const ofModel = refusals.get(model) ?? new Map<Ability, number>();
      const isNew = !isValid(ofModel.get(ability));
      ofModel.set(ability, elapsed() + ttlMs);
      refusals.set(model, ofModel);
      if (isNew) onLearned();
    },
    /** `false` for each ability that the model has refused lately. */
    of(model: string): Readonly<Partial<Record<Ability, false>>> {
      const abilities: Partial<Record<Ability, false>> = {};
      for (const [ability, untilMs] of refusals.get(model) ?? [])
        if (isValid(untilMs)) abilities[ability] = false;
      return abilities;
    },
    reset: (): void => refusals.clear(),
  };
}
