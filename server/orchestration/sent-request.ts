/** A request that was sent to a model: its first part can be awaited before the answer is read, and it can be cancelled alone. */
import type { CompletionRequest, EnginePart } from '../../shared/chat.ts';
import { type RumboError, toRumboError } from '../../shared/errors.ts';
import type { Engine } from '../engines/engine.ts';
import type { BilledFailure } from '../metrics/meter.ts';

/** What came of the wait for the first part. `error` absent: it arrived. */
export type FirstOutcome = { readonly error?: RumboError };

export type SentRequest = {
  /** On the clock of `performance.now()`. */
  readonly sentAt: number;
  /** Never rejects. */
  readonly first: Promise<FirstOutcome>;
  /** Tries that failed after the service had accepted them, up to now. */
  readonly failures: readonly BilledFailure[];
  /** All parts, the first included; for one reader. Rejects as the engine does. */
  readonly parts: AsyncIterable<EnginePart>;
  /** Closes the socket. @param reason what the provider's health learns of it */
  cancel(reason: RumboError): void;
  /** The request is over: the caller's signal no longer counts, and an answer that was not read is cancelled. */
  close(): void;
};

type SendOptions = {
  /** Only its caller's signal ever cancels it. */
  readonly isAlone: boolean;
  /** Called before each try with the tokens that it asks for, and with the number of failed tries that may be billed; it may reject. */
  readonly beforeSend?: (maxOutputTokens: number | undefined, billedTries: number) => Promise<void>;
};

const over: Promise<IteratorReturnResult<undefined>> = Promise.resolve({ done: true, value: undefined });

export function sendRequest(
  engine: Pick<Engine, 'stream'>,
  model: string,
  completion: CompletionRequest,
  signal: AbortSignal,
  { isAlone, beforeSend }: SendOptions,
): SentRequest {
  const own = isAlone ? undefined : new AbortController();
  const abort = (): void => own?.abort(signal.reason);
  if (own && signal.aborted) abort();
  if (own) signal.addEventListener('abort', abort, { once: true });

  const sentAt = performance.now();
  let hasParts = false;
  const failures: BilledFailure[] = [];
  const request: CompletionRequest = {
    ...completion,
    onBilledFailure: (usage) => void failures.push({ usage, hasParts }),
    ...(beforeSend ? { beforeSend: (tokens) => beforeSend(tokens, failures.length) } : {}),
  };
  const answer = engine.stream(model, request, own?.signal ?? signal)[Symbol.asyncIterator]();
  /** Absent once the request is over: all that decoded the answer would otherwise live as long as its record. */
  let iterator: AsyncIterator<EnginePart> | undefined = answer;
  const first = answer.next();
  let isFirstRead = false;
  const reader: AsyncIterator<EnginePart> = {
    next() {
      if (isFirstRead) return iterator?.next() ?? over;
      isFirstRead = true;
      return first;
    },
    return: () => iterator?.return?.() ?? over,
  };
  return {
    sentAt,
    first: first.then(
      () => {
        hasParts = true;
        return {};
      },
      (cause: unknown) => ({ error: toRumboError(cause, signal) }),
    ),
    failures,
    parts: { [Symbol.asyncIterator]: () => reader },
    cancel(reason) {
      own?.abort(reason);
      // A part that is on its way is not waited for.
      iterator?.return?.().catch(() => {});
    },
    close() {
      iterator = undefined;
      if (!own) return;
      signal.removeEventListener('abort', abort);
      if (!isFirstRead) own.abort();
    },
  };
}
