/** Finds the model servers on this workstation, and scans again at an interval and when the network changes. */
import { networkInterfaces } from 'node:os';
import {
  type DiscoveredEndpoint,
  type DiscoverResult,
  endpointSettings,
  type IdentifiedEndpoint,
} from '../../shared/discovery.ts';
import type { ProviderSettings } from '../../shared/settings.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { hasDockerSocket } from '../platform/docker-socket.ts';
import type { Http } from '../platform/http.ts';
import { addressesToScan, type ScanAddress, serverRoot } from './addresses.ts';
import {
  assignUse,
  type FoundServer,
  isSameAddress,
  type ProviderAddress,
  uniqueServers,
} from './endpoint-use.ts';
import { identifyServer } from './identify-server.ts';
import { currentEnvironment, describeScanScope } from './scan-scope.ts';

/** The user's settings for discovery; read anew each time. */
export type DiscoverySettings = {
  /** Addresses where the user runs servers. */
  readonly endpoints: readonly string[];
  /** What becomes of servers that the user has not named. */
  readonly newEndpoints: 'offer' | 'use' | 'ignore';
  /** Minutes between two scans. 0: only on request. */
  readonly intervalMinutes: number;
};

export type DiscoveryDeps = {
  readonly http: Http;
  readonly definitions: readonly EngineDefinition[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: () => DiscoverySettings;
  /** Every provider, without those that discovery has added. */
  readonly providers: () => readonly ProviderAddress[];
  /** Called when the found servers have changed. */
  readonly onChanged: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The addresses to scan. Absent: `addressesToScan`. */
  readonly addresses?: () => readonly ScanAddress[];
  /** The machine's addresses, which show when the network changes. Absent: the system's. */
  readonly interfaces?: () => Interfaces;
};

type Interfaces = Readonly<Record<string, readonly { readonly address: string }[] | undefined>>;

/** Milliseconds from the first request to the last response: half a second with our own work. */
const scanTimeoutMs = 450;
/** Milliseconds between two checks whether a scan is due or the network has changed. */
const checkIntervalMs = 15_000;

export function discovery(deps: DiscoveryDeps) {
  const { http, definitions, env, settings, providers, onChanged, now } = deps;
  const interfaces = deps.interfaces ?? networkInterfaces;
  const closing = new AbortController();
  let servers: readonly FoundServer[] = [];
  /** Servers that the last scheduled scan missed: on a busy machine a response may be late once. */
  let missed: readonly FoundServer[] = [];
  let scanning: Promise<void> | undefined;
  let scannedAtMs = Number.NEGATIVE_INFINITY;
  let network = '';
  let timer: NodeJS.Timeout | undefined;

  const addresses =
    deps.addresses ??
    (() =>
      addressesToScan({
        definitions,
        env,
        endpoints: settings().endpoints,
        hasDockerSocket: hasDockerSocket(),
      }));

  /** @param isRequested a server that a requested scan misses is removed at once, else after the second miss */
  const scanOnce = async (isRequested: boolean): Promise<void> => {
    scannedAtMs = now();
    network = networkSignature(interfaces());
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(scanTimeoutMs)]);
    const responses = await Promise.all(
      addresses().map(async ({ root, isUserDefined }) => {
        const endpoint = await identifyServer(root, { http, definitions }, signal);
        return endpoint ? [{ ...endpoint, isUserDefined }] : [];
      }),
    );
    if (closing.signal.aborted) return;
    const before = JSON.stringify(servers);
    const found = uniqueServers(responses.flat());
    const gone = isRequested
      ? []
      : servers.filter(({ baseUrl }) => !found.some((each) => isSameAddress(each.baseUrl, baseUrl)));
    servers = [...found, ...gone.filter((each) => !missed.includes(each))];
    missed = gone;
    if (JSON.stringify(servers) !== before) onChanged();
  };

  /** Concurrent calls share one scan. Takes at most half a second and never rejects. */
  const scan = (isRequested: boolean): Promise<void> => {
    scanning ??= scanOnce(isRequested).finally(() => {
      scanning = undefined;
    });
    return scanning;
  };

  const scanWhenDue = (): void => {
    const { intervalMinutes } = settings();
    if (intervalMinutes === 0) return;
    // The absolute value: a clock that was set back must not delay the scan.
    const age = Math.abs(now() - scannedAtMs);
    if (age >= intervalMinutes * 60_000 || networkSignature(interfaces()) !== network) void scan(false);
  };

  const endpoints = (): readonly DiscoveredEndpoint[] =>
    assignUse(servers, providers(), settings().newEndpoints);

  return {
    scan: () => scan(true),
    /** As last found; empty before the first scan. */
    endpoints,
    /** For a client. */
    result: (): DiscoverResult => ({
      endpoints: endpoints(),
      scope: describeScanScope(currentEnvironment(env)),
    }),
    /** Settings of new providers: servers that may be used and have no provider yet. */
    newProviders(): Readonly<Record<string, ProviderSettings>> {
      const names = new Set(providers().map(({ name }) => name));
      const usable = endpoints().filter(({ use, name }) => use === 'used' && !names.has(name));
      return Object.fromEntries(usable.map((endpoint) => [endpoint.name, endpointSettings(endpoint)]));
    },
    /** The model server at an address of our own. `undefined`: none answers. Never rejects. */
    async identifyServer(
      baseUrl: string,
      callerSignal: AbortSignal,
    ): Promise<IdentifiedEndpoint | undefined> {
      const root = serverRoot(baseUrl);
      if (root === undefined) return;
      const signal = AbortSignal.any([closing.signal, callerSignal, AbortSignal.timeout(scanTimeoutMs)]);
      return identifyServer(root, { http, definitions }, signal);
    },
    /** The first scan begins after the current work; the start does not wait for it. */
    start(): void {
      setImmediate(scanWhenDue);
      timer = setInterval(scanWhenDue, checkIntervalMs);
      timer.unref();
    },
    dispose(): void {
      clearInterval(timer);
      closing.abort();
    },
  };
}

/** Changes with the machine's addresses. */
const networkSignature = (interfaces: Interfaces): string =>
  Object.entries(interfaces)
    .flatMap(([name, addresses = []]) => addresses.map(({ address }) => `${name} ${address}`))
    .toSorted()
    .join();
