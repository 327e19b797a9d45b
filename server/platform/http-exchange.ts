/** One request through an undici dispatcher, without the stream object that its `request` builds for each response. */
import type Dispatcher from 'undici/lib/dispatcher/dispatcher.js';

export type HttpExchange = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Rejects with undici's error when the connection breaks. Leaving the loop closes the socket. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the socket; the rest of the body is not read. */
  close(): void;
};

/** Bytes that wait for their reader before the socket is paused. */
const maxQueuedBytes = 64 * 1024;

/**
 * Resolves when the response headers have arrived. Rejects with undici's error, or with the signal's reason as soon as
 * it aborts, connected or not. An abort while the body is read makes the body reject with that reason.
 * @param refusal why nothing may be sent: rejects with it once a connection is made. Absent: the request may be sent
 */
export function httpExchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  refusal?: Error,
): Promise<HttpExchange> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpExchange>();
  let controller: Dispatcher.DispatchController | undefined;
  let body: ResponseBody | undefined;

  const fail = (error: unknown): void => {
    signal.removeEventListener('abort', abort);
    if (body) body.fail(error);
    else reject(error);
  };
  const abort = (): void => {
    const reason: unknown = signal.reason;
    fail(reason);
    controller?.abort(reason instanceof Error ? reason : new Error('The request was aborted.'));
  };
  if (signal.aborted) return Promise.reject(signal.reason);
  signal.addEventListener('abort', abort);

  dispatcher.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      // Connected, and nothing is written yet.
      if (refusal) started.abort(refusal);
      // Aborted while undici was still connecting, where it cannot abort.
      if (signal.aborted) abort();
    },
    onResponseStart(started, status, headers) {
      // An interim response, such as 103 Early Hints, precedes the final one.
      if (status < 200) return;
      const received = responseBody(started);
      body = received;
      resolve({ status, headers, body: received.bytes, close: received.close });
    },
    onResponseData(_controller, chunk) {
      body?.push(chunk);
    },
    onResponseEnd() {
      signal.removeEventListener('abort', abort);
      body?.end();
    },
    onResponseError(_controller, error) {
      fail(error);
    },
  });
  return promise;
}

type ResponseBody = ReturnType<typeof responseBody>;

/** A queue from undici's callbacks to one reader; a reader that is slower than the service pauses the socket. */
function responseBody(controller: Dispatcher.DispatchController) {
  const chunks: Uint8Array[] = [];
  let queuedBytes = 0;
  let reader: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;

  const finish = (waiting: PromiseWithResolvers<IteratorResult<Uint8Array>>): void => {
    if (failure) waiting.reject(failure.error);
    else waiting.resolve({ done: true, value: undefined });
    failure = undefined;
  };
  const settle = (): void => {
    isOver = true;
    if (reader) finish(reader);
    reader = undefined;
  };
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    chunks.length = 0;
    controller.abort(new Error('The rest of the response is not wanted.'));
  };

  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      const chunk = chunks.shift();
      if (chunk) {
        queuedBytes -= chunk.length;
        if (controller.paused && queuedBytes < maxQueuedBytes) controller.resume();
        return Promise.resolve({ done: false, value: chunk });
      }
      const waiting = Promise.withResolvers<IteratorResult<Uint8Array>>();
      if (isOver) finish(waiting);
      else reader = waiting;
      return waiting.promise;
    },
    return() {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return {
    bytes: { [Symbol.asyncIterator]: () => iterator } satisfies AsyncIterable<Uint8Array>,
    close,
    push(chunk: Uint8Array): void {
      if (isOver) return;
      if (reader) {
        reader.resolve({ done: false, value: chunk });
        reader = undefined;
        return;
      }
      chunks.push(chunk);
      queuedBytes += chunk.length;
      if (queuedBytes >= maxQueuedBytes) controller.pause();
    },
    end: settle,
    fail(error: unknown): void {
      if (isOver) return;
      failure = { error };
      settle();
    },
  };
}
