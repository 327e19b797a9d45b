/** Keys from environment variables, for one run; never saved. */
import { keyVariables, numberedVariables } from '../../shared/environment.ts';
import type { KeyOwner, NamedKey } from './key-owner.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The environment's keys of an owner, in order, none twice. A variable that the user names is used alone. */
export function environmentKeys(env: Env) {
  // Searching the whole environment is slow, and the location of a key is needed many times per request.
  const numbered = numberedVariables(Object.keys(env));

  const byOwner = new WeakMap<KeyOwner, readonly NamedKey[]>();

  const find = ({ provider, origin, keyEnv, usualOrigin }: KeyOwner): readonly NamedKey[] => {
    if (keyEnv !== undefined) return named(env, [keyEnv]);
    const variable = keyVariables[provider];
    if (variable === undefined || origin !== usualOrigin) return [];
    return named(env, [variable, ...(numbered.get(variable) ?? [])]);
  };

  return (owner: KeyOwner): readonly NamedKey[] => {
    const cached = byOwner.get(owner);
    if (cached) return cached;
    const keys = find(owner);
    byOwner.set(owner, keys);
    return keys;
  };
}

function named(env: Env, variables: readonly string[]): NamedKey[] {
  const found = new Map<string, string>();
  for (const name of variables) {
    const key = env[name];
    if (key && !found.has(key)) found.set(key, name);
  }
  return [...found].map(([key, name]) => ({ name, key }));
}
