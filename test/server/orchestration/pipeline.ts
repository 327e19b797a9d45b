/** The request path with real parts of its own and providers as object literals. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createAccounting } from '../../../server/accounting/record.ts';
import { responseCache } from '../../../server/cache/response-cache.ts';
import { warmPrefixes } from '../../../server/cache/warm-prefixes.ts';
import { createBudgets } from '../../../server/metrics/budget.ts';
import { counters } from '../../../server/metrics/counters.ts';
import { createLedger } from '../../../server/metrics/ledger.ts';
import { createModelStats } from '../../../server/metrics/model-stats.ts';
import { createOrchestrator } from '../../../server/orchestration/orchestrator.ts';
import { userCorrections } from '../../../server/routing/classifier/user-corrections.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { CompletionRequest, EnginePart, EngineRequest, ModelId, Usage } from '../../../shared/chat.ts';
import { noUsage } from '../../../shared/chat.ts';
import { type ErrorData, RumboError } from '../../../shared/errors.ts';
import type { Model } from '../../../shared/models.ts';
import type { AskPart, AskResult } from '../../../shared/protocol.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { plainNames } from '../../support/plain-names.ts';

/** What a model does with one request. */
export type Script = (request: CompletionRequest, signal: AbortSignal) => AsyncIterable<EnginePart>;

export type FakeModel = {
  /** `provider/name`. */
  readonly id: ModelId;
  readonly script: Script;
  /** The engine takes the beginning of an answer as the assistant's last message. */
  readonly prefill?: boolean;
  readonly more?: Partial<Model>;
  readonly note?: string;
};

export const usage: Usage = { ...noUsage, input: 10, output: 5 };

/** Answers with these pieces of text. */
export const answersWith = (...pieces: string[]): Script =>
  async function* () {
    for (const text of pieces) yield { type: 'text-delta', text };
    yield { type: 'finish', reason: 'stop', usage };
  };

/** Answers with these pieces, then fails. */
export const failsAfter = (
  pieces: readonly string[],
  kind: RumboError['kind'],
  data: Partial<ErrorData> = {},
): Script =>
  async function* () {
    for (const text of pieces) yield { type: 'text-delta', text };
    throw new RumboError(`It failed: ${kind}.`, { kind, ...data });
  };
export const fails = (kind: RumboError['kind'], data: Partial<ErrorData> = {}): Script =>
  failsAfter([], kind, data);

/** One script for each request, in order. */
export const inTurn = (...scripts: Script[]): Script => {
  let next = 0;
  return (request, signal) => (scripts[next++] ?? answersWith('too often'))(request, signal);
};

/** A provider registry over the scripts, which records the requests and outcomes. */
function scriptedRegistry(models: readonly FakeModel[], settings: () => Settings) {
  const requests: (CompletionRequest & { readonly model: ModelId })[] = [];
  const outcomes: string[] = [];
  const described = (): Model[] =>
    models.map(({ id, more }) => {
      const [provider = '', name = ''] = id.split('/');
      return {
        id,
        provider,
        name,
        source: 'local',
        private: true,
        toggle: true,
        locked: false,
        tier: 3,
        contextTokens: null,
        maxOutputTokens: null,
        abilities: { tools: true, vision: true },
        price: { input: 0, output: 0 },
        ...more,
        ...settings().models[id],
      } as Model;
    });
  const providers = new Map(
    models.map(({ id, script, prefill = false, note }) => {
      const name = id.slice(0, id.indexOf('/'));
      const engine = {
        provider: name,
        listModels: async () => [],
        supportsPrefill: () => prefill,
        stream(_model: string, request: EngineRequest, signal: AbortSignal) {
          requests.push({ ...(request as CompletionRequest), model: id });
          return script(request as CompletionRequest, signal);
        },
      };
      const recordOutcome = ({ outcome }: { outcome: string }) => void outcomes.push(`${id} ${outcome}`);
      const recordCancel = () => void outcomes.push(`${id} cancelled`);
      const config = { ...(note === undefined ? {} : { note }) };
      return [name, { engine, config, recordOutcome, recordCancel }] as const;
    }),
  );
  const cooldowns = new Map<string, { rule: 'rate-limit'; reason: string; untilMs: number }>();
  let refreshCount = 0;
  const registry = {
    get: (name: string) => providers.get(name),
    ...plainNames,
    names: () => [...providers.keys()],
    models: described,
    availability: () => ({
      cooldowns,
      modelCooldowns: new Map(),
      inFlight: new Map(),
      tokensLeft: new Map(),
    }),
    async refreshForRequest() {
      refreshCount += 1;
    },
  };
  return { registry, requests, outcomes, cooldowns, refreshCount: () => refreshCount };
}

