/** The life of one request: validate, classify, look into the cache, route, attempt, record. */
import { randomUUID } from 'node:crypto';
import type { AskParams } from '../../shared/ask.ts';
import type { ModelId } from '../../shared/chat.ts';
import { providerOf } from '../../shared/chat.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { AskPart, AskResult, ExplainResult } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import type { Accounting } from '../accounting/record.ts';
import { digestParts } from '../cache/parts-key.ts';
import type { CachedAnswer, ResponseCache } from '../cache/response-cache.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import { codeFieldsOf } from '../edits/code-preview.ts';
import type { Counters } from '../metrics/counters.ts';
import { requestSpending } from '../metrics/request-spending.ts';
import type { Log } from '../platform/log.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { UserCorrections } from '../routing/classifier/user-corrections.ts';
import { tierOrDefault } from '../routing/strategies.ts';
import type { AttemptsDeps, PreparedRequest } from './answer-progress.ts';
import { noteField } from './attempt.ts';
import { answerWithCompaction, type CompactionDeps } from './compact-history.ts';
import { knownCompactions } from './compaction/known-compactions.ts';
import { explainRoute } from './explain.ts';
import { type KeptSignatures, keptSignatures } from './kept-signatures.ts';
import { cachedReceipt, type RequestMeta } from './receipt.ts';
import { cacheKeyOf, promptText, toRoutingRequest } from './request.ts';
import { type RequestSnapshotDeps, requestSnapshots } from './request-snapshot.ts';
import { answerOnceOrTwice } from './second-request.ts';
import { validateCorrection, validateRequest } from './validate-request.ts';

export type OrchestratorDeps = Omit<
  AttemptsDeps,
  'snapshots' | 'providers' | 'accounting' | 'cache' | 'metrics'
> &
  Omit<RequestSnapshotDeps, 'providers'> & {
    readonly providers: AttemptsDeps['providers'] &
      RequestSnapshotDeps['providers'] &
      Pick<ProviderRegistry, 'refreshForRequest'>;
    readonly modelCatalog: Pick<ModelCatalog, 'whenDescribed'>;
    readonly accounting: Pick<Accounting, 'record' | 'recordCachedAnswer' | 'whenWritten'>;
    readonly cache: Pick<ResponseCache, 'get' | 'set' | 'clear'>;
    readonly metrics: Pick<Counters, 'count' | 'observe'>;
    readonly corrections: UserCorrections;
    readonly log: Pick<Log, 'error'>;
    /** Called when a request comes in and when its answer has ended. */
    readonly onChange: () => void;
  };

type AnswerDeps = OrchestratorDeps & CompactionDeps;

export type Orchestrator = ReturnType<typeof createOrchestrator>;

export function createOrchestrator(deps: OrchestratorDeps) {
  const snapshots = requestSnapshots(deps);
  const signatures = keptSignatures();
  const answerDeps: AnswerDeps = {
    ...deps,
    snapshots,
    compactions: knownCompactions(),
    prepare: (params) => prepare(deps, params, signatures),
  };
  const { corrections, cache, onChange } = deps;
  let inFlight = 0;
  return {
    /** Yields the answer's parts and returns the whole. Rejects with `RumboError` that lists the attempts. */
    async *ask(params: AskParams, signal: AbortSignal): AsyncGenerator<AskPart, AskResult> {
      inFlight += 1;
      onChange();
      let requestId: string | undefined;
      try {
        const prepared = answerDeps.prepare(params);
        requestId = prepared.meta.id;
        const digested = digestParts(prepared.request.messages);
        if (digested !== undefined) await digested;
        const cached = cachedAnswer(answerDeps, prepared);
        if (cached) return yield* replay(answerDeps, prepared.meta, cached);
        await deps.providers.refreshForRequest(signal, prepared.request.pinnedProvider);
        await deps.modelCatalog.whenDescribed(signal);
        if (signal.aborted) throw toRumboError(signal.reason, signal);
        const result = yield* answerWithCompaction(answerDeps, prepared, signal, (request) =>
          answerOnceOrTwice(answerDeps, request, signal, (again) => ({
            ...answerDeps.prepare(again),
            spending: request.spending,
          })),
        );
        signatures.keep(result);
        preferStronger(answerDeps, prepared.params);
        return result;
      } catch (cause) {
        throw requestId === undefined ? cause : toRumboError(cause, signal).with({ requestId });
      } finally {
        await deps.accounting.whenWritten?.();
        inFlight -= 1;
        onChange();
      }
    },
    /** The decision alone. Contacts no provider. */
    explain: (params: AskParams): ExplainResult => explainRoute({ ...deps, snapshots }, params),
    /** Corrects the task type of a prompt, at once. Returns how many corrections are stored. */
    async correctTask(params: unknown): Promise<number> {
      const correction = validateCorrection(params);
      await corrections.ready();
      corrections.add(correction);
      // Another task type may want another model: the next request must not be answered from the cache.
      cache.clear();
      return corrections.size();
    },
    /** Deletes every correction. */
    forgetCorrections(): void {
      corrections.clear();
      cache.clear();
    },
    /** Requests being answered now. */
    inFlight: (): number => inFlight,
  };
}

function prepare(
  { settings, corrections, budgets }: OrchestratorDeps,
  unvalidated: AskParams,
  { restore }: KeptSignatures,
): PreparedRequest {
  const startedAt = performance.now();
  const params = validateRequest(unvalidated);
  const settingsAtRead = settings();
  const request = toRoutingRequest(params, settingsAtRead, corrections, restore);
  const { classification } = request;
  const at = new Date();
  const meta = { id: randomUUID(), at: at.toISOString(), startedAt, params, classification };
  const exactPromptTokens = new Map<ModelId, number>();
  const spending = requestSpending(budgets, at.getTime());
  return { params, request, meta, settingsAtRead, exactPromptTokens, spending };
}

function cachedAnswer(
  { settings, cache, metrics }: AnswerDeps,
  { params, request }: PreparedRequest,
): CachedAnswer | undefined {
  const mayUse = params.useCache !== false && settings()['cache.enabled'];
  const cached = mayUse ? cache.get(cacheKeyOf(params, request.messages)) : undefined;
  metrics.count('rumbo_cache_total', { outcome: cached ? 'hit' : 'miss' });
  return cached;
}

/** The same parts as when it was given first. */
function* replay(
  { providers, accounting }: AnswerDeps,
  meta: RequestMeta,
  cached: CachedAnswer,
): Generator<AskPart, AskResult> {
  const { model, text, reason, usage } = cached;
  const note = noteField(providers.get(providerOf(model)));
  yield { type: 'start', model, cached: true, ...note };
  yield { type: 'text-delta', text };
  yield { type: 'finish', reason, usage };
  const receipt: Receipt = { ...cachedReceipt(meta, cached), ...note };
  accounting.recordCachedAnswer(receipt);
  return { text, ...codeFieldsOf(meta.params, text), receipt };
}

/** Where the user wanted a stronger model and got one, prompts like this get one from now on. */
function preferStronger(deps: AnswerDeps, params: AskParams): void {
  if (params.strongerThan === undefined) return;
  const tooWeak = deps.providers.listedId(params.strongerThan);
  const weak = deps.providers.models().find(({ id }) => id === tooWeak);
  if (!weak) return;
  deps.corrections.addTooWeak(promptText(params), tierOrDefault(weak));
  // The weak answer is not to be given again.
  deps.cache.clear();
}
