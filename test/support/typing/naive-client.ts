/** What many tools do: wait 300 ms after each keystroke, ask, show. Nothing is shared, nothing kept. To compare with. */
import { type Clock, pause } from '../../../server/inline-completion/clock.ts';
import type { Generator } from '../../../server/inline-completion/generator.ts';
import type { Renderer } from '../../../server/inline-completion/renderer.ts';
import type { Client } from './editor.ts';

const debounceMs = 300;

export function naiveClient(writer: Generator, show: Renderer, clock: Clock): Client {
  return {
    async suggest(situation, signal) {
      const choice = writer.choose(situation);
      await pause(clock, debounceMs, signal);
      if (signal.aborted || !choice || !show.mayAsk(situation)) return [];
      const { usualMs } = choice;
      const fast = usualMs !== null && usualMs <= 300;
      const shape =
        choice.shape === 'line' ? 'line' : show.shapeFor(situation, { acceptedJustBefore: false, fast });
      try {
        const { text, model, manner } = await writer.write(situation, shape, signal);
        const showing = show.showing(situation, { shape, manner, model });
        for await (const delta of text) if (showing.read(delta)) break;
        const { suggestion } = showing.end();
        return suggestion && !signal.aborted ? [{ id: '', suggestion, model, how: 'model' }] : [];
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
