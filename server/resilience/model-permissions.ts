/** The models that the user lets the keys of a provider be used for. */
import { isModelAllowed, type KeyOptions } from '../../shared/keys.ts';
import type { KeyCooldown } from './key-limits.ts';

type Entry = { readonly options?: KeyOptions | undefined };

/** A model that no key may be used for is excluded until the user changes that; views show no end. Milliseconds. */
const exclusionMs = 86_400_000;

/**
 * @param label of the provider
 * @param entries its keys, known also before they have been read
 */
export function modelPermissions(label: string, entries: () => readonly Entry[], now: () => number) {
  /** Most keys may be used for every model. */
  const areAllLimited = (keys: readonly Entry[]): boolean =>
    keys.length > 0 && keys.every(({ options }) => options?.models !== undefined);

  const cooldownOf = (model: string): KeyCooldown | undefined => {
    const keys = entries();
    if (!areAllLimited(keys) || keys.some(({ options }) => isModelAllowed(options ?? {}, model))) return;
    return {
      rule: 'key',
      reason: `No key of ${label} may be used for ${model}, as you have set.`,
      untilMs: now() + exclusionMs,
    };
  };

  return {
    /** Why no key may be used for the model. Absent: one may. */
    cooldownOf,
    /** Those of these models that no key may be used for, by name. Mostly none, so the map is shared then. */
    cooldowns(models: readonly { readonly name: string }[]): ReadonlyMap<string, KeyCooldown> {
      if (!areAllLimited(entries())) return none;
      const excluded = models.flatMap(({ name }) => {
        const cooldown = cooldownOf(name);
        return cooldown ? [[name, cooldown] as const] : [];
      });
      return new Map(excluded);
    },
  };
}

const none: ReadonlyMap<string, never> = new Map<string, never>();
