/** A model that takes its time, on a clock handed in, and remembers what it was asked. */

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
  /** When its signal aborted before it had said all. `undefined`: it did not. */
  abortedAt: number | undefined;
  /** The reader stopped reading, or all was said. */
  ended: boolean;
  /** UTF-16 units that it has said. */
  units: number;
};

export type FakeGeneratorOptions = {
  readonly clock: Clock;
  /** What it says there, raw. */
  readonly says: (context: CompletionContext, shape: CompletionLength) => string;
  /** Milliseconds to the first text. */
  readonly firstMs: number;
  /** Milliseconds from piece to piece of some six units. */
  readonly pieceMs?: number;
  readonly choice?: Partial<ModelChoice>;
};

export type FakeGenerator = CompletionGenerator & {
  readonly requests: FakeRequest[];
  choice: ModelChoice | undefined;
};

export function fakeGenerator({
  clock,
  says,
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
      const said = says(context, length);
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
          for (let at = 0; at < said.length; at += 6) {
            if (at > 0) await wait(pieceMs);
            const piece = said.slice(at, at + 6);
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
