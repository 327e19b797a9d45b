/** The contract between when to ask (suggester.ts) and what is shown (show/): pure functions, handed in. */
import type { ModelId } from '../../shared/chat.ts';
import type { Shape, Situation } from './completion-context.ts';
import type { Manner } from './generator.ts';
import type { ShapeHints } from './render/completion-length.ts';
import type { Showing } from './render/stream-renderer.ts';

export interface Show {
  /** Whether this is a place for ghost text. */
  mayAsk(situation: Situation): boolean;
  /** How much fits here. */
  shapeFor(situation: Situation, hints: ShapeHints): Shape;
  /** @param how `model`: who writes; some have quirks */
  showing(
    situation: Situation,
    how: { readonly shape: Shape; readonly manner: Manner; readonly model: ModelId },
  ): Showing;
}
