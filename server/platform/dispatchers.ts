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
import type { PendingConnections } from './pending-connections.ts';
import { parseProxy } from './proxy-errors.ts';

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

/** @param socketOf the socket file of a URL; `undefined`: the URL is on the network */
export function undiciDispatchers(
  network: NetworkOptions,
  socketOf: (target: URL) => string | undefined,
  pending: PendingConnections,
): Dispatchers {
  // Response timeouts depend on the engine: engines/time-limits.ts aborts.
  const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const agent = (options: buildConnector.BuildOptions) =>
    new Agent({ ...noTimeouts, connect: pending.track(buildConnector(options)) });
  const make = {
    plain: (timeout: number) => agent({ timeout }),
    // Reading the system's certificates takes a while, and requests to local engines do not need them.
    secure: (timeout: number) => agent({ timeout, ...certificates(network) }),
    proxied(timeout: number): Dispatcher {
      const connectOptions = { timeout, ...certificates(network) };
      const proxy = parseProxy(network.proxy ?? '');
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
          : { proxyTls: { rejectUnauthorized: network.proxyStrictSSL ?? true } }),
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
  const usesProxy = (target: URL): boolean =>
    Boolean(network.proxy) && !bypassesProxy(target, network.noProxy ?? []);
  return {
    proxyOf: (target) =>
      socketOf(target) === undefined && usesProxy(target) ? parseProxy(network.proxy ?? '') : undefined,
    to(target, connectMs) {
      const socketPath = socketOf(target);
      if (socketPath !== undefined)
        return reuse(`${socketPath} ${connectMs}`, () => agent({ timeout: connectMs, socketPath }));
      const direct = target.protocol === 'https:' ? 'secure' : 'plain';
      const route = usesProxy(target) ? 'proxied' : direct;
      return reuse(`${route} ${connectMs}`, () => make[route](connectMs));
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

/** As `NO_PROXY` is commonly read: `*`, a host, a domain with or without its leading dot, each with an optional port. */
function bypassesProxy(target: URL, noProxy: readonly string[]): boolean {
  if (isLoopback(target.hostname)) return true;
  return noProxy.some((entry) => {
    const [host = '', port] = entry
      .trim()
      .toLowerCase()
      .split(/:(?=\d+$)/);
    if (port !== undefined && port !== target.port) return false;
    const domain = host.replace(/^\*?\.?/, '');
    return (
      host === '*' ||
      (domain !== '' && (target.hostname === domain || target.hostname.endsWith(`.${domain}`)))
    );
  });
}

/** The system's certificate authorities in addition to Node's own and `NODE_EXTRA_CA_CERTS`; Node before 22.15 cannot read them. */
const certificates = ({ systemCertificates = true }: NetworkOptions): { ca?: string[] } =>
  systemCertificates && typeof tls.getCACertificates === 'function'
    ? { ca: [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] }
    : {};
