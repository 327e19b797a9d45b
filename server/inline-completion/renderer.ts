/** The contract between when to ask (suggester.ts) and what is shown (show/): pure functions, handed in. */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { Manner } from './generator.ts';
import type { ShapeHints } from './render/completion-length.ts';
import type { Showing } from './render/stream-renderer.ts';

export interface Renderer {
  /** Whether this is a place for ghost text. */
  mayAsk(situation: CompletionContext): boolean;
  /** How much fits here. */
  shapeFor(situation: CompletionContext, hints: ShapeHints): CompletionLength;
  /** @param how `model`: who writes; some have quirks */
  showing(
    situation: CompletionContext,
    how: { readonly shape: CompletionLength; readonly manner: Manner; readonly model: ModelId },
  ): Showing;
}
