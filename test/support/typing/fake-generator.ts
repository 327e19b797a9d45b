/** A generator with a given latency on an injected clock; it records its requests. */

import { type Clock, delay } from '../../../server/inline-completion/clock.ts';
import type {
  CompletionContext,
  CompletionLength,
} from '../../../server/inline-completion/completion-context.ts';
import type { CompletionGenerator, ModelChoice } from '../../../server/inline-completion/generator.ts';
import { RumboError } from '../../../shared/errors.ts';

export type FakeRequest = {
  readonly context: CompletionContext;
  readonly length: CompletionLength;
  /** Milliseconds on the clock. */
  readonly at: number;
  /** When its signal aborted before all text was sent. `undefined`: it did not. */
  abortedAt: number | undefined;
  /** The reader stopped reading, or all text was sent. */
  ended: boolean;
  /** UTF-16 units sent. */
  units: number;
};

export type FakeGeneratorOptions = {
  readonly clock: Clock;
  /** Its raw text for a context. */
  readonly generates: (context: CompletionContext, shape: CompletionLength) => string;
  /** Milliseconds to the first text. */
  readonly firstMs: number;
  /** Milliseconds between two pieces of six units. */
  readonly pieceMs?: number;
  readonly choice?: Partial<ModelChoice>;
};

export type FakeGenerator = CompletionGenerator & {
  readonly requests: FakeRequest[];
  choice: ModelChoice | undefined;
};

export function fakeGenerator({
  clock,
  generates,
  firstMs,
  pieceMs = 10,
  choice,
}: FakeGeneratorOptions): FakeGenerator {
  const requests: FakeRequest[] = [];
  const generator: FakeGenerator = {
    requests,
    choice: { model: 'fake/model', length: 'block', usualMs: firstMs, free: false, ...choice },
    chooseModel: () => generator.choice,
    async generate(context, length, signal) {
      const request: FakeRequest = {
        context,
        length,
        at: clock.now(),
        abortedAt: undefined,
        ended: false,
        units: 0,
      };
      requests.push(request);
      const output = generates(context, length);
      const onAbort = (): void => {
        if (!request.ended) request.abortedAt = clock.now();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const wait = async (ms: number): Promise<void> => {
        await delay(clock, ms, signal);
        if (signal.aborted) throw new RumboError('The request was cancelled.', { kind: 'cancelled' });
      };
      const model = generator.choice?.model ?? 'fake/model';
      await wait(firstMs);
      async function* text(): AsyncGenerator<string> {
        try {
          for (let at = 0; at < output.length; at += 6) {
            if (at > 0) await wait(pieceMs);
            const piece = output.slice(at, at + 6);
            request.units += piece.length;
            yield piece;
          }
        } finally {
          request.ended = true;
          signal.removeEventListener('abort', onAbort);
        }
      }
      return { model, format: 'fill', text: text() };
    },
  };
  return generator;
}
