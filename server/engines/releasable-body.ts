/** A streamed body that can be released when the answer is complete, so that its connection serves the next request. */

/** Limits of what may follow a complete answer: an end marker, rarely more. */
const drainMs = 100;
const maxDrainBytes = 16 * 1024;

/**
 * Reads a body for one consumer. Leaving the loop over `bytes` does not close the connection; `release` or `close` does,
 * and the first call wins.
 * @param abort closes the socket at once
 */
export function releasableBody(body: AsyncIterable<Uint8Array>, abort: () => void) {
  const reader = body[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<Uint8Array>> | undefined;
  let settled = false;

  let peeked: Uint8Array | undefined;

  const next = (): Promise<IteratorResult<Uint8Array>> => {
    if (peeked) {
      const value = peeked;
      peeked = undefined;
      return Promise.resolve({ done: false, value });
    }
    // Shared: a reader that stopped waiting for this read leaves it to `release`.
    pending ??= reader.next().finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return {
    bytes: { [Symbol.asyncIterator]: () => ({ next }) } satisfies AsyncIterable<Uint8Array>,
    /** The first bytes, which `bytes` yields again. Empty for an empty body. */
    async peek(): Promise<Uint8Array> {
      const { done, value } = await next();
      if (done) return new Uint8Array();
      peeked = value;
      return value;
    },
    /** The answer is complete: reads the little that follows in the background, and closes the socket if there is more. */
    release(): void {
      if (settled) return;
      settled = true;
      const timer = setTimeout(abort, drainMs);
      drain(next).then(
        (ended) => {
          clearTimeout(timer);
          if (!ended) abort();
        },
        () => clearTimeout(timer),
      );
    },
    /** Closes the socket unless the body has been released. */
    close(): void {
      if (settled) return;
      settled = true;
      abort();
    },
  };
}

/** Whether the body ended within its limit. */
async function drain(next: () => Promise<IteratorResult<Uint8Array>>): Promise<boolean> {
  let left = maxDrainBytes;
  while (left >= 0) {
    const { done, value } = await next();
    if (done) return true;
    left -= value.length;
  }
  return false;
}
