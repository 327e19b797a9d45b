/** The baseline that many tools use: after each keystroke wait 300 ms, send a request, show. Nothing is shared or cached. */
import { type Clock, delay } from '../../../server/inline-completion/clock.ts';
import type { CompletionGenerator } from '../../../server/inline-completion/generator.ts';
import type { Renderer } from '../../../server/inline-completion/renderer.ts';
import type { GhostTextSource } from './editor.ts';

const debounceMs = 300;

export function naiveClient(
  generator: CompletionGenerator,
  renderer: Renderer,
  clock: Clock,
): GhostTextSource {
  return {
    async suggest(context, signal) {
      const choice = generator.chooseModel(context);
      await delay(clock, debounceMs, signal);
      if (signal.aborted || !choice || !renderer.maySuggest(context)) return [];
      const { usualMs } = choice;
      const fast = usualMs !== null && usualMs <= 300;
      const shape =
        choice.length === 'line'
          ? 'line'
          : renderer.chooseCompletionLength(context, { followsAccept: false, isFastModel: fast });
      try {
        const { text, model, format } = await generator.generate(context, shape, signal);
        const showing = renderer.streamRenderer(context, { length: shape, format, model });
        for await (const delta of text) if (showing.write(delta)) break;
        const { suggestion } = showing.end();
        return suggestion && !signal.aborted ? [{ id: '', suggestion, model, resultType: 'model' }] : [];
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    },
    accepted() {},
    rejected() {},
    changed() {},
  };
}
