/** What a provider knows of its keys without reading them: to whom they belong, and why there is none. */
import type { Cooldown } from '../../shared/cooldowns.ts';
import { RumboError } from '../../shared/errors.ts';
import type { KeySource } from '../engines/key-source.ts';
import type { KeyOwner } from '../secrets/key-owner.ts';
import type { KeyStore } from '../secrets/keys.ts';
import type { ProviderConfig } from './provider-config.ts';
import { isKeyMissing } from './provider-status.ts';

/** Milliseconds that the service may take to accept or refuse a key. */
export const keyTestTimeoutMs = 15_000;

const keyOwnerOf = ({ name, definition, baseUrl, keyEnv }: ProviderConfig): KeyOwner => ({
  provider: name,
  origin: new URL(baseUrl).origin,
  ...(keyEnv ? { keyEnv } : {}),
  ...(name === definition.kind && definition.baseUrl
    ? { usualOrigin: new URL(definition.baseUrl).origin }
    : {}),
});

export function providerKeys(config: ProviderConfig, keys: KeyStore) {
  const owner = keyOwnerOf(config);
  const { name, label, definition } = config;
  const problem = () => keys.problem(owner);
  const noKey = `${label} has no API key.`;
  const missingReason = (): string => problem()?.message ?? noKey;
  let missing: Cooldown = { rule: 'no-key', reason: noKey };
  return {
    owner,
    source: {
      names: () => keys.names(owner),
      entries: () => keys.entries(owner),
      all: () => keys.all(owner),
    },
    /** Whether the provider needs a key and has none for its address. */
    areMissing: (): boolean => definition.key === 'required' && isKeyMissing(config, keys.location(owner)),
    missingCooldown(): Cooldown {
      const reason = missingReason();
      if (missing.reason !== reason) missing = { rule: 'no-key', reason };
      return missing;
    },
    missingError(): RumboError {
      const action = problem()?.action;
      return new RumboError(missingReason(), {
        kind: 'unauthorized',
        provider: name,
        ...(action === undefined ? {} : { action }),
      });
    },
  };
}

/** A key that is in no store yet, as the source for one request. */
export const fixedKey = (key: string): KeySource => ({
  hasKey: () => true,
  acquire: async () => ({ key, reportLimits() {}, release() {} }),
});
