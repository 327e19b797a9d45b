/** One request's whole life, top to bottom: admit → classify → cache → balance → reserve → engine → meter. */
import { randomUUID } from 'node:crypto';
import { providerOf } from '../../shared/chat.ts';
import { toRumboError } from '../../shared/errors.ts';
import { modelFamily } from '../../shared/models.ts';
import type {
  AskParams,
  AskPart,
  AskResult,
  CorrectTaskParams,
  ExplainResult,
  RouteParams,
} from '../../shared/protocol.ts';
import { codePreview } from '../edits/code-preview.ts';
import { routingSnapshot } from '../providers/routing-snapshot.ts';
import { balance } from '../routing/balancer.ts';
import type { UserCorrections } from '../routing/classifier/user-corrections.ts';
import type { RoutingSnapshot } from '../routing/snapshot.ts';
import { tierOrDefault } from '../routing/strategies.ts';
import { type AttemptsDeps, attempts, noteField } from './attempts.ts';
import { logLine, receipt } from './receipt.ts';
import { cacheKeyOf, promptText, type RoutingRequest, toRoutingRequest } from './request.ts';
import { validateCorrection, validateRequest } from './validate-request.ts';

export type OrchestratorDeps = Omit<AttemptsDeps, 'snapshot' | 'busy'> & {
  /** Called when a question comes in and when its answer ends. */
  readonly changed: () => void;
  /** What the user's corrections of task types taught. */
  readonly learned: UserCorrections;
};

export type Orchestrator = {
  /** Yields the answer's parts and returns the whole. Rejects with `RumboError`, `attempts` told. */
  ask(params: AskParams, signal: AbortSignal): AsyncGenerator<AskPart, AskResult>;
  /** The decision alone. Contacts nobody. */
  explain(params: RouteParams): ExplainResult;
  /** This prompt asked for another kind of work than was taken. Holds at once; returns how many corrections there are. */
  correctTask(params: CorrectTaskParams): number;
  /** Forgets every correction. */
  forgetCorrections(): void;
  /** Questions being answered now. */
  inFlight(): number;
};

export function orchestrator(rooms: OrchestratorDeps): Orchestrator {
  const { settings, providers, cache, ledger, counters, warm, log, changed, learned } = rooms;

  const snapshot = ({ route, messages }: RoutingRequest): RoutingSnapshot =>
    routingSnapshot(rooms, {
      ...route,
      warm: warm.find(messages),
      favourites: rooms.favourites(route.role, route.task),
    });

  const busy = new Map<string, number>();
  const tell = attempts({ ...rooms, snapshot, busy });

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
    const params = validateRequest(sent);
    const settingsBefore = settings();
    const request = toRoutingRequest(params, settingsBefore, learned);
    const { messages, classification } = request;
    const told = { id: randomUUID(), at: new Date().toISOString(), startedAt, params, classification };

    const question = cacheKeyOf(params, messages);
    const known = params.useCache !== false && settings()['cache.enabled'] ? cache.get(question) : undefined;
    counters.count('rumbo_cache_total', { outcome: known ? 'hit' : 'miss' });
    if (known) {
      const note = noteField(providers.get(providerOf(known.model))?.config.note);
      yield { type: 'start', model: known.model, cached: true, ...note };
      yield { type: 'text-delta', text: known.text };
      yield { type: 'finish', reason: known.reason, usage: known.usage };
      const paper = { ...receipt.cached(told, known), ...note };
      ledger.add(paper);
      log.info(logLine(paper));
      return { text: known.text, ...codePreview(params).finalCode(known.text), receipt: paper };
    }

    await providers.refreshForRequest(signal, request.pinnedProvider);
    if (signal.aborted) throw toRumboError(signal.reason, signal);
    const result = yield* tell({ params, request, told, question, settingsBefore }, signal);
    if (params.strongerThan !== undefined) wantStronger(params, params.strongerThan);
    return result;
  }

  /** A stronger model was asked for, and there was one: questions like this get one from now on. */
  function wantStronger(params: AskParams, than: string): void {
    const weak = providers.models().find(({ id }) => id === than);
    if (!weak) return;
    try {
      learned.addTooWeak(promptText(params), tierOrDefault(weak));
    } catch (error) {
      // It holds in this window; the answer is not lost for it.
      log.error('What was learned could not be kept on disk.', error);
    }
    // The weak answer is not to be given again.
    cache.clear();
  }

  return {
    ask,
    inFlight: () => inFlight,
    correctTask(sent) {
      learned.add(validateCorrection(sent));
      // Another kind of work may want another model: the next question must not be answered from memory.
      cache.clear();
      return learned.size();
    },
    forgetCorrections() {
      learned.clear();
      cache.clear();
    },
    explain(sent) {
      const params = validateRequest(sent);
      const request = toRoutingRequest(params, settings(), learned);
      const { route, classification } = request;
      const now = snapshot(request);
      const { strategy, candidates, excluded } = balance(route, now);
      return {
        task: classification.task,
        difficulty: classification.difficulty,
        confidence: classification.confidence,
        abstained: classification.abstained,
        strategy,
        candidates: candidates.map(({ model, reasons, costUsd, promptTokens }) => ({
          model: model.id,
          reasons,
          costUsd,
          promptTokens,
          promptError: now.tokenRatios.get(modelFamily(model.name))?.error ?? null,
        })),
        excluded,
      };
    },
  };
}
