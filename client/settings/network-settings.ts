/** The editor's proxy and certificate settings, as the user set them; a workspace's values are not read. */
import type { NetworkOptions } from '../../shared/protocol.ts';

type Inspect = (
  key: string,
) => { readonly defaultValue?: unknown; readonly globalValue?: unknown } | undefined;

/** @param inspect returns the default and user value of a key of the section `http` */
export function networkSettings(inspect: Inspect): NetworkOptions {
  const userValue = (key: string): unknown => {
    const inspected = inspect(key);
    return inspected?.globalValue ?? inspected?.defaultValue;
  };
  const isOff = userValue('proxySupport') === 'off';
  const proxy = isOff ? undefined : text(userValue('proxy'));
  const authorization = text(userValue('proxyAuthorization'));
  const noProxy = userValue('noProxy');
  const strict = userValue('proxyStrictSSL');
  const system = userValue('systemCertificates');
  return {
    ...(isOff ? { proxySupport: 'off' as const } : {}),
    ...(proxy ? { proxy } : {}),
    ...(proxy && authorization ? { proxyAuthorization: authorization } : {}),
    ...(Array.isArray(noProxy) ? { noProxy: noProxy.filter((host) => typeof host === 'string') } : {}),
    ...(typeof strict === 'boolean' ? { proxyStrictSSL: strict } : {}),
    ...(typeof system === 'boolean' ? { systemCertificates: system } : {}),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
