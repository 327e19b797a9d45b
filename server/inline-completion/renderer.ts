/** The contract between when to ask (suggester.ts) and what is shown (show/): pure functions, handed in. */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { OutputFormat } from './generator.ts';
import type { ShapeHints } from './render/completion-length.ts';
import type { Showing } from './render/stream-renderer.ts';

export interface Renderer {
  /** Whether this is a place for ghost text. */
  mayAsk(context: CompletionContext): boolean;
  /** How much fits here. */
  shapeFor(context: CompletionContext, hints: ShapeHints): CompletionLength;
  /** @param how `model`: who writes; some have quirks */
  showing(
    context: CompletionContext,
    how: { readonly shape: CompletionLength; readonly manner: OutputFormat; readonly model: ModelId },
  ): Showing;
}
