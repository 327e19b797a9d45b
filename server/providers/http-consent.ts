/** Which addresses of other machines the user allows to be requested unencrypted. */
import type { Settings } from '../../shared/settings.ts';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import type { HttpRules } from '../platform/http.ts';
import { isUnencrypted } from '../platform/loopback.ts';

const originsIn = (addresses: readonly string[]): readonly string[] =>
  addresses.flatMap((address) => URL.parse(address)?.origin ?? []);

/** @param settings as they are now */
export function httpRules(settings: () => Settings): HttpRules {
  return {
    isHttpAllowed: (origin) => originsIn(settings()['network.allowHttp']).includes(origin),
    certificateFile: () => settings()['network.certificateFile'],
  };
}

/** The origins that wait for the user's decision, as the status has them. */
export function unencryptedOrigins(
  settings: Settings,
  providers: readonly Pick<ProviderStatus, 'origin' | 'state'>[],
): Pick<Status, 'unencrypted'> {
  const configured = [
    ...providers.filter(({ state }) => state !== 'off').map(({ origin }) => origin),
    ...originsIn(settings['local.endpoints']),
  ];
  const allowed = originsIn(settings['network.allowHttp']);
  const unencrypted = configured.filter((origin) => isUnencrypted(origin) && !allowed.includes(origin));
  return unencrypted.length > 0 ? { unencrypted: [...new Set(unencrypted)] } : {};
}
