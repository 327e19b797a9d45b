/** Keeps an eye on this workstation: which model servers run here, which of them are new, and when to look again. */
import { networkInterfaces } from 'node:os';
import {
  type DiscoveredEndpoint,
  type DiscoverResult,
  type FoundEndpoint,
  settingsFor,
} from '../../shared/discovery.ts';
import type { ProviderSettings } from '../../shared/settings.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { hasDockerSocket } from '../platform/docker-socket.ts';
import type { Http } from '../platform/http.ts';
import { type Address, addressesToAsk, canonical, rootOf } from './addresses.ts';
import { recognise } from './identify-server.ts';
import { thisPlace, whereLooked } from './search-scope.ts';

/** What the user says of discovery; read anew each time. */
export type DiscoverySettings = {
  /** Addresses where the user runs servers. */
  readonly endpoints: readonly string[];
  /** What becomes of servers that nobody named. */
  readonly newEndpoints: 'offer' | 'use' | 'ignore';
  /** Minutes from one look to the next. 0: only when asked. */
  readonly everyMinutes: number;
};

/** A provider as far as it matters here; also one that is switched off, which is the user's word. */
export type SetUp = {
  readonly name: string;
  readonly kind: string;
  readonly baseUrl: string;
  /** The user named or changed it: whatever answers there is meant. */
  readonly named: boolean;
};

