/** Reads a model's text until its completion is whole. */
import type { ModelId } from '../../shared/chat.ts';
import type { Suggestion } from './completion-context.ts';
import type { CompletionStream, OutputFormat } from './generator.ts';
import type { Renderer } from './renderer.ts';
import type { RequestPlan } from './request-plan.ts';

/** Text that a model has generated, or is about to, past the end of a completion. */
export type StreamRemainder = {
  readonly model: ModelId;
  readonly format: OutputFormat;
  /** Raw text that has arrived already. */
  readonly text: string;
  /** The remaining stream. `undefined`: it has ended. */
  readonly stream: AsyncIterator<string> | undefined;
};

export type StreamReader = {
  readonly renderer: Pick<Renderer, 'streamRenderer'>;
  readonly signal: AbortSignal;
  /** Called after each piece of text. @param suggestion `undefined`: no text to show yet @param isLast the completion is whole */
  readonly onSuggestion: (suggestion: Suggestion | undefined, isLast: boolean) => void;
  /**
   * The completion is whole: its reader takes over the remaining stream. Not called when the signal aborts.
   * @param suggestion `undefined`: the model has no text for this position
   */
  readonly onEnd: (suggestion: Suggestion | undefined, remainder: StreamRemainder) => void;
};

/** Resolves when the completion is whole, the stream ends or the signal aborts; rejects when the model fails. */
export async function readStream(
  plan: RequestPlan,
  { model, format, text }: CompletionStream,
  { renderer, signal, onSuggestion, onEnd }: StreamReader,
): Promise<void> {
  const stream = text[Symbol.asyncIterator]();
  let isHandedOver = false;
  try {
    const output = renderer.streamRenderer(plan.context, { length: plan.length, format, model });
    let isWhole = false;
    let hasEnded = false;
    while (!isWhole && !hasEnded && !signal.aborted) {
      const next = await stream.next();
      if (signal.aborted) return;
      if (next.done) hasEnded = true;
      else {
        isWhole = output.write(next.value);
        onSuggestion(output.suggestion(), isWhole);
      }
    }
    if (!isWhole && plan.isTruncated) return;
    const { suggestion, remainder, continues } = output.end(!hasEnded);
    isHandedOver = continues;
    onEnd(suggestion, { model, format, text: remainder, stream: continues ? stream : undefined });
  } finally {
    // Not awaited: a socket that closes slowly must not delay a suggestion.
    if (!isHandedOver) void stream.return?.().catch(() => {});
  }
}
