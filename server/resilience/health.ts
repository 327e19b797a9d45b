/** Whether a provider and each of its models may be asked now: their circuits, and what keeps out every key. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { type RumboError, toRumboError } from '../../shared/errors.ts';
import type { CircuitState, CooldownRule } from '../../shared/status.ts';
import { type Circuit, circuit, type Permit } from './circuit.ts';
import type { KeyPool } from './key-pool.ts';
import { type Policy, policy } from './policy.ts';

/** Why somebody is not asked, and until when. */
export type Cooldown = {
  readonly rule: CooldownRule;
  /** One sentence. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
};

/** How many ordinary failures a failure is worth; three in a row open a circuit. */
type Blame = { readonly provider: number; readonly model: number };

/**
 * Whose fault a failure is. Refused keys, money and rate limits are the key pool's, and the user's mistakes nobody's.
 * Where there is no connection there is none for any model; a service that is overloaded may be so for one model only.
 */
const blames: Partial<Record<ErrorKind, Blame>> = {
  unreachable: { provider: 1, model: 0 },
  tls: { provider: 1, model: 0 },
  'blocked-redirect': { provider: 1, model: 0 },
  overloaded: { provider: 1, model: 1 },
  // It will not be there in the next moment either.
  'model-not-found': { provider: 0, model: 3 },
  'bad-response': { provider: 0, model: 1 },
  interrupted: { provider: 0, model: 1 },
};
/** Nobody is to wait for the same silence three times. Without a head it is the provider that is silent. */
const silence = { withHead: { provider: 0, model: 3 }, withoutHead: { provider: 3, model: 3 } };

const blameOf = ({ kind, data }: RumboError): Blame | undefined =>
  kind === 'timeout' ? (data.status === undefined ? silence.withoutHead : silence.withHead) : blames[kind];

/** Failures that a list of models disproves. */
const noConnection = new Set<ErrorKind>(['unreachable', 'tls', 'blocked-redirect']);

export type HealthDeps = {
  /** Milliseconds since 1970, handed in so that tests own the clock. It may jump. */
  readonly now: () => number;
  /** Milliseconds that only ever rise. */
  readonly elapsed: () => number;
  /** What keeps out every key. */
  readonly keys: Pick<KeyPool, 'cooldown' | 'cooldownOf'>;
  /** Called after each change that a user could see. */
  readonly onChange: () => void;
  /** Called when the service says that it does not have this model any more. */
  readonly onModelGone: (model: string) => void;
};

/** One provider's health. */
export function providerHealth({ now, elapsed, keys, onChange, onModelGone }: HealthDeps) {
  const ofProvider = circuit(elapsed);
  const ofModels = new Map<string, Circuit>();
  let lastFailure: ErrorKind | undefined;

  const ofModel = (model: string): Circuit => {
    const known = ofModels.get(model) ?? circuit(elapsed);
    ofModels.set(model, known);
    return known;
  };
  const cooldownIn = (one: Circuit | undefined): Cooldown | undefined => {
    const cooldown = one?.cooldown();
    if (!cooldown) return;
    return {
      rule: 'circuit',
      reason: cooldown.reason,
      untilMs: Math.ceil(now() + cooldown.untilMs - elapsed()),
    };
  };
  const fail = (error: RumboError, model: string, passes: { provider: Permit; model: Permit }) => {
    const blame = blameOf(error);
    if (!blame) return;
    lastFailure = error.kind;
    if (blame.provider > 0) passes.provider.failed(error.message, blame.provider);
    if (blame.model > 0) passes.model.failed(error.message, blame.model);
    onChange();
    if (error.kind === 'model-not-found') onModelGone(model);
  };

  return {
    circuitState: (): CircuitState => ofProvider.state(),
    circuitStateOf: (model: string): CircuitState => ofModels.get(model)?.state() ?? 'closed',
    /** Why it may not be asked now, for any model. */
    cooldown: (): Cooldown | undefined => keys.cooldown() ?? cooldownIn(ofProvider),
    /** Why this model may not be asked now, whatever the provider's own rest. */
    cooldownOf: (model: string): Cooldown | undefined =>
      keys.cooldownOf(model) ?? cooldownIn(ofModels.get(model)),
    /** Watches each answer of an engine. */
    watch: policy(async function* (send, { model, signal }) {
      const passes = { provider: ofProvider.acquire(), model: ofModel(model).acquire() };
      let spoken = false;
      const was = `${ofProvider.state()} ${ofModel(model).state()}`;
      try {
        for await (const part of send()) {
          // For the provider the first part is proof enough; a model has to come to its end.
          if (!spoken) {
            passes.provider.succeeded();
            passes.model.firstPart();
            if (was !== 'closed closed') onChange();
          }
          spoken = true;
          yield part;
        }
        passes.model.succeeded();
        if (was !== 'closed closed') onChange();
      } catch (cause) {
        const error = toRumboError(cause, signal);
        fail(error, model, passes);
        throw error;
      } finally {
        passes.provider.ignored();
        passes.model.ignored();
      }
    }) satisfies Policy,
    /** The list of models came: the connection stands. It says nothing about failing answers. */
    onModelsListed(): void {
      if (lastFailure === undefined || !noConnection.has(lastFailure)) return;
      lastFailure = undefined;
      ofProvider.reset();
    },
    /** The key or the address changed, or the user asked: forget what was learned. */
    reset(): void {
      lastFailure = undefined;
      ofProvider.reset();
      ofModels.clear();
      onChange();
    },
  };
}
