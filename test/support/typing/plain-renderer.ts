/** A minimal renderer: raw text up to the end of the line, or to the first empty one. */
import type { Renderer } from '../../../server/inline-completion/renderer.ts';

export const plainRenderer: Renderer = {
  maySuggest: () => true,
  chooseCompletionLength: () => 'block',
  streamRenderer(context, { length }) {
    const end = length === 'line' ? '\n' : '\n\n';
    let raw = '';
    const cut = (): number => {
      const lead = raw.length - raw.trimStart().length;
      const at = raw.indexOf(end, lead);
      return at < 0 ? raw.length : at;
    };
    const closers = /^[)\]}]*(?=\r?\n|$)/.exec(context.after)?.[0] ?? '';
    const suggestion = () => {
      const insert = raw.slice(0, cut());
      if (insert.trim() === '') return undefined;
      let replacesAfter = 0;
      let from = 0;
      for (const closer of closers) {
        const at = insert.indexOf(closer, from);
        if (at < 0) break;
        from = at + 1;
        replacesAfter++;
      }
      return { insertText: insert, replacesBefore: 0, replacesAfter };
    };
    return {
      write(delta) {
        raw += delta;
        return cut() < raw.length;
      },
      suggestion,
      end(more = false) {
        const last = suggestion();
        return { ...(last && { suggestion: last }), remainder: raw.slice(cut()), continues: more };
      },
    };
  },
};
