/** The contract between when to ask (suggester.ts) and what is shown (show/): pure functions, handed in. */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { OutputFormat } from './generator.ts';
import type { LengthHints } from './render/completion-length.ts';
import type { StreamRenderer } from './render/stream-renderer.ts';

export interface Renderer {
  /** Whether this is a place for ghost text. */
  maySuggest(context: CompletionContext): boolean;
  /** How much fits here. */
  chooseCompletionLength(context: CompletionContext, hints: LengthHints): CompletionLength;
  /** @param how `model`: who writes; some have quirks */
  streamRenderer(
    context: CompletionContext,
    how: { readonly length: CompletionLength; readonly format: OutputFormat; readonly model: ModelId },
  ): StreamRenderer;
}