export type DiscoveryParts = {
  readonly http: Http;
  readonly definitions: readonly EngineDefinition[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: () => DiscoverySettings;
  /** Every provider there is now, without those that discovery added. */
  readonly setUp: () => readonly SetUp[];
  /** Called when what was found is different. */
  readonly changed: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where to look. Absent: `addressesToAsk`. */
  readonly addresses?: () => readonly Address[];
  /** The machine's addresses, to see when the network changes. Absent: the system's. */
  readonly interfaces?: () => Interfaces;
};

type Seen = FoundEndpoint & { readonly named: boolean };
type Interfaces = Readonly<Record<string, readonly { readonly address: string }[] | undefined>>;

/** From the first question to the last answer, in milliseconds: half a second with what the machine itself needs. */
const patienceMs = 450;
/** How often the timer sees whether it is time, or the network another one. */
const tickMs = 15_000;

export function discovery(parts: DiscoveryParts) {
  const { http, definitions, env, settings, setUp, changed, now } = parts;
  const interfaces = parts.interfaces ?? networkInterfaces;
  const closing = new AbortController();
  let found: readonly Seen[] = [];
  /** Those that the last look of the timer missed: a busy machine is late now and then. */
  let missed: readonly Seen[] = [];
  let looking: Promise<void> | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let network = '';
  let timer: NodeJS.Timeout | undefined;

  const addresses =
    parts.addresses ??
    (() =>
      addressesToAsk({
        definitions,
        env,
        endpoints: settings().endpoints,
        hasDockerSocket: hasDockerSocket(),
      }));

  const lookOnce = async (isAsked: boolean): Promise<void> => {
    lookedAtMs = now();
    network = digest(interfaces());
    const late = AbortSignal.any([closing.signal, AbortSignal.timeout(patienceMs)]);
    const answers = await Promise.all(
      addresses().map(async ({ root, named }) => {
        const endpoint = await recognise(root, { http, definitions }, late);
        return endpoint ? [{ ...endpoint, named }] : [];
      }),
    );
    if (closing.signal.aborted) return;
    const before = JSON.stringify(found);
    const seen = eachOnce(answers.flat());
    const gone = isAsked
      ? []
      : found.filter(({ baseUrl }) => !seen.some((each) => isSamePlace(each.baseUrl, baseUrl)));
    found = [...seen, ...gone.filter((each) => !missed.includes(each))];
    missed = gone;
    if (JSON.stringify(found) !== before) changed();
  };

  /** Looks now; two calls at a time share one look. Takes half a second at most and never rejects. */
  const look = (isAsked = true): Promise<void> => {
    looking ??= lookOnce(isAsked).finally(() => {
      looking = undefined;
    });
    return looking;
  };

  const tick = (): void => {
    const { everyMinutes } = settings();
    if (everyMinutes === 0) return;
    // A clock that is set back is no reason to wait.
    const age = Math.abs(now() - lookedAtMs);
    if (age >= everyMinutes * 60_000 || digest(interfaces()) !== network) void look(false);
  };

  const endpoints = (): readonly DiscoveredEndpoint[] => {
    const { newEndpoints } = settings();
    const providers = setUp();
    const taken = new Set(providers.map(({ name }) => name));
    return found.map(({ named, ...endpoint }) => {
      const owner = providers.find(
        (each) => (each.named || each.kind === endpoint.kind) && isSamePlace(each.baseUrl, endpoint.baseUrl),
      );
      if (owner) return { ...endpoint, use: 'used', name: owner.name };
      const name = freeName(endpoint, taken);
      taken.add(name);
      if (named || newEndpoints === 'use') return { ...endpoint, use: 'used', name };
      return { ...endpoint, use: newEndpoints === 'offer' ? 'offered' : 'left', name };
    });
  };

  return {
    look: () => look(),
    /** As last seen; empty before the first look. */
    endpoints,
    /** What a client shows of it. */
    result: (): DiscoverResult => ({ endpoints: endpoints(), where: whereLooked(thisPlace(env)) }),
    /** Servers that may be used and that no provider is set up for yet, as settings of providers. */
    providers(): Readonly<Record<string, ProviderSettings>> {
      const names = new Set(setUp().map(({ name }) => name));
      const wanted = endpoints().filter(({ use, name }) => use === 'used' && !names.has(name));
      return Object.fromEntries(wanted.map((endpoint) => [endpoint.name, settingsFor(endpoint)]));
    },
    /**
     * Whether the server at one of our own addresses is of another kind than we think. `undefined`: it is not, or nobody
     * answers. Never rejects.
     */
    async impostor(kind: string, baseUrl: string, signal: AbortSignal): Promise<string | undefined> {
      const root = rootOf(baseUrl);
      if (root === undefined) return;
      const late = AbortSignal.any([closing.signal, signal, AbortSignal.timeout(patienceMs)]);
      const endpoint = await recognise(root, { http, definitions }, late);
      return endpoint && endpoint.kind !== kind ? endpoint.label : undefined;
    },
    /** The first look begins after the current work; nobody waits for it. */
    start(): void {
      setImmediate(tick);
      timer = setInterval(tick, tickMs);
      timer.unref();
    },
    dispose(): void {
      clearInterval(timer);
      closing.abort();
    },
  };
}

/** A server that listens on both loopback addresses is one server; the first one found stays. */
function eachOnce<Endpoint extends FoundEndpoint>(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const place = canonical(endpoint.baseUrl).replace('//[::1]', '//127.0.0.1');
    const twin = `${endpoint.kind} ${place} ${endpoint.models?.join() ?? ''}`;
    if (!seen.has(twin)) seen.set(twin, endpoint);
  }
  return [...seen.values()];
}

const isSamePlace = (one: string, other: string): boolean => {
  const [a, b] = [rootOf(one), rootOf(other)];
  return a !== undefined && b !== undefined && canonical(a) === canonical(b);
};

/** `llama-cpp`, or with its port where that name is taken, or with a number where that is, too. */
function freeName({ kind, baseUrl }: FoundEndpoint, taken: ReadonlySet<string>): string {
  const { port } = new URL(baseUrl);
  const names = [kind, ...(port ? [`${kind}-${port}`] : [])].filter((name) => name !== 'openai-compatible');
  for (let number = 2; ; number++) {
    const free = names.find((name) => !taken.has(name));
    if (free) return free;
    names.push(`${kind}-${number}`);
  }
}

/** The same text as long as the machine has the same addresses. */
const digest = (interfaces: Interfaces): string =>
  Object.entries(interfaces)
    .flatMap(([name, addresses = []]) => addresses.map(({ address }) => `${name} ${address}`))
    .toSorted()
    .join();
