/** All requests under way. What the user waits for goes before what is only guessed at: a local engine often has one slot. */

import type { Clock } from './clock.ts';
import { acceptMayLeadTo, type Completion, contextAfterAccept } from './completion.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionGenerator, CompletionStream } from './generator.ts';
import {
  type InFlightRequest,
  inFlightRequest,
  type RequestPlan,
  type StreamRemainder,
} from './in-flight-request.ts';
import type { Renderer } from './renderer.ts';

export type InFlightRequestsDeps = {
  readonly generator: Pick<CompletionGenerator, 'generate'>;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly revealAfterMs: () => number;
  /** A model has said all it had to say. */
  readonly onCompletion: (plan: RequestPlan, answer: Completion | undefined, left: StreamRemainder) => void;
  /** One of this document has come to its end and was not aborted. */
  readonly onEnd: (uri: string) => void;
};

export type InFlightRequests = {
  /** Asks. For `model`, whatever nobody waits for gives way. */
  start(plan: RequestPlan): InFlightRequest;
  /** Reads on where an answer ended, for the place after it. @param further whether more may be read than what has come already */
  readAhead(plan: RequestPlan, answer: Completion, left: StreamRemainder, further: boolean): void;
  /** One that has something for this place, or may have. */
  findFor(context: CompletionContext): InFlightRequest | undefined;
  /** Whether anything of this document is under way. */
  isBusy(uri: string): boolean;
  /** This is where the user is now: what leads elsewhere is aborted. */
  abortDiverged(context: CompletionContext): void;
  /** The document has changed; where the user is will be heard in a moment, or not at all. */
  scheduleAbort(uri: string): void;
  /** @param uri absent: all */
  abort(uri?: string): void;
};

export function inFlightRequests({
  generator,
  renderer,
  clock,
  revealAfterMs,
  onCompletion,
  onEnd,
}: InFlightRequestsDeps): InFlightRequests {
  const all = new Set<InFlightRequest>();
  const of = (uri: string): InFlightRequest[] => [...all].filter(({ context }) => context.uri === uri);

  const launch = (
    plan: RequestPlan,
    write: (signal: AbortSignal) => Promise<CompletionStream>,
  ): InFlightRequest => {
    const launched: InFlightRequest = inFlightRequest(plan, write, {
      renderer,
      clock,
      revealAfterMs: revealAfterMs(),
      onCompletion: (answer, left) => onCompletion(plan, answer, left),
      onEnd(aborted) {
        all.delete(launched);
        if (!aborted) onEnd(plan.context.uri);
      },
    });
    all.add(launched);
    return launched;
  };

  return {
    start(plan) {
      if (plan.origin === 'model') for (const other of all) if (!other.isAwaited) other.abort();
      return launch(plan, (signal) => generator.generate(plan.context, plan.length, signal));
    },
    readAhead(plan, answer, { model, format, rest, stream }, further) {
      // What a chat model says further on is framed as a chat; `rest` is out of its frame.
      const readOn = further && format === 'fill';
      if (stream && !readOn) void stream.return?.().catch(() => {});
      if (rest.trim() === '' && !(stream && readOn)) return;
      const context = contextAfterAccept(plan.context, answer);
      const isTruncated = plan.isTruncated === true || (stream !== undefined && !readOn);
      const text = joined(rest, readOn ? stream : undefined);
      const next: RequestPlan = { ...plan, context, length: 'block', origin: 'streak', isTruncated };
      launch(next, async () => ({ model, format: 'fill', text }));
    },
    findFor: (context) =>
      of(context.uri).find((one) => !one.hasEnded && one.suggestionAt(context) !== undefined),
    isBusy: (uri) => of(uri).length > 0,
    abortDiverged(context) {
      for (const one of of(context.uri)) {
        const guess = !one.isAwaited && acceptMayLeadTo(one.context, context);
        if (guess || one.suggestionAt(context) !== undefined) one.keepAlive();
        else one.abort();
      }
    },
    scheduleAbort(uri) {
      for (const one of of(uri)) one.scheduleAbort();
    },
    abort(uri) {
      for (const one of uri === undefined ? [...all] : of(uri)) one.abort();
    },
  };
}

/** What has come, then what comes. */
function joined(rest: string, stream: AsyncIterator<string> | undefined): AsyncIterable<string> {
  let first: string | undefined = rest === '' ? undefined : rest;
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
