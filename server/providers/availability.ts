/** Which providers and models are available at one time, and how busy each provider is. */
import { modelId } from '../../shared/chat.ts';
import type { Cooldown } from '../../shared/cooldowns.ts';
import type { RoutingSnapshot, TokensLeft } from '../routing/snapshot.ts';
import type { Provider } from './provider.ts';

export type Availability = Pick<RoutingSnapshot, 'cooldowns' | 'modelCooldowns' | 'tokensLeft' | 'inFlight'>;

/** Reads it for each request. Most providers have no key: the map of cool-downs is made again only when one has changed. */
export function availabilityReader() {
  let cooldowns: ReadonlyMap<string, Cooldown> = none;

  return {
    read(providers: ReadonlyMap<string, Pick<Provider, 'availability' | 'inFlight'>>): Availability {
      let modelCooldowns: Map<string, Cooldown> | undefined;
      let tokensLeft: Map<string, TokensLeft> | undefined;
      const inFlight = new Map<string, number>();
      let count = 0;
      let isSame = true;
      const found: (Cooldown | undefined)[] = [];
      for (const [name, each] of providers) {
        const available = each.availability();
        found.push(available.cooldown);
        if (available.cooldown) {
          count += 1;
          isSame &&= cooldowns.get(name) === available.cooldown;
        }
        modelCooldowns = withModelIds(name, available.modelCooldowns, modelCooldowns);
        tokensLeft = withModelIds(name, available.tokensLeft, tokensLeft);
        const requests = each.inFlight();
        if (requests > 0) inFlight.set(name, requests);
      }
      if (!isSame || count !== cooldowns.size) cooldowns = byName(providers.keys(), found);
      return { cooldowns, modelCooldowns: modelCooldowns ?? none, tokensLeft: tokensLeft ?? none, inFlight };
    },
  };
}

function byName(
  names: Iterable<string>,
  cooldowns: readonly (Cooldown | undefined)[],
): ReadonlyMap<string, Cooldown> {
  const named = new Map<string, Cooldown>();
  let index = 0;
  for (const name of names) {
    const cooldown = cooldowns[index++];
    if (cooldown) named.set(name, cooldown);
  }
  return named;
}

const none: ReadonlyMap<string, never> = new Map<string, never>();

/** Copies what a provider gives by the model's name into a map by model id; mostly there is nothing, and no map. */
function withModelIds<Value>(
  provider: string,
  from: ReadonlyMap<string, Value>,
  to: Map<string, Value> | undefined,
): Map<string, Value> | undefined {
  if (from.size === 0) return to;
  const copied = to ?? new Map<string, Value>();
  for (const [name, value] of from) copied.set(modelId(provider, name), value);
  return copied;
}
