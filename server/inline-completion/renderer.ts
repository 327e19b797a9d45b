/** The contract between the scheduler, which decides when to request, and `render/`, which decides what to show: pure functions. */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { OutputFormat } from './generator.ts';
import type { LengthHints } from './render/completion-length.ts';
import type { StreamRenderer } from './render/stream-renderer.ts';

export interface Renderer {
  /** Whether ghost text is useful at this cursor. */
  maySuggest(context: CompletionContext): boolean;
  chooseCompletionLength(context: CompletionContext, hints: LengthHints): CompletionLength;
  /** @param options `model`: the model that generates the text; some models have quirks */
  streamRenderer(
    context: CompletionContext,
    options: {
      readonly length: CompletionLength;
      readonly format: OutputFormat;
      readonly model: ModelId;
    },
  ): StreamRenderer;
}
