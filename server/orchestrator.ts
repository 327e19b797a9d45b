/** One request's whole life, top to bottom: admit → classify → cache → balance → reserve → engine → meter. */
import { randomUUID } from 'node:crypto';
import { imagesOf, type Message, type ModelId, providerOf, textOf } from '../shared/chat.ts';
import { asRumboError, type RumboError, reactions } from '../shared/errors.ts';
import type { AskParams, AskPart, AskResult, ExplainResult, RouteParams } from '../shared/protocol.ts';
import type { Attempt } from '../shared/receipts.ts';
import { roleOf } from '../shared/roles.ts';
import type { Settings } from '../shared/settings.ts';
import { admit } from './admit.ts';
import type { Question, ResponseCache } from './cache/response-cache.ts';
import type { Budgets } from './metrics/budget.ts';
import type { Counters } from './metrics/counters.ts';
import type { Latencies } from './metrics/latency.ts';
import type { Ledger } from './metrics/ledger.ts';
import { type Measured, meter } from './metrics/meter.ts';
import { realPathOf } from './platform/files.ts';
import type { Log } from './platform/log.ts';
import type { Fleet } from './providers/fleet.ts';
import { logLine, receipt } from './receipt.ts';
import { codePreview } from './roles/code-preview.ts';
import { compose } from './roles/compose.ts';
import { balance, type Decision, type Ranked } from './routing/balancer.ts';
import { type Classification, classify } from './routing/classifier/classify.ts';
import { nobody, pinFailure } from './routing/nobody.ts';
import { outputLimit } from './routing/price.ts';
import { isLocalOnly } from './routing/privacy.ts';
import type { Route, Snapshot } from './routing/snapshot.ts';
import { estimatePromptTokens, estimateTokens, mostPromptTokens } from './routing/tokens.ts';

export type Rooms = {
  readonly settings: () => Settings;
  readonly fleet: Fleet;
  readonly cache: ResponseCache;
  readonly budgets: Budgets;
  readonly ledger: Ledger;
  readonly counters: Counters;
  readonly latencies: Latencies;
  readonly log: Log;
  /** Called when a question comes in and when its answer ends. */
  readonly changed: () => void;
};

export type Orchestrator = {
  /** Yields the answer's parts and returns the whole. Rejects with `RumboError`, `attempts` told. */
  ask(params: AskParams, signal: AbortSignal): AsyncGenerator<AskPart, AskResult>;
  /** The decision alone. Contacts nobody. */
  explain(params: RouteParams): ExplainResult;
  /** Questions being answered now. */
  inFlight(): number;
};

