/** One provider at work: its engine with good manners, its model list, its health, and what it last did. */
import PQueue from 'p-queue';
import { asRumboError, RumboError } from '../../shared/errors.ts';
import type { ProviderState, ProviderStatus } from '../../shared/status.ts';
import { connect } from '../engines/connect.ts';
import type { Engine } from '../engines/engine.ts';
import type { Http } from '../platform/http.ts';
import { providerHealth } from '../resilience/health.ts';
import { limit } from '../resilience/limit.ts';
import { compose } from '../resilience/policy.ts';
import { retry } from '../resilience/retry.ts';
import type { ProviderRest } from '../routing/snapshot.ts';
import type { KeyOwner, Keys } from '../secrets/keys.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { Configured } from './configured.ts';

/** Answers one provider streams at a time: local engines mostly have one slot, and queue inside without telling. */
const inFlight = { local: 2, api: 8 };
/** Listing models must not hold up a question. */
const listTimeoutMs = 10_000;

export type ProviderParts = {
  readonly http: Http;
  readonly keys: Keys;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after each change a user could see. */
  readonly changed: () => void;
};

export function provider(configured: Configured, { http, keys, now, changed }: ProviderParts) {
  const { name, definition, baseUrl, label } = configured;
  const owner: KeyOwner = {
    provider: name,
    origin: new URL(baseUrl).origin,
    ...(configured.keyEnv ? { keyEnv: configured.keyEnv } : {}),
    ...(name === definition.kind && definition.baseUrl
      ? { usualOrigin: new URL(definition.baseUrl).origin }
      : {}),
  };
  const health = providerHealth(now, changed);
  const raw = connect({
    provider: name,
    label,
    definition,
    baseUrl,
    http,
    keyOf: () => keys.get(owner),
    ...(configured.models ? { models: configured.models } : {}),
  });
  const engine: Engine = compose(
    health.watch,
    retry({ attempts: 2, baseDelayMs: 250, longestWaitMs: 5_000 }),
    limit(new PQueue({ concurrency: inFlight[configured.source] })),
  )(raw);

  let listed: readonly ModelInfo[] | undefined;
  let listFailure: RumboError | undefined;
  let listing: Promise<void> | undefined;
  let resets = 0;
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let last: ProviderStatus['last'];

  const keyless = () => definition.key === 'required' && keys.where(owner) === 'none';

  const list = async (): Promise<void> => {
    const asked = resets;
    const late = AbortSignal.timeout(listTimeoutMs);
    const found = await raw.listModels(late).catch((cause: unknown) =>
      late.aborted
        ? new RumboError(`${label} did not list its models within ${listTimeoutMs / 1000} s.`, {
            kind: 'timeout',
            provider: name,
          })
        : asRumboError(cause),
    );
    // What another key or an earlier try found out says nothing any more.
    if (asked !== resets) return;
    listedAtMs = now();
    // The last good list stays: the engine may only be restarting.
    if (found instanceof RumboError) listFailure = found;
    else [listed, listFailure] = [found, undefined];
    health.listed(listFailure);
  };

  const state = (): ProviderState => {
    if (!configured.enabled) return 'off';
    if (keyless()) return 'no-key';
    if (health.get().rest) return 'resting';
    if (listFailure) return listFailure.kind === 'unauthorized' ? 'no-key' : 'unreachable';
    if (listed || last?.outcome === 'ok') return 'ready';
    return listing !== undefined ? 'checking' : 'unknown';
  };

  return {
    configured,
    engine,
    owner,
    get listed() {
      return listed;
    },
    /** Milliseconds since the list was last asked for; infinite when it never was. */
    listAgeMs: () => now() - listedAtMs,
    state,
    /** Asks for the model list; two calls share one request. Never rejects: the state says how it went. */
    refresh(): Promise<void> {
      if (!configured.enabled || keyless()) return Promise.resolve();
      if (listing) return listing;
      const mine = list().finally(() => {
        if (listing === mine) listing = undefined;
        changed();
      });
      listing = mine;
      return mine;
    },
    /** Contacts it with its key. Returns how many models it lists; rejects with what is wrong. */
    async test(): Promise<number> {
      if (keyless())
        throw new RumboError(`${label} has no API key.`, { kind: 'unauthorized', provider: name });
      await this.refresh();
      if (listFailure) throw listFailure;
      return listed?.length ?? 0;
    },
    /** Why it may not be asked now. */
    rest(): ProviderRest | undefined {
      if (keyless()) return { rule: 'no-key', reason: `${label} has no API key.` };
      const { rest } = health.get();
      if (rest) return rest;
      // A cloud list that failed says little about answers; their own circuit decides.
      if (configured.source === 'api' || state() !== 'unreachable' || !listFailure) return;
      return { rule: 'unreachable', reason: listFailure.message };
    },
    /** Its key changed, or the user asks for a fresh start. */
    reset: () => {
      resets += 1;
      listing = undefined;
      listFailure = undefined;
      health.reset();
      changed();
    },
    did(what: NonNullable<ProviderStatus['last']>): void {
      last = what;
      changed();
    },
    status(models: ProviderStatus['models']): ProviderStatus {
      const { circuit, rest } = health.get();
      const detail =
        state() === 'no-key' && !keyless() ? listFailure?.message : (rest?.reason ?? listFailure?.message);
      const where = keys.where(owner);
      return {
        name,
        label,
        kind: definition.kind,
        source: configured.source,
        origin: owner.origin,
        state: state(),
        ...(detail ? { detail } : {}),
        ...(rest ? { until: new Date(rest.untilMs).toISOString() } : {}),
        circuit,
        key: where === 'none' && definition.key === 'optional' ? 'not-needed' : where,
        models,
        resting: [],
        windows: [],
        keys: [],
        ...(last ? { last } : {}),
        ...(configured.note ? { note: configured.note } : {}),
      };
    },
  };
}

export type Provider = ReturnType<typeof provider>;
