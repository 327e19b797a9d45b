/** Protocol messages to calls, one line of meaning each. Errors become wire errors here and nowhere else. */
import { type CancellationToken, type Connection, ResponseError } from 'vscode-languageserver/node';
import type { DiscoverResult } from '../../shared/discovery.ts';
import { type ErrorData, toRumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import * as protocol from '../../shared/protocol.ts';
import type { Status } from '../../shared/status.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { InlineCompletionService } from '../inline-completion/service.ts';
import type { Orchestrator } from '../orchestration/orchestrator.ts';
import { rejectOnAbort } from '../platform/aborted.ts';
import type { Log } from '../platform/log.ts';
import { coalesceDeltas } from './coalesce-deltas.ts';
import { withoutLspParams } from './lsp-params.ts';
import type { ModelRequests } from './model-requests.ts';

export type RequestHandlerDeps = ModelRequests & {
  /** Resolves when the settings are there, with what the client has said of them by now; nothing is answered before. */
  readonly ready: () => Promise<unknown>;
  readonly orchestrator: Orchestrator;
  readonly status: () => Status;
  readonly listModels: (params: protocol.ListModelsParams) => Promise<readonly Model[]>;
  /** Rejects with what is wrong. */
  readonly testProvider: (name: string) => Promise<number>;
  /** Never rejects. */
  readonly discover: () => Promise<DiscoverResult>;
  readonly shelf: Pick<ModelCatalog, 'details' | 'suggestions'>;
  readonly clearCache: () => number;
  readonly refreshRegistry: (signal: AbortSignal) => Promise<protocol.RegistryRefreshed>;
  readonly metrics: () => protocol.Metrics;
  readonly inline: Pick<InlineCompletionService, 'candidates' | 'pause'>;
  readonly log: Log;
};

/** LSP's own code for a request the client cancelled. */
const requestCancelled = -32800;
/** Ours: in JSON-RPC's range for implementation-defined server errors. */
const requestFailed = -32000;

export function registerRequestHandlers(connection: Connection, services: RequestHandlerDeps): void {
  const { orchestrator, shelf, log } = services;

  connection.onRequest(protocol.ask, async (params, cancellation) => {
    const signal = signalOf(cancellation);
    try {
      await Promise.race([services.ready(), rejectOnAbort(signal)]);
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
        await services.ready();
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
  connection.onRequest(protocol.status, handle(services.status));
  connection.onRequest(protocol.metrics, handle(services.metrics));
  connection.onRequest(protocol.clearCache, handle(services.clearCache));
  connection.onRequest(protocol.listModels, handle(services.listModels));
  connection.onRequest(
    protocol.testProvider,
    handle(async ({ provider }) => ({ models: await services.testProvider(provider) })),
  );

  connection.onRequest(protocol.discover, handle(services.discover));
  connection.onRequest(
    protocol.modelDetails,
    handle(({ models }) => shelf.details(models)),
  );
  connection.onRequest(protocol.suggestModels, handle(shelf.suggestions));

  connection.onRequest(protocol.inlineCandidates, handle(services.inline.candidates));
  connection.onRequest(
    protocol.pauseInline,
    handle(({ paused }) => services.inline.pause(paused === true)),
  );

  const cancellable =
    <P, R>(answer: (params: P, signal: AbortSignal) => Promise<R>) =>
    async (params: P, token: CancellationToken): Promise<R | ResponseError<ErrorData>> => {
      const signal = signalOf(token);
      try {
        await services.ready();
        return await answer(params ?? ({} as P), signal);
      } catch (error) {
        return wireError(error, signal);
      }
    };
  const refreshRegistry = cancellable((_: unknown, signal) => services.refreshRegistry(signal));
  connection.onRequest(protocol.refreshRegistry, (token) => refreshRegistry({}, token));
  connection.onRequest(protocol.ensureModel, cancellable(services.ensureModel));
  connection.onRequest(protocol.unloadModel, cancellable(services.unloadModel));

  function wireError(thrown: unknown, signal?: AbortSignal): ResponseError<ErrorData> {
    const error = toRumboError(thrown, signal);
    // Only a programming mistake reaches here without a kind of its own: the log gets its trace, the user a sentence.
    if (error !== thrown && error.kind !== 'cancelled') log.error(error.message, error.cause);
    return new ResponseError(
      error.kind === 'cancelled' ? requestCancelled : requestFailed,
      error.message,
      error.data,
    );
  }
}

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
