/**
 * What a model says that has an idea of the text: of each line it knows it all, its beginning, or nothing until half of it
 * stands there. It stops with the first line that it gets wrong.
 */
import { hash } from './person.ts';

/** Of all lines, how many it knows, and how many it knows the beginning of. */
const known = 0.6;
const half = 0.25;
const mostLines = 8;

/** @param from where in the text the cursor is; -1: nowhere in it, and the model says something of its own */
export function knowingModel(text: string, seed: number): (from: number) => string {
  return (from) => {
    if (from < 0) return 'otherwise();\n';
    let said = '';
    let at = from;
    for (let line = 0; line < mostLines && at < text.length; line++) {
      const start = text.lastIndexOf('\n', at - 1) + 1;
      const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
      const middle = start + Math.ceil((end - start) / 2);
      const luck = hash(seed, start, 77);
      if (luck >= known && at < middle) {
        const wrong = luck < known + half ? Math.max(at, middle - 3) : at;
        return `${said}${text.slice(at, wrong)}mistaken(${start});\n`;
      }
      said += text.slice(at, end + 1);
      at = end + 1;
    }
    return said;
  };
}
