/** The editor's proxy and certificate settings, as the user set them; a workspace's values are not read. */
import type { NetworkOptions } from '../../shared/protocol.ts';

type Inspect = (
  key: string,
) => { readonly defaultValue?: unknown; readonly globalValue?: unknown } | undefined;

/** @param inspect says of one key of the section `http` what default and user values are */
export function networkSettings(inspect: Inspect): NetworkOptions {
  const read = (key: string): unknown => {
    const found = inspect(key);
    return found?.globalValue ?? found?.defaultValue;
  };
  const proxy = read('proxySupport') === 'off' ? undefined : text(read('proxy'));
  const authorization = text(read('proxyAuthorization'));
  const noProxy = read('noProxy');
  const strict = read('proxyStrictSSL');
  const system = read('systemCertificates');
  return {
    ...(proxy ? { proxy } : {}),
    ...(proxy && authorization ? { proxyAuthorization: authorization } : {}),
    ...(Array.isArray(noProxy) ? { noProxy: noProxy.filter((host) => typeof host === 'string') } : {}),
    ...(typeof strict === 'boolean' ? { proxyStrictSSL: strict } : {}),
    ...(typeof system === 'boolean' ? { systemCertificates: system } : {}),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
