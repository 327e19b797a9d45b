/** Whether a provider and each of its models are available now: their circuits, and the cool-downs of the keys. */
import type { TimedCooldown } from '../../shared/cooldowns.ts';
import { circuitWeights } from '../../shared/error-policies.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { CircuitState } from '../../shared/status.ts';
import { type Circuit, circuit, type Permit } from './circuit-breaker.ts';
import type { KeyPool } from './key-pool.ts';
import { type Policy, policy, untilFirstPart } from './policy.ts';

export type HealthDeps = {
  /** Milliseconds since 1970, passed in so that tests control the clock. It may jump. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  /** The cool-downs of all keys together. */
  readonly keys: Pick<KeyPool, 'cooldown' | 'cooldownOf' | 'modelCooldowns'>;
  /** Called after each change that a user could see. */
  readonly onChange: () => void;
  /** Called when the service no longer has this model. */
  readonly onModelGone: (model: string) => void;
  /** Called for each failure, whether it counts or not. Absent: no module wants to know. */
  readonly onFailure?: (model: string, error: RumboError) => void;
};

/** Failures of several models open the provider's circuit when their weights, one for each model, add up to this. */
const minSharedWeight = 3;

/** One provider's health. */
export function providerHealth({ now, elapsed, keys, onChange, onModelGone, onFailure }: HealthDeps) {
  const ofProvider = circuit(elapsed);
  const ofModels = new Map<string, Circuit>();
  let lastFailure: RumboError['data'] | undefined;
  /** Models whose failures may be the provider's, since it last answered, with the weight of each. */
  const failing = new Map<string, number>();

  const ofModel = (model: string): Circuit => {
    const existing = ofModels.get(model);
    if (existing) return existing;
    const created = circuit(elapsed);
    ofModels.set(model, created);
    return created;
  };
  const cooldownFrom = (one: Circuit | undefined): TimedCooldown | undefined => {
    const cooldown = one?.cooldown();
    if (!cooldown) return;
    const untilMs = Math.ceil(now() + cooldown.untilMs - elapsed());
    return { rule: 'circuit', reason: cooldown.reason, untilMs };
  };
  /** What such failures count as together: nothing while there are few, since healthy models of the provider answer. */
  const sharedWeight = (model: string, weight: number): number => {
    failing.set(model, Math.max(weight, failing.get(model) ?? 0));
    const sum = [...failing.values()].reduce((total, each) => total + each, 0);
    return failing.size > 1 && sum >= minSharedWeight ? sum : 0;
  };
  const fail = (error: RumboError, model: string, permits: { provider: Permit; model: Permit }) => {
    const weights = circuitWeights(error.data);
    if (weights.provider + weights.model === 0) return;
    lastFailure = error.data;
    const providerWeight = weights.model === 0 ? weights.provider : sharedWeight(model, weights.provider);
    if (providerWeight > 0) permits.provider.failed(error.message, providerWeight);
    if (weights.model > 0) permits.model.failed(error.message, weights.model);
    onChange();
    if (error.kind === 'model-not-found') onModelGone(model);
  };

  return {
    /** Whether provider and model are working as far as known: a failure now is worth another try. */
    isStable: (model: string): boolean =>
      ofProvider.state() === 'closed' && (ofModels.get(model)?.state() ?? 'closed') === 'closed',
    circuitState: (): CircuitState => ofProvider.state(),
    circuitStateOf: (model: string): CircuitState => ofModels.get(model)?.state() ?? 'closed',
    /** Why the provider gets no requests now, for any model. */
    cooldown: (): TimedCooldown | undefined => keys.cooldown() ?? cooldownFrom(ofProvider),
    /** Why this model gets no requests now, apart from the provider's own cool-down. */
    cooldownOf: (model: string): TimedCooldown | undefined =>
      keys.cooldownOf(model) ?? cooldownFrom(ofModels.get(model)),
    /** All models with a cool-down of their own, by name. */
    modelCooldowns(): ReadonlyMap<string, TimedCooldown> {
      const ofKeys = keys.modelCooldowns();
      let all: Map<string, TimedCooldown> | undefined;
      for (const [model, one] of ofModels) {
        const cooldown = ofKeys.has(model) ? undefined : cooldownFrom(one);
        if (!cooldown) continue;
        all ??= new Map<string, TimedCooldown>(ofKeys);
        all.set(model, cooldown);
      }
      return all ?? ofKeys;
    },
    /** Observes each answer of an engine. */
    watch: policy((send, { model, signal }) => {
      let permits: { readonly provider: Permit; readonly model: Permit } | undefined;
      let wasClosed = true;
      // Nothing is acquired for an answer that is never read.
      const sendWithPermits: typeof send = () => {
        permits = { provider: ofProvider.acquire(), model: ofModel(model).acquire() };
        wasClosed = ofProvider.state() === 'closed' && ofModel(model).state() === 'closed';
        return send();
      };
      return untilFirstPart(sendWithPermits, signal, {
        // For the provider the first part is proof enough; a model has to complete its answer.
        onFirstPart() {
          failing.clear();
          permits?.provider.succeeded();
          permits?.model.firstPart();
          if (!wasClosed) onChange();
        },
        onComplete() {
          permits?.model.succeeded();
          if (!wasClosed) onChange();
        },
        onFailure(error) {
          onFailure?.(model, error);
          if (permits) fail(error, model, permits);
        },
        onOver() {
          permits?.provider.ignored();
          permits?.model.ignored();
        },
      });
    }) satisfies Policy,
    /** A model list arrived: the connection works. It says nothing about answers that fail. */
    onModelsListed(): void {
      if (lastFailure === undefined || !isConnectionFailure(lastFailure)) return;
      lastFailure = undefined;
      ofProvider.reset();
    },
    /** The key or the address changed, or the user wants a fresh start: all results are forgotten. */
    reset(): void {
      lastFailure = undefined;
      failing.clear();
      ofProvider.reset();
      ofModels.clear();
      onChange();
    },
  };
}

export type ProviderHealth = ReturnType<typeof providerHealth>;

/** Whether the failure lies with the connection alone, so that a model list disproves it. */
function isConnectionFailure(failure: RumboError['data']): boolean {
  const { provider, model } = circuitWeights(failure);
  return provider > 0 && model === 0;
}
