/** Keeps an eye on this workstation: which model servers run here, which of them are new, and when to look again. */
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
import { addressesToScan, canonicalAddress, type ScanAddress, serverRoot } from './addresses.ts';
import { identifyServer } from './identify-server.ts';
import { currentEnvironment, describeScanScope } from './scan-scope.ts';

/** What the user says of discovery; read anew each time. */
export type DiscoverySettings = {
  /** Addresses where the user runs servers. */
  readonly endpoints: readonly string[];
  /** What becomes of servers that nobody named. */
  readonly newEndpoints: 'offer' | 'use' | 'ignore';
  /** Minutes from one look to the next. 0: only when asked. */
  readonly intervalMinutes: number;
};

/** A provider as far as it matters here; also one that is switched off, which is the user's word. */
export type ProviderAddress = {
  readonly name: string;
  readonly kind: string;
  readonly baseUrl: string;
  /** The user named or changed it: whatever answers there is meant. */
  readonly isUserDefined: boolean;
};

export type DiscoveryDeps = {
  readonly http: Http;
  readonly definitions: readonly EngineDefinition[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: () => DiscoverySettings;
  /** Every provider there is now, without those that discovery added. */
  readonly providers: () => readonly ProviderAddress[];
  /** Called when what was found is different. */
  readonly onChanged: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where to look. Absent: `addressesToAsk`. */
  readonly addresses?: () => readonly ScanAddress[];
  /** The machine's addresses, to see when the network changes. Absent: the system's. */
  readonly interfaces?: () => Interfaces;
};

type FoundServer = IdentifiedEndpoint & { readonly isUserDefined: boolean };
type Interfaces = Readonly<Record<string, readonly { readonly address: string }[] | undefined>>;

/** From the first question to the last answer, in milliseconds: half a second with what the machine itself needs. */
const scanTimeoutMs = 450;
/** How often the timer sees whether it is time, or the network another one. */
const checkIntervalMs = 15_000;

export function discovery(parts: DiscoveryDeps) {
  const { http, definitions, env, settings, providers, onChanged, now } = parts;
  const interfaces = parts.interfaces ?? networkInterfaces;
  const closing = new AbortController();
  let servers: readonly FoundServer[] = [];
  /** Those that the last look of the timer missed: a busy machine is late now and then. */
  let missed: readonly FoundServer[] = [];
  let scanning: Promise<void> | undefined;
  let scannedAtMs = Number.NEGATIVE_INFINITY;
  let network = '';
  let timer: NodeJS.Timeout | undefined;

  const addresses =
    parts.addresses ??
    (() =>
      addressesToScan({
        definitions,
        env,
        endpoints: settings().endpoints,
        hasDockerSocket: hasDockerSocket(),
      }));

  const scanOnce = async (isAsked: boolean): Promise<void> => {
    scannedAtMs = now();
    network = networkSignature(interfaces());
    const late = AbortSignal.any([closing.signal, AbortSignal.timeout(scanTimeoutMs)]);
    const answers = await Promise.all(
      addresses().map(async ({ root, isUserDefined }) => {
        const endpoint = await identifyServer(root, { http, definitions }, late);
        return endpoint ? [{ ...endpoint, isUserDefined }] : [];
      }),
    );
    if (closing.signal.aborted) return;
    const before = JSON.stringify(servers);
    const seen = uniqueServers(answers.flat());
    const gone = isAsked
      ? []
      : servers.filter(({ baseUrl }) => !seen.some((each) => isSameAddress(each.baseUrl, baseUrl)));
    servers = [...seen, ...gone.filter((each) => !missed.includes(each))];
    missed = gone;
    if (JSON.stringify(servers) !== before) onChanged();
  };

  /** Looks now; two calls at a time share one look. Takes half a second at most and never rejects. */
  const scan = (isAsked = true): Promise<void> => {
    scanning ??= scanOnce(isAsked).finally(() => {
      scanning = undefined;
    });
    return scanning;
  };

  const tick = (): void => {
    const { intervalMinutes } = settings();
    if (intervalMinutes === 0) return;
    // A clock that is set back is no reason to wait.
    const age = Math.abs(now() - scannedAtMs);
    if (age >= intervalMinutes * 60_000 || networkSignature(interfaces()) !== network) void scan(false);
  };

  const endpoints = (): readonly DiscoveredEndpoint[] => {
    const { newEndpoints } = settings();
    const configured = providers();
    const taken = new Set(configured.map(({ name }) => name));
    return servers.map(({ isUserDefined, ...endpoint }) => {
      const owner = configured.find(
        (each) =>
          (each.isUserDefined || each.kind === endpoint.kind) &&
          isSameAddress(each.baseUrl, endpoint.baseUrl),
      );
      if (owner) return { ...endpoint, use: 'used', name: owner.name };
      const name = unusedName(endpoint, taken);
      taken.add(name);
      if (isUserDefined || newEndpoints === 'use') return { ...endpoint, use: 'used', name };
      return { ...endpoint, use: newEndpoints === 'offer' ? 'offered' : 'ignored', name };
    });
  };

  return {
    scan: () => scan(),
    /** As last seen; empty before the first look. */
    endpoints,
    /** What a client shows of it. */
    result: (): DiscoverResult => ({
      endpoints: endpoints(),
      scope: describeScanScope(currentEnvironment(env)),
    }),
    /** Servers that may be used and that no provider is set up for yet, as settings of providers. */
    providers(): Readonly<Record<string, ProviderSettings>> {
      const names = new Set(providers().map(({ name }) => name));
      const wanted = endpoints().filter(({ use, name }) => use === 'used' && !names.has(name));
      return Object.fromEntries(wanted.map((endpoint) => [endpoint.name, endpointSettings(endpoint)]));
    },
    /**
     * Whether the server at one of our own addresses is of another kind than we think. `undefined`: it is not, or nobody
     * answers. Never rejects.
     */
    async identifyServer(kind: string, baseUrl: string, signal: AbortSignal): Promise<string | undefined> {
      const root = serverRoot(baseUrl);
      if (root === undefined) return;
      const late = AbortSignal.any([closing.signal, signal, AbortSignal.timeout(scanTimeoutMs)]);
      const endpoint = await identifyServer(root, { http, definitions }, late);
      return endpoint && endpoint.kind !== kind ? endpoint.label : undefined;
    },
    /** The first look begins after the current work; nobody waits for it. */
    start(): void {
      setImmediate(tick);
      timer = setInterval(tick, checkIntervalMs);
      timer.unref();
    },
    dispose(): void {
      clearInterval(timer);
      closing.abort();
    },
  };
}

/** A server that listens on both loopback addresses is one server; the first one found stays. */
function uniqueServers<Endpoint extends IdentifiedEndpoint>(
  endpoints: readonly Endpoint[],
): readonly Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const place = canonicalAddress(endpoint.baseUrl).replace('//[::1]', '//127.0.0.1');
    const twin = `${endpoint.kind} ${place} ${endpoint.models?.join() ?? ''}`;
    if (!seen.has(twin)) seen.set(twin, endpoint);
  }
  return [...seen.values()];
}

const isSameAddress = (one: string, other: string): boolean => {
  const [a, b] = [serverRoot(one), serverRoot(other)];
  return a !== undefined && b !== undefined && canonicalAddress(a) === canonicalAddress(b);
};

/** `llama-cpp`, or with its port where that name is taken, or with a number where that is, too. */
function unusedName({ kind, baseUrl }: IdentifiedEndpoint, taken: ReadonlySet<string>): string {
  const { port } = new URL(baseUrl);
  const names = [kind, ...(port ? [`${kind}-${port}`] : [])].filter((name) => name !== 'openai-compatible');
  for (let number = 2; ; number++) {
    const free = names.find((name) => !taken.has(name));
    if (free) return free;
    names.push(`${kind}-${number}`);
  }
}

/** The same text as long as the machine has the same addresses. */
const networkSignature = (interfaces: Interfaces): string =>
  Object.entries(interfaces)
    .flatMap(([name, addresses = []]) => addresses.map(({ address }) => `${name} ${address}`))
    .toSorted()
    .join();
