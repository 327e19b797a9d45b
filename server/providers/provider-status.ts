/** A provider's state and its status for views, from its health, keys and model list. Pure. */
import type { TimedCooldown } from '../../shared/cooldowns.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { KeyProblem } from '../../shared/keys.ts';
import type { ModelCooldown, ProviderState, ProviderStatus } from '../../shared/status.ts';
import type { ProviderHealth } from '../resilience/health.ts';
import type { KeyPool } from '../resilience/key-pool.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { ProviderConfig } from './provider-config.ts';

/** What the status of a provider depends on at one time. */
export type ProviderStatusInput = {
  readonly config: ProviderConfig;
  /** The origin requests go to. */
  readonly origin: string;
  readonly keyLocation: ProviderStatus['key'];
  readonly keyProblem: KeyProblem | undefined;
  readonly health: Pick<ProviderHealth, 'circuitState' | 'circuitStateOf' | 'cooldown' | 'cooldownOf'>;
  readonly keys: Pick<KeyPool, 'count' | 'status' | 'windows'>;
  /** Absent: none has arrived. */
  readonly listedModels: readonly ModelInfo[] | undefined;
  readonly listFailure: RumboError | undefined;
  readonly isListing: boolean;
  readonly lastOutcome: ProviderStatus['lastOutcome'];
};

/** Whether the provider needs a key and has none. */
export const isKeyMissing = ({ definition }: ProviderConfig, location: ProviderStatus['key']): boolean =>
  definition.key === 'required' && location === 'none';

export function providerState(facts: ProviderStatusInput): ProviderState {
  const { config, listedModels, listFailure, lastOutcome } = facts;
  if (!config.enabled) return 'off';
  if (isKeyMissing(config, facts.keyLocation)) return 'no-key';
  const cooldown = overallCooldown(facts);
  // A refused key is tested again now and then, but only the user can replace it.
  if (cooldown) return cooldown.rule === 'key' ? 'no-key' : 'cooling-down';
  if (listFailure) return listFailure.kind === 'unauthorized' ? 'no-key' : 'unreachable';
  if (listedModels || lastOutcome?.outcome === 'ok') return 'ready';
  return facts.isListing ? 'checking' : 'unknown';
}

export function providerStatus(facts: ProviderStatusInput, models: ProviderStatus['models']): ProviderStatus {
  const { config, health, keys, keyLocation, keyProblem, lastOutcome } = facts;
  const { name, label, definition, source, note } = config;
  const cooldown = overallCooldown(facts);
  const detail = cooldown?.reason ?? facts.listFailure?.message;
  return {
    name,
    label,
    kind: definition.kind,
    source,
    ...(config.onOtherMachine ? { onOtherMachine: true as const } : {}),
    origin: facts.origin,
    state: providerState(facts),
    ...(detail ? { detail } : {}),
    ...(cooldown ? { rule: cooldown.rule } : {}),
    ...(cooldown && cooldown.rule !== 'key' ? { until: new Date(cooldown.untilMs).toISOString() } : {}),
    circuit: health.circuitState(),
    key: keyLocation === 'none' && definition.key === 'optional' ? 'not-needed' : keyLocation,
    ...(keyProblem ? { keyProblem } : {}),
    models,
    modelCooldowns: models.flatMap((model) => modelCooldown(health, model.name)),
    windows: keys.windows(),
    keys: keys.status(),
    ...(lastOutcome ? { lastOutcome } : {}),
    ...(note ? { note } : {}),
  };
}

/** The cool-down of the provider, or the first to end when each of its models has one. */
function overallCooldown({ config, health, listedModels }: ProviderStatusInput): TimedCooldown | undefined {
  const cooldown = health.cooldown();
  if (cooldown) return cooldown;
  let first: TimedCooldown | undefined;
  for (const model of config.models ?? listedModels?.map((info) => info.name) ?? []) {
    const ofModel = health.cooldownOf(model);
    if (!ofModel) return;
    if (!first || ofModel.untilMs < first.untilMs) first = ofModel;
  }
  return first;
}

function modelCooldown(health: ProviderStatusInput['health'], model: string): ModelCooldown[] {
  const cooldown = health.cooldown() ? undefined : health.cooldownOf(model);
  if (!cooldown) return [];
  const until = new Date(cooldown.untilMs).toISOString();
  const { rule, reason } = cooldown;
  return [{ model, circuit: health.circuitStateOf(model), rule, reason, until }];
}
