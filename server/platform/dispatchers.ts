/** The undici dispatchers that requests go through: plain, with the system's certificates, by proxy, by socket file. */
import * as tls from 'node:tls';
import connect from 'undici/lib/api/api-connect.js';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import type { NetworkOptions } from '../../shared/protocol.ts';
import { isLoopback } from './loopback.ts';
import { excludesHost } from './no-proxy.ts';
import type { PendingConnections } from './pending-connections.ts';
import { parseProxy } from './proxy-errors.ts';
import { rememberKey } from './redact-keys.ts';

// As undici's index does, for the one method that its proxy agent calls; loading the index takes a fifth of the start.
Object.assign(Dispatcher.prototype, { connect });

export type Dispatchers = {
  /** @param connectMs milliseconds to a connection */
  to(target: URL, connectMs: number): Dispatcher;
  /** The proxy that requests to this target go through. `undefined`: none. Throws `unreachable` for one that cannot be used. */
  proxyOf(target: URL): URL | undefined;
  /** Closes every connection. */
  dispose(): Promise<void>;
};

/**
 * @param socketOf the socket file of a URL; `undefined`: the URL is on the network
 * @param authority certificates in PEM, trusted in addition. Absent: none
 */
export function undiciDispatchers(
  network: NetworkOptions,
  socketOf: (target: URL) => string | undefined,
  pending: PendingConnections,
  authority?: string,
): Dispatchers {
  // Response timeouts depend on the engine: engines/time-limits.ts aborts.
  const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const agent = (options: buildConnector.BuildOptions) =>
    new Agent({ ...noTimeouts, connect: pending.track(buildConnector(options)) });
  const make = {
    plain: (timeout: number) => agent({ timeout }),
    // Reading the system's certificates takes a while, and requests to local engines do not need them.
    secure: (timeout: number) => agent({ timeout, ...certificates(network, authority) }),
    proxied(timeout: number, proxy: URL): Dispatcher {
      const connectOptions = { timeout, ...certificates(network, authority) };
      // A proxy that refuses its password repeats it.
      for (const each of [network.proxyAuthorization?.replace(/^\w+\s+/, ''), decoded(proxy.password)])
        rememberKey(each);
      return new ProxyAgent({
        ...noTimeouts,
        connect: connectOptions,
        clientFactory: (origin, options) =>
          new Pool(origin, { ...options, connect: failAfterSilence(options) }),
        // undici leaves the resolution of names to a SOCKS proxy in any case.
        uri: proxy.href.replace(/^socks5h:/, 'socks5:'),
        ...(network.proxyAuthorization ? { token: network.proxyAuthorization } : {}),
        requestTls: connectOptions,
        // With it, undici speaks TLS to any SOCKS proxy.
        ...(proxy.protocol.startsWith('socks')
          ? {}
          : {
              proxyTls: {
                ...certificates(network, authority),
                rejectUnauthorized: network.proxyStrictSSL ?? true,
              },
            }),
      });
    },
  };
  /** By route and connect timeout: undici has one timeout for each dispatcher. */
  const made = new Map<string, Dispatcher>();
  const reuse = (name: string, create: () => Dispatcher): Dispatcher => {
    const dispatcher = made.get(name) ?? create();
    made.set(name, dispatcher);
    return dispatcher;
  };
  const proxyFor = (target: URL): URL | undefined => {
    const address = network.proxy ?? (target.protocol === 'https:' ? network.httpsProxy : network.httpProxy);
    if (!address || isLoopback(target.hostname) || excludesHost(network.noProxy ?? [], target)) return;
    return parseProxy(address);
  };
  return {
    proxyOf: (target) => (socketOf(target) === undefined ? proxyFor(target) : undefined),
    to(target, connectMs) {
      const socketPath = socketOf(target);
      if (socketPath !== undefined)
        return reuse(`${socketPath} ${connectMs}`, () => agent({ timeout: connectMs, socketPath }));
      const direct = target.protocol === 'https:' ? 'secure' : 'plain';
      const proxy = proxyFor(target);
      return proxy
        ? reuse(`${proxy.href} ${connectMs}`, () => make.proxied(connectMs, proxy))
        : reuse(`${direct} ${connectMs}`, () => make[direct](connectMs));
    },
    async dispose() {
      await Promise.all(made.values().map((dispatcher) => dispatcher.destroy()));
    },
  };
}

/**
 * Connects to a proxy. undici sends the CONNECT of a tunnel again, at once and without end, when the proxy closes the
 * connection without a byte: the connection after such a one fails instead.
 */
function failAfterSilence(options: object): buildConnector.connector {
  const { connect } = options as { connect: buildConnector.connector };
  let wasSilent = false;
  return (target, callback) => {
    if (wasSilent) {
      wasSilent = false;
      callback(Object.assign(new Error('The proxy closed the connection.'), { code: 'ECONNRESET' }), null);
      return;
    }
    connect(target, (...result) => {
      const [, socket] = result;
      socket?.once('close', () => {
        wasSilent = socket.bytesRead === 0;
      });
      callback(...result);
    });
  };
}

/** A part of an address as it is meant; an invalid escape stays. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Node's own certificate authorities and `NODE_EXTRA_CA_CERTS`, those of the system (Node before 22.15 cannot read them),
 * and the user's.
 */
function certificates(
  { systemCertificates = true }: NetworkOptions,
  authority: string | undefined,
): { ca?: string[] } {
  const canRead = typeof tls.getCACertificates === 'function';
  if (authority === undefined && !(systemCertificates && canRead)) return {};
  return {
    ca: [
      ...(canRead ? tls.getCACertificates('default') : tls.rootCertificates),
      ...(systemCertificates && canRead ? tls.getCACertificates('system') : []),
      ...(authority === undefined ? [] : [authority]),
    ],
  };
}