export function orchestrator(rooms: Rooms): Orchestrator {
  const { settings, fleet, cache, budgets, ledger, counters, latencies, log, changed } = rooms;

  const snapshot = (): Snapshot => {
    const now = settings();
    const room = budgets.room();
    return {
      models: fleet.models(),
      resting: fleet.resting(),
      restingModels: fleet.restingModels(),
      tokensLeft: fleet.tokensLeft(),
      firstTokenMs: latencies.firstTokenMs,
      strategy: now['routing.strategy'],
      priorityOrder: now['routing.priorityOrder'],
      taskTypes: now['routing.taskTypes'],
      roles: now.roles,
      roomUsd: room.usd,
      roomName: room.name,
    };
  };

  let inFlight = 0;
  async function* ask(sent: AskParams, signal: AbortSignal): AsyncGenerator<AskPart, AskResult> {
    inFlight += 1;
    changed();
    try {
      return yield* answer(sent, signal);
    } finally {
      inFlight -= 1;
      changed();
    }
  }

  async function* answer(sent: AskParams, signal: AbortSignal): AsyncGenerator<AskPart, AskResult> {
    const startedAt = performance.now();
    const params = admit(sent);
    const settingsBefore = settings();
    const request = read(params, settingsBefore);
    const { messages, classification } = request;
    const preview = codePreview(params);
    const told = { id: randomUUID(), at: new Date().toISOString(), startedAt, params, classification };

    const question = questionOf(params, messages);
    const known = params.useCache !== false && settings()['cache.enabled'] ? cache.get(question) : undefined;
    counters.count('rumbo_cache_total', { outcome: known ? 'hit' : 'miss' });
    if (known) {
      const note = noteOf(fleet.get(providerOf(known.model))?.configured.note);
      yield { type: 'start', model: known.model, cached: true, ...note };
      yield { type: 'text-delta', text: known.text };
      yield { type: 'finish', reason: known.reason, usage: known.usage };
      const paper = { ...receipt.cached(told, known), ...note };
      ledger.add(paper);
      log.info(logLine(paper));
      return { text: known.text, ...preview.whole(known.text), receipt: paper };
    }

    await fleet.lookAround(signal, request.pinnedProvider);
    if (signal.aborted) throw asRumboError(signal.reason, signal);
    const decidedAt = performance.now();
    const routeNow = (): Route =>
      settings() === settingsBefore
        ? request.route
        : { ...request.route, localOnly: isKeptHome(params, settings()) };
    const route = routeNow();
    const decision = balance(route, snapshot());
    counters.observe('rumbo_decision_ms', performance.now() - decidedAt);
    const candidates = answerable(decision, params, route);

    const attempts: Attempt[] = [];
    let failed: { readonly model: ModelId; readonly error: RumboError } | undefined;
    for (const planned of candidates) {
      // What failed, other questions, or new settings may have taken it out since it was planned.
      const candidate = failed ? rankedIn(balance(routeNow(), snapshot()), planned.model.id) : planned;
      const provider = candidate && fleet.get(candidate.model.provider);
      if (!provider) continue;
      const { model } = candidate;
      const release = budgets.reserve(worstOf(candidate));
      const settingsSent = settings();
      const meterOf = meter(route.promptTokens, estimateTokens, () => performance.now());
      const sentAt = performance.now();
      let started = false;
      try {
        if (failed) yield { type: 'fallback', from: failed.model, reason: failed.error.message };
        const limit = model.source === 'api' ? { maxOutputTokens: outputLimit(model) } : {};
        for await (const part of provider.engine.stream(model.name, { messages, ...limit }, signal)) {
          meterOf.see(part);
          if (!started)
            yield { type: 'start', model: model.id, cached: false, ...noteOf(provider.configured.note) };
          started = true;
          if (part.type === 'finish') continue;
          yield part;
          if (part.type === 'text-delta') yield* preview.so(part.text, performance.now());
        }
        const measured = meterOf.read();
        const ms = performance.now() - sentAt;
        attempts.push({ model: model.id, outcome: 'ok', ms });
        yield { type: 'finish', reason: measured.reason, usage: measured.usage };
        const paper = receipt.answered(told, {
          candidate,
          decision,
          attempts,
          measured,
          note: provider.configured.note,
        });
        settle(candidate, paper.costUsd, measured, { startedAt, sentAt, ms });
        ledger.add(paper);
        log.info(logLine(paper));
        // New settings may want another model, or no answer kept: they have cleared the cache already.
        const mayKeep = settings() === settingsSent && settingsSent['cache.enabled'];
        if (mayKeep && measured.reason === 'stop') cache.set(question, { ...measured, model: model.id });
        return { text: measured.text, ...preview.whole(measured.text), receipt: paper };
      } catch (cause) {
        const error = asRumboError(cause, signal);
        const ms = performance.now() - sentAt;
        attempts.push({ model: model.id, outcome: error.kind, ms, message: error.message });
        note(candidate, error.kind, ms);
        log.info(
          `${told.params.role ?? classification.task}: ${model.id} did not answer, ${error.kind}, ${Math.round(ms)} ms`,
        );
        // What was said before it broke was billed: the ledger must not forget it.
        if (started)
          ledger.add(receipt.broken(told, { candidate, decision, attempts, measured: meterOf.read() }));
        if (!mayGoOn(error, meterOf.read())) throw error.with({ attempts });
        // A pin that fails on the way is no more replaced silently than one that could not start.
        if (model.id === decision.pin && pinRule(params) !== 'next')
          throw error.with({ attempts, pinned: model.id });
        failed = { model: model.id, error };
      } finally {
        release();
      }
    }
    throw (failed?.error ?? nobody(decision, route, snapshot())).with({ attempts });
  }

  /** The candidates, or the reason why there is none or the pinned one is lost. */
  function answerable(decision: Decision, params: AskParams, route: Route): readonly Ranked[] {
    const { pinLost, candidates } = decision;
    if (pinLost && (pinRule(params) !== 'next' || candidates.length === 0)) throw pinFailure(pinLost);
    if (candidates.length === 0) throw nobody(decision, route, snapshot());
    return candidates;
  }

  /** What is to happen when a pinned model cannot answer. */
  const pinRule = (params: AskParams) =>
    params.whenPinnedUnavailable ?? settings()['routing.whenPinnedUnavailable'];

  function settle(
    candidate: Ranked,
    costUsd: number | null,
    measured: Measured,
    { startedAt, sentAt, ms }: { readonly startedAt: number; readonly sentAt: number; readonly ms: number },
  ): void {
    const { provider, id } = candidate.model;
    note(candidate, 'ok', ms);
    counters.observe('rumbo_total_ms', performance.now() - startedAt, { provider });
    counters.count('rumbo_tokens_total', { provider, direction: 'input' }, measured.usage.input);
    counters.count('rumbo_tokens_total', { provider, direction: 'output' }, measured.usage.output);
    if (costUsd !== null) counters.count('rumbo_cost_usd_total', { provider }, costUsd);
    if (measured.firstTokenAt === null) return;
    const firstMs = measured.firstTokenAt - sentAt;
    latencies.note(id, firstMs);
    counters.observe('rumbo_first_token_ms', firstMs, { provider });
  }

  function note({ model }: Ranked, outcome: Attempt['outcome'], ms: number): void {
    counters.count('rumbo_attempts_total', { provider: model.provider, outcome });
    fleet.get(model.provider)?.did({ at: new Date().toISOString(), model: model.name, outcome, ms });
  }

  return {
    ask,
    inFlight: () => inFlight,
    explain(sent) {
      const params = admit(sent);
      const { route, classification } = read(params, settings());
      const { strategy, candidates, excluded } = balance(route, snapshot());
      return {
        task: classification.task,
        difficulty: classification.difficulty,
        confidence: classification.confidence,
        strategy,
        candidates: candidates.map(({ model, reasons, costUsd }) => ({ model: model.id, reasons, costUsd })),
        excluded,
      };
    },
  };
}

