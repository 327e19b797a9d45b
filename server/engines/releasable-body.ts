/** A streamed body that can be let go when the answer is whole, so that its connection serves the next request. */

/** What may still come after a finished answer: an end marker, seldom more. */
const restMs = 100;
const restBytes = 16 * 1024;

/**
 * Reads a body for one consumer. Leaving the loop over `bytes` does not close the connection; exactly one of `release`
 * and `close` decides about it, and the first call wins.
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
    // Shared, since whoever gave up waiting for a read leaves it to the one who lets the body go.
    pending ??= reader.next().finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return {
    bytes: { [Symbol.asyncIterator]: () => ({ next }) } satisfies AsyncIterable<Uint8Array>,
    /** The first bytes, which `bytes` gives again. Empty: the body is. */
    async peek(): Promise<Uint8Array> {
      const { done, value } = await next();
      if (done) return new Uint8Array();
      peeked = value;
      return value;
    },
    /** The answer is whole: reads the little that is left in the background, and closes the socket if more comes. */
    release(): void {
      if (settled) return;
      settled = true;
      const timer = setTimeout(abort, restMs);
      drain(next).then(
        (ended) => {
          clearTimeout(timer);
          if (!ended) abort();
        },
        () => clearTimeout(timer),
      );
    },
    /** The rest is not wanted: closes the socket unless it has been let go. */
    close(): void {
      if (settled) return;
      settled = true;
      abort();
    },
  };
}

/** Whether the body ended within its limit. */
async function drain(next: () => Promise<IteratorResult<Uint8Array>>): Promise<boolean> {
  let left = restBytes;
  while (left >= 0) {
    const { done, value } = await next();
    if (done) return true;
    left -= value.length;
  }
  return false;
}
