/** Gathers the deltas of an answer, so that a fast model does not send an editor thousands of messages a second. */
import type { AskPart } from '../../shared/protocol.ts';

/** Milliseconds of deltas in one message: one frame of a screen. The first is sent at once. */
const frameMs = 16;

/**
 * Sends every part in order and returns what the answer returns. Adjacent deltas of one type become one.
 * While the receiver is slow, `send` is awaited and the answer is not read on.
 */
export async function coalesceDeltas<R>(
  answer: AsyncGenerator<AskPart, R>,
  send: (part: AskPart) => Promise<void>,
): Promise<R> {
  let buffered: Extract<AskPart, { type: 'text-delta' | 'reasoning-delta' }> | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (!buffered) return sending;
    const part = buffered;
    buffered = undefined;
    sentAt = performance.now();
    sending = sending.then(() => send(part));
    return sending;
  };

  try {
    for (;;) {
      const { done, value: part } = await answer.next();
      if (done) {
        await flush();
        return part;
      }
      if (part.type !== 'text-delta' && part.type !== 'reasoning-delta') {
        await flush();
        sending = sending.then(() => send(part));
        await sending;
        continue;
      }
      if (buffered && buffered.type !== part.type) await flush();
      buffered = buffered ? { ...buffered, text: buffered.text + part.text } : part;
      if (performance.now() - sentAt >= frameMs) await flush();
      else timer ??= setTimeout(() => void flush().catch(() => {}), frameMs);
    }
  } catch (error) {
    // The text so far belongs to the user, whatever happens next.
    await flush();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
