/** The proxy of environment variables, where the editor's settings name none, as curl and the editor read them. Pure. */
import type { NetworkOptions } from './protocol.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** @param network absent: the client has no such settings */
export function withEnvironmentProxy(network: NetworkOptions = {}, env: Env): NetworkOptions {
  const noProxy = [...(network.noProxy ?? []), ...[env['no_proxy'] ?? env['NO_PROXY'] ?? ''].filter(Boolean)];
  const withHosts = noProxy.length > 0 ? { ...network, noProxy } : network;
  if (network.proxy !== undefined || network.proxySupport === 'off') return withHosts;
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const all = variable('ALL_PROXY');
  // A web server's child gets HTTP_PROXY from a request header; Rumbo is none.
  const [httpProxy, httpsProxy] = [variable('HTTP_PROXY') ?? all, variable('HTTPS_PROXY') ?? all];
  return { ...withHosts, ...(httpProxy ? { httpProxy } : {}), ...(httpsProxy ? { httpsProxy } : {}) };
}