/** The whole request path, without a server or the network. */
export function pipeline(models: readonly FakeModel[], changed: Partial<Settings> = {}) {
  let settings: Settings = {
    ...defaultSettings,
    'routing.strategy': 'priority',
    'routing.priorityOrder': models.map(({ id }) => id.slice(0, id.indexOf('/'))),
    ...changed,
  };
  const scripted = scriptedRegistry(models, () => settings);
  const { registry } = scripted;
  const log: string[] = [];
  const spent = createLedger(undefined, Date.now, () => {});
  const limits = createBudgets(spent.usage, Date.now);
  limits.configure(settings);
  const metrics = counters();
  const cache = responseCache({ maxEntries: 10, maxAgeMs: 60_000 });
  /** Called before an amount is reserved; `false`: another request was quicker. */
  const reservation = { allowed: (_provider: string): boolean => true };
  const stats = createModelStats();
  /** Models that their engine is loading. */
  const loading = new Set<ModelId>();
  const rows: { model: ModelId; costUsd: number | null; id: string }[] = [];
  let changes = 0;
  const account = createAccounting({
    providers: registry,
    ledger: {
      inline: spent.inline,
      add(receipt) {
        rows.push({ model: receipt.model, costUsd: receipt.costUsd, id: receipt.id });
        spent.add(receipt);
      },
    },
    metrics,
    modelStats: stats,
    log: { info: (line) => void log.push(line) },
  });
  const orchestrator = createOrchestrator({
    settings: () => settings,
    providers: registry,
    cache,
    budgets: {
      remainingBudget: limits.remainingBudget,
      differsByProvider: limits.differsByProvider,
      settle: limits.settle,
      isLimited: limits.isLimited,
      reserve: async (share, usd, options) =>
        reservation.allowed(share.provider) ? limits.reserve(share, usd, options) : undefined,
    },
    accounting: account,
    metrics,
    modelStats: stats,
    modelCatalog: {
      coldStarts: () => new Map(),
      recommendedLocal: () => [],
      whenDescribed: async () => {},
      isLoading: (id) => loading.has(id),
    },
    warmPrefixes: warmPrefixes(),
    corrections: userCorrections(),
    log: { error: (line) => void log.push(line) },
    onChange() {
      changes += 1;
    },
  });

  return {
    orchestrator,
    requests: scripted.requests,
    outcomes: scripted.outcomes,
    cooldowns: scripted.cooldowns,
    refreshCount: scripted.refreshCount,
    rows,
    log,
    cache,
    metrics,
    stats,
    loading,
    reservation,
    limits,
    changes: () => changes,
    change(more: Partial<Settings>): void {
      settings = { ...settings, ...more };
      limits.configure(settings);
    },
    /** Asks and gathers the parts. Rejects as the orchestrator does. */
    async ask(
      params: AskParams,
      signal: AbortSignal = new AbortController().signal,
      onPart: (part: AskPart) => void = () => {},
    ): Promise<{ readonly parts: AskPart[]; readonly result: AskResult }> {
      const parts: AskPart[] = [];
      const answer = orchestrator.ask(params, signal);
      for (;;) {
        const { done, value } = await answer.next();
        if (done) return { parts, result: value };
        parts.push(value);
        onPart(value);
      }
    },
    /** Asks for what must fail. */
    async failure(
      params: AskParams,
      signal?: AbortSignal,
      onPart?: (part: AskPart) => void,
    ): Promise<ErrorData> {
      try {
        await this.ask(params, signal, onPart);
      } catch (error) {
        if (error instanceof RumboError) return error.data;
        throw error;
      }
      throw new Error('The request was answered.');
    },
    settled: () => nextTurn(),
  };
}

export const textOf = (parts: readonly AskPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
