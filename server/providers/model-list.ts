/** The model list of one provider, as the service last returned it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IdentifiedEndpoint } from '../../shared/discovery.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { Engine } from '../engines/engine.ts';
import { timeoutSignal } from '../platform/socket-timer.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { ProviderConfig } from './provider-config.ts';

/** Listing models must not delay a request. */
const listTimeoutMs = 10_000;

/** Milliseconds between two requests for the list of an engine that is being restarted. */
const restartPollIntervalMs = 200;

/** The model server at an address; `undefined`: none answers. Never rejects. */
export type IdentifyServer = (
  baseUrl: string,
  signal: AbortSignal,
) => Promise<Pick<IdentifiedEndpoint, 'kind' | 'label'> | undefined>;

export type ModelListDeps = {
  readonly config: ProviderConfig;
  readonly engine: Pick<Engine, 'listModels'>;
  /** Absent: no server is verified. */
  readonly identifyServer?: IdentifyServer | undefined;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  /** Called after each list that arrived. */
  readonly onListed: () => void;
  /** Called after each request for the list, whatever came of it. */
  readonly onChange: () => void;
};

export function modelList({ config, engine, identifyServer, elapsed, onListed, onChange }: ModelListDeps) {
  const { name, label, definition, baseUrl } = config;
  let models: readonly ModelInfo[] | undefined;
  let failure: RumboError | undefined;
  let pending: Promise<void> | undefined;
  let resets = 0;
  let requestedAtMs = Number.NEGATIVE_INFINITY;

  /** Any program may listen at a default address, so the server there must be identified first. */
  const isDefaultAddress = config.source === 'local' && !config.userDefined && baseUrl === definition.baseUrl;

  const request = async (signal: AbortSignal): Promise<readonly ModelInfo[]> => {
    const server = isDefaultAddress ? await identifyServer?.(baseUrl, signal) : undefined;
    if (server === undefined || server.kind === definition.kind) return engine.listModels(signal);
    throw new RumboError(`${server.label} answers at ${new URL(baseUrl).host}, not ${label}.`, {
      kind: 'unreachable',
      provider: name,
      action: `Start ${label}, or name the server that answers in rumbo.providers.`,
    });
  };

  const update = async (): Promise<void> => {
    const startedIn = resets;
    const timeout = timeoutSignal(listTimeoutMs);
    const result = await request(timeout.signal).catch((cause: unknown) =>
      timeout.signal.aborted
        ? new RumboError(`${label} did not list its models within ${listTimeoutMs / 1000} s.`, {
            kind: 'timeout',
            provider: name,
          })
        : toRumboError(cause),
    );
    timeout.stop();
    // A result for another key, or from before a reset, no longer applies.
    if (startedIn !== resets) return;
    requestedAtMs = elapsed();
    // The last good list stays: the engine may only be restarting.
    if (result instanceof RumboError) failure = result;
    else {
      [models, failure] = [result, undefined];
      onListed();
    }
  };

  const list = {
    /** `undefined`: none has arrived. */
    models: () => models,
    /** Why the last request brought no list. Absent: it brought one, or there was none. */
    failure: () => failure,
    isPending: () => pending !== undefined,
    /** Milliseconds since the last request ended; infinite when there was none. */
    ageMs: () => elapsed() - requestedAtMs,
    /** Requests the list; concurrent calls share one request. Never rejects. */
    refresh(): Promise<void> {
      if (pending) return pending;
      const current = update().finally(() => {
        if (pending === current) pending = undefined;
        onChange();
      });
      pending = current;
      return current;
    },
    /**
     * Requests the list until it arrives, for this many milliseconds, or for as long as loading may take when the engine
     * reports that it loads. Never rejects; returns when `signal` aborts.
     */
    async whenBack(maxWaitMs: number, signal: AbortSignal): Promise<void> {
      const startedMs = elapsed();
      for (;;) {
        await list.refresh();
        const limitMs = failure?.kind === 'loading' ? config.timeouts.firstPartMs : maxWaitMs;
        if (!failure || signal.aborted || elapsed() - startedMs >= limitMs) return;
        await sleep(restartPollIntervalMs, undefined, { signal }).catch(() => {});
      }
    },
    /** The key changed, or the user wants a fresh start: a request in flight no longer counts. */
    reset(): void {
      resets += 1;
      pending = undefined;
      failure = undefined;
    },
  };
  return list;
}
