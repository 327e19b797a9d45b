/** The contract between scheduling (`scheduler.ts`) and generating (`generate.ts`): which model, and its text. */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';

/** How to read a model's text: as code for the cursor position, or as a chat answer with fences and prose around the code. */
export type OutputFormat = 'fill' | 'chat';

/** Text while a model generates it. */
export type CompletionStream = {
  readonly model: ModelId;
  readonly format: OutputFormat;
  /** The raw text. Ends when the model does; rejects with `RumboError`; leaving the loop early closes the connection. */
  readonly text: AsyncIterable<string>;
};

/** The model that would generate, and what to expect of it. */
export type ModelChoice = {
  readonly model: ModelId;
  /** The longest completion to request: only a line from a slow model. */
  readonly length: CompletionLength;
  /** Milliseconds from the request to its first text, as measured lately. `null`: not known yet. */
  readonly usualMs: number | null;
  /** Requests cost nothing: they may be sent before the user gets there, and their text read to the end. */
  readonly free: boolean;
};

export interface CompletionGenerator {
  /**
   * The model that would generate in this context now, without contacting any; it is part of the cache's key. `undefined`:
   * no model is available, and nothing is sent.
   */
  chooseModel(context: CompletionContext): ModelChoice | undefined;
  /** Sends a request. Resolves with the first text (with hedging, the first model's to respond). Rejects with `RumboError`. */
  generate(
    context: CompletionContext,
    length: CompletionLength,
    signal: AbortSignal,
  ): Promise<CompletionStream>;
}
