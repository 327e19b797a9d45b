/** All requests in flight. Those a user waits for come before guesses: a local engine often has one slot. */
import type { Clock } from './clock.ts';
import { acceptMayLeadTo, type Completion, contextAfterAccept } from './completion.ts';
import type { CompletionCache } from './completion-cache.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionGenerator, CompletionStream } from './generator.ts';
import { type InFlightRequest, inFlightRequest } from './in-flight-request.ts';
import type { StreamRemainder } from './read-stream.ts';
import type { Renderer } from './renderer.ts';
import type { RequestPlan } from './request-plan.ts';

export type InFlightRequestsDeps = {
  readonly generator: Pick<CompletionGenerator, 'generate'>;
  readonly renderer: Pick<Renderer, 'streamRenderer'>;
  readonly cache: Pick<CompletionCache, 'add'>;
  readonly clock: Clock;
  readonly settings: () => InFlightSettings;
};

export type InFlightSettings = {
  /** Milliseconds from the first text of a suggestion until it is shown although it is incomplete. */
  readonly revealAfterMs: number;
  /** Read on past the end of a suggestion, and request speculatively from slow models that cost nothing. */
  readonly readAhead: boolean;
};

export type InFlightRequests = {
  /** Sends a request. One of origin `model` aborts all that no keystroke waits for. */
  start(plan: RequestPlan): InFlightRequest;
  /** A request that has, or may get, a suggestion for this position. */
  findFor(context: CompletionContext): InFlightRequest | undefined;
  /** Whether any request of this document is in flight. */
  isBusy(uri: string): boolean;
  /** The user is at this position now: aborts requests that diverge from it. */
  abortDiverged(context: CompletionContext): void;
  /** The document has changed: aborts its requests, unless the next keystroke follows at once and needs them. */
  scheduleAbort(uri: string): void;
  /** @param uri absent: all documents */
  abort(uri?: string): void;
  /** Calls the listener whenever a request of a document has ended without being aborted. */
  onEnd(listener: (uri: string) => void): void;
};

/**
 * Completions that are read from one model's text past the requested one. Those of paid models too, within the tokens of the
 * request: some more output costs far less than the whole prompt again.
 */
const maxReadAheads = 2;

export function inFlightRequests(deps: InFlightRequestsDeps): InFlightRequests {
  const { generator, renderer, cache, clock, settings } = deps;
  const all = new Set<InFlightRequest>();
  const listeners: ((uri: string) => void)[] = [];
  const of = (uri: string): InFlightRequest[] => [...all].filter(({ context }) => context.uri === uri);

  const launch = (
    plan: RequestPlan,
    send: (signal: AbortSignal) => Promise<CompletionStream>,
  ): InFlightRequest => {
    const { uri } = plan.context;
    const request: InFlightRequest = inFlightRequest(plan, send, {
      renderer,
      clock,
      revealAfterMs: settings().revealAfterMs,
      onCompletion: (completion, remainder) => complete(plan, completion, remainder),
      onEnd(isAborted) {
        all.delete(request);
        if (!isAborted) for (const listener of listeners) listener(uri);
      },
    });
    all.add(request);
    return request;
  };

  const complete = (
    plan: RequestPlan,
    completion: Completion | undefined,
    remainder: StreamRemainder,
  ): void => {
    const { context, requestedModel, origin, readAheadCount = 0 } = plan;
    if (completion) cache.add(context, requestedModel, completion, { model: remainder.model, origin });
    if (completion && readAheadCount < maxReadAheads) readAhead(plan, completion, remainder);
    else closeStream(remainder.stream);
  };

  /** Reads on where a completion ended, as a request for the position after it. */
  const readAhead = (plan: RequestPlan, completion: Completion, remainder: StreamRemainder): void => {
    const { model, format, text, stream } = remainder;
    // The rest of a chat answer is framed as a chat; `text` is outside its frame.
    const next = settings().readAhead && format === 'fill' ? stream : undefined;
    if (!next) closeStream(stream);
    if (text.trim() === '' && !next) return;
    const isTruncated = plan.isTruncated === true || (stream !== undefined && !next);
    const nextPlan: RequestPlan = {
      ...plan,
      context: contextAfterAccept(plan.context, completion),
      length: 'block',
      origin: 'read-ahead',
      readAheadCount: (plan.readAheadCount ?? 0) + 1,
      isTruncated,
    };
    launch(nextPlan, async () => ({ model, format: 'fill', text: concatenated(text, next) }));
  };

  return {
    start(plan) {
      if (plan.origin === 'model') for (const other of all) if (!other.isAwaited) other.abort();
      return launch(plan, (signal) => generator.generate(plan.context, plan.length, signal));
    },
    findFor: (context) =>
      of(context.uri).find((each) => !each.hasEnded && each.suggestionAt(context) !== undefined),
    isBusy: (uri) => of(uri).length > 0,
    abortDiverged(context) {
      for (const each of of(context.uri)) {
        const isGuessAhead = !each.isAwaited && acceptMayLeadTo(each.context, context);
        if (isGuessAhead || each.suggestionAt(context) !== undefined) each.keepAlive();
        else each.abort();
      }
    },
    scheduleAbort(uri) {
      for (const each of of(uri)) each.scheduleAbort();
    },
    abort(uri) {
      for (const each of uri === undefined ? [...all] : of(uri)) each.abort();
    },
    onEnd: (listener) => void listeners.push(listener),
  };
}

function closeStream(stream: AsyncIterator<string> | undefined): void {
  void stream?.return?.().catch(() => {});
}

/** The text that has arrived, then the remaining stream. */
function concatenated(text: string, stream: AsyncIterator<string> | undefined): AsyncIterable<string> {
  let first: string | undefined = text === '' ? undefined : text;
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const value = first;
        first = undefined;
        if (value !== undefined) return Promise.resolve({ done: false, value });
        return stream?.next() ?? Promise.resolve({ done: true, value: undefined });
      },
      return: () => stream?.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    }),
  };
}
