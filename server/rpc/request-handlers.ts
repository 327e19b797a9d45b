/** Protocol messages to calls, one line of meaning each. Errors become wire errors here and nowhere else. */
import { type CancellationToken, type Connection, ResponseError } from 'vscode-languageserver/node';
import type { Diagnostics } from '../../shared/diagnostics.ts';
import { type ErrorData, toRumboError } from '../../shared/errors.ts';
import * as protocol from '../../shared/protocol.ts';
import type { Status } from '../../shared/status.ts';
import type { ResponseCache } from '../cache/response-cache.ts';
import type { DiscoveredProviders } from '../catalog/discovered-providers.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { RegistryRefresh } from '../catalog/registry-refresh.ts';
import type { InlineCompletionService } from '../inline-completion/service.ts';
import type { Counters } from '../metrics/counters.ts';
import type { Orchestrator } from '../orchestration/orchestrator.ts';
import { rejectOnAbort } from '../platform/aborted.ts';
import type { Log } from '../platform/log.ts';
import { redactKeys, redactSentKeys, redactTexts } from '../platform/redact-keys.ts';
import { coalesceDeltas } from './coalesce-deltas.ts';
import { withoutLspParams } from './lsp-params.ts';
import { modelRequests } from './model-requests.ts';
import { type ProviderRequestDeps, providerRequests } from './provider-requests.ts';

export type RequestHandlerDeps = {
  /** Resolves when the first settings are applied, and all that the client has announced by now; nothing is answered before. */
  readonly ready: () => Promise<unknown> | undefined;
  readonly orchestrator: Orchestrator;
  readonly status: () => Status;
  readonly providers: ProviderRequestDeps;
  readonly discovered: Pick<DiscoveredProviders, 'discover'>;
  readonly modelCatalog: Pick<ModelCatalog, 'details' | 'suggestions' | 'ensure' | 'unload'>;
  readonly cache: Pick<ResponseCache, 'clear'>;
  readonly registryRefresh: Pick<RegistryRefresh, 'refresh'>;
  readonly metrics: Pick<Counters, 'read'>;
  readonly inlineCompletion: Pick<InlineCompletionService, 'candidates' | 'pause'>;
  readonly diagnostics: () => Promise<Diagnostics>;
  readonly log: Pick<Log, 'error'>;
};

/** LSP's own code for a request the client cancelled. */
const requestCancelled = -32800;
/** Ours: in JSON-RPC's range for implementation-defined server errors. */
const requestFailed = -32000;

export function registerRequestHandlers(connection: Connection, deps: RequestHandlerDeps): void {
  const { ready, orchestrator, modelCatalog, inlineCompletion, log } = deps;
  const { listModels, testProvider, resetProvider } = providerRequests(deps.providers);
  const { ensureModel, unloadModel } = modelRequests(modelCatalog, (token, progress) =>
    connection.sendProgress(protocol.ensureProgress, token, progress),
  );

  connection.onRequest(protocol.ask, async (params, cancellation) => {
    const signal = signalOf(cancellation);
    try {
      const pending = ready();
      if (pending !== undefined) await Promise.race([pending, rejectOnAbort(signal)]);
      const { request, token } = withoutLspParams(params);
      const answer = orchestrator.ask(request, signal);
      if (token === undefined) return await last(answer);
      const send = (part: protocol.AskPart) => connection.sendProgress(protocol.askPart, token, part);
      return await coalesceDeltas(answer, send);
    } catch (error) {
      return wireError(error, signal);
    }
  });

  const handle =
    <P, R>(answer: (params: P) => R | Promise<R>) =>
    async (params: P): Promise<R | ResponseError<ErrorData>> => {
      try {
        await ready();
        // JSON-RPC lets a client send null where every field is optional.
        return await answer(params ?? ({} as P));
      } catch (error) {
        return wireError(error);
      }
    };
  connection.onRequest(
    protocol.explain,
    handle((params) => orchestrator.explain(withoutLspParams(params).request)),
  );
  connection.onRequest(protocol.correctTask, handle(orchestrator.correctTask));
  connection.onRequest(
    protocol.forgetCorrections,
    handle(() => {
      orchestrator.forgetCorrections();
      return null;
    }),
  );
  connection.onRequest(protocol.ping, () => null);
  connection.onRequest(protocol.status, handle(deps.status));
  connection.onRequest(protocol.metrics, handle(deps.metrics.read));
  connection.onRequest(protocol.diagnostics, handle(deps.diagnostics));
  connection.onRequest(protocol.clearCache, handle(deps.cache.clear));
  connection.onRequest(protocol.listModels, handle(listModels));
  connection.onRequest(
    protocol.testProvider,
    handle(async ({ provider }) => ({ models: await testProvider(provider) })),
  );
  connection.onRequest(
    protocol.resetProvider,
    handle(({ provider }) => resetProvider(provider)),
  );

  connection.onRequest(protocol.discover, handle(deps.discovered.discover));
  connection.onRequest(
    protocol.modelDetails,
    handle(({ models }) => redactTexts(modelCatalog.details(models))),
  );
  connection.onRequest(protocol.suggestModels, handle(modelCatalog.suggestions));

  connection.onRequest(protocol.inlineCandidates, handle(inlineCompletion.candidates));
  connection.onRequest(
    protocol.pauseInline,
    handle(({ paused }) => inlineCompletion.pause(paused === true)),
  );

  const cancellable =
    <P, R>(answer: (params: P, signal: AbortSignal) => Promise<R>) =>
    async (params: P, token: CancellationToken): Promise<R | ResponseError<ErrorData>> => {
      const signal = signalOf(token);
      try {
        await ready();
        return await answer(params ?? ({} as P), signal);
      } catch (error) {
        return wireError(error, signal);
      }
    };
  const refreshRegistry = cancellable((_: unknown, signal) => deps.registryRefresh.refresh(signal));
  connection.onRequest(protocol.refreshRegistry, (token) => refreshRegistry({}, token));
  connection.onRequest(protocol.ensureModel, cancellable(ensureModel));
  connection.onRequest(protocol.unloadModel, cancellable(unloadModel));

  function wireError(thrown: unknown, signal?: AbortSignal): ResponseError<ErrorData> {
    const error = toRumboError(thrown, signal);
    // Only a programming mistake reaches here without a kind of its own: the log gets its trace, the user a sentence.
    if (error !== thrown && error.kind !== 'cancelled') log.error(error.message, error.cause);
    return new ResponseError(
      error.kind === 'cancelled' ? requestCancelled : requestFailed,
      redactKeys(error.message),
      redactedData(error.data),
    );
  }
}

/** The text that arrived is the answer's: what only looks like a key there may be code. */
const redactedData = ({ partial, ...data }: ErrorData): ErrorData => ({
  ...redactTexts(data),
  ...(partial === undefined ? {} : { partial: redactSentKeys(partial) }),
});

async function last<R>(answer: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const { done, value } = await answer.next();
    if (done) return value;
  }
}

export function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
