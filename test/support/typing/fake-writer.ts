/** A model that takes its time, on a clock handed in, and remembers what it was asked. */

import { type Clock, pause } from '../../../server/inline-completion/clock.ts';
import type {
  CompletionContext,
  CompletionLength,
} from '../../../server/inline-completion/completion-context.ts';
import type { Choice, Generator } from '../../../server/inline-completion/generator.ts';
import { RumboError } from '../../../shared/errors.ts';

export type Asked = {
  readonly situation: CompletionContext;
  readonly shape: CompletionLength;
  /** Milliseconds on the clock. */
  readonly at: number;
  /** When its signal aborted before it had said all. `undefined`: it did not. */
  abortedAt: number | undefined;
  /** The reader stopped reading, or all was said. */
  ended: boolean;
  /** UTF-16 units that it has said. */
  units: number;
};

export type FakeWriterOptions = {
  readonly clock: Clock;
  /** What it says there, raw. */
  readonly says: (situation: CompletionContext, shape: CompletionLength) => string;
  /** Milliseconds to the first text. */
  readonly firstMs: number;
  /** Milliseconds from piece to piece of some six units. */
  readonly pieceMs?: number;
  readonly choice?: Partial<Choice>;
};

export type FakeWriter = Generator & { readonly asked: Asked[]; choice: Choice | undefined };

export function fakeWriter({ clock, says, firstMs, pieceMs = 10, choice }: FakeWriterOptions): FakeWriter {
  const asked: Asked[] = [];
  const writer: FakeWriter = {
    asked,
    choice: { model: 'fake/model', shape: 'block', usualMs: firstMs, free: false, ...choice },
    choose: () => writer.choice,
    async write(situation, shape, signal) {
      const request: Asked = {
        situation,
        shape,
        at: clock.now(),
        abortedAt: undefined,
        ended: false,
        units: 0,
      };
      asked.push(request);
      const said = says(situation, shape);
      const onAbort = (): void => {
        if (!request.ended) request.abortedAt = clock.now();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const wait = async (ms: number): Promise<void> => {
        await pause(clock, ms, signal);
        if (signal.aborted) throw new RumboError('The request was cancelled.', { kind: 'cancelled' });
      };
      const model = writer.choice?.model ?? 'fake/model';
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
      return { model, manner: 'fill', text: text() };
    },
  };
  return writer;
}
