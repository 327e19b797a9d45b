/** The contract between when to ask (suggester.ts) and who is asked (routing and the models). */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';

/** What the text of a model is taken for: code that fills a gap, or a chat answer with fences and prose around it. */
export type OutputFormat = 'fill' | 'chat';

/** Text on its way. */
export type CompletionStream = {
  readonly model: ModelId;
  readonly format: OutputFormat;
  /** The text as it comes, raw. Ends when the model does; rejects with `RumboError`; ending the loop early closes the socket. */
  readonly text: AsyncIterable<string>;
};

/** Who would write, and what to expect of it. */
export type ModelChoice = {
  readonly model: ModelId;
  /** The most that is wanted of it: a slow model is asked for a line only. */
  readonly length: CompletionLength;
  /** Milliseconds from the question to its first text, as measured lately. `null`: not known yet. */
  readonly usualMs: number | null;
  /** Asking it costs nothing: it may be asked for what the user has not come to yet, and be left to write on. */
  readonly free: boolean;
};

export interface CompletionGenerator {
  /**
   * Who would write for this context now, without asking anybody; it is part of the cache's key. `undefined`: nobody
   * may, and nothing is to be sent.
   */
  chooseModel(context: CompletionContext): ModelChoice | undefined;
  /** Asks. Resolves once somebody speaks (with hedging, who speaks first). Rejects with `RumboError`. */
  generate(
    context: CompletionContext,
    shape: CompletionLength,
    signal: AbortSignal,
  ): Promise<CompletionStream>;
}
