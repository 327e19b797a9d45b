/**
 * What a model says that has an idea of the text: of each line it knows it all, its beginning, or nothing until half of it
 * stands there. The further ahead a line is, the less it knows of it. It stops with the first one that it gets wrong, and
 * before an empty one.
 */
import { hash } from './typist.ts';

/** Of the lines at the cursor that it does not know, of how many it knows the beginning. */
const half = 0.6;
/** What each line further ahead takes off that. */
const ahead = 0.85;
const maxLines = 8;

/**
 * @param known share of the lines at the cursor that it knows, 0–1
 * @returns what it says where the cursor is at `from`; -1: nowhere in the text, and it says something of its own
 */
export function partialModel(text: string, seed: number, known: number): (from: number) => string {
  return (from) => {
    if (from < 0) return 'otherwise();\n';
    let said = '';
    let at = from;
    for (let line = 0; line < maxLines && at < text.length; line++) {
      const start = text.lastIndexOf('\n', at - 1) + 1;
      const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
      const middle = start + Math.ceil((end - start) / 2);
      const luck = hash(seed, start, 77);
      const sure = ahead ** line;
      if (luck >= known * sure && at < middle) {
        const wrong = luck < (known + half * (1 - known)) * sure ? Math.max(at, middle - 3) : at;
        return `${said}${text.slice(at, wrong)}mistaken(${start});\n`;
      }
      said += text.slice(at, end + 1);
      at = end + 1;
      if (said.trim() !== '' && text.charAt(at) === '\n') break;
    }
    return said;
  };
}