type Read = {
  readonly messages: readonly Message[];
  readonly classification: Classification;
  readonly route: Route;
  /** The provider of this request's own pin. */
  readonly pinnedProvider: string | undefined;
};

/** What the request asks for, in the balancer's terms. */
function read(params: RouteParams, settings: Settings): Read {
  const { role, model } = params;
  const messages = compose(params);
  const asked = params.messages?.findLast(({ role }) => role === 'user');
  const words = params.prompt ?? (asked ? textOf(asked) : '');
  const classification = classify(words, params.task ?? roleOf(role)?.task);
  return {
    messages,
    classification,
    pinnedProvider: model && providerOf(model),
    route: {
      task: classification.task,
      difficulty: classification.difficulty,
      localOnly: isKeptHome(params, settings),
      needsTools: needsTools(params),
      needsVision: messages.some((message) => imagesOf(message).length > 0),
      promptTokens: estimatePromptTokens(messages),
      mostPromptTokens: mostPromptTokens(messages),
      ...(role === undefined ? {} : { role }),
      ...(model === undefined ? {} : { model }),
    },
  };
}

const needsTools = ({ tools = [], messages = [] }: RouteParams): boolean =>
  tools.length > 0 || messages.some((message) => message.role === 'tool');

/** A link to a local-only file is that file. */
function isKeptHome({ file }: RouteParams, settings: Settings): boolean {
  const patterns = settings['privacy.localOnly'];
  if (!file || patterns.length === 0) return false;
  return isLocalOnly(file.uri, patterns) || isLocalOnly(realPathOf(file.uri), patterns);
}

const rankedIn = ({ candidates }: Decision, id: ModelId): Ranked | undefined =>
  candidates.find(({ model }) => model.id === id);

/** What is set aside; the filter has just seen that the budgets hold it. */
const worstOf = ({ model, costUsd }: Ranked): number => (model.source === 'local' ? 0 : (costUsd?.high ?? 0));

/** The composed messages hold the file and the role's words; the rest decides what is done with the answer. */
const questionOf = ({ role, model, file }: AskParams, messages: readonly Message[]): Question => ({
  messages,
  role,
  model,
  file: file && JSON.stringify([file.uri, file.selection]),
});

/** Another candidate may be asked while the user has seen no word of this one. */
const mayGoOn = (error: RumboError, { text }: Measured): boolean =>
  reactions[error.kind].fallback && text === '';

const noteOf = (note: string | undefined) => (note === undefined ? {} : { note });
