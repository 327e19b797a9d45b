/**
 * A model that knows a text in part: of each line all, its beginning, or nothing until half of it is typed. The further
 * ahead a line is, the less it knows. It stops after the first wrong line, and before an empty one.
 */
import { hash } from './typist.ts';

/** Share of the lines at the cursor it does not know of which it knows the beginning. */
const beginningShare = 0.6;
/** Factor for each line further ahead. */
const lineFactor = 0.85;
const maxLines = 8;

/**
 * @param knownShare share of the lines at the cursor that it knows, 0–1
 * @returns its text with the cursor at offset `from`; -1: not in the text, and it generates something else
 */
export function partialModel(text: string, seed: number, knownShare: number): (from: number) => string {
  return (from) => {
    if (from < 0) return 'otherwise();\n';
    let output = '';
    let at = from;
    for (let line = 0; line < maxLines && at < text.length; line++) {
      const start = text.lastIndexOf('\n', at - 1) + 1;
      const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
      const middle = start + Math.ceil((end - start) / 2);
      const luck = hash(seed, start, 77);
      const certainty = lineFactor ** line;
      if (luck >= knownShare * certainty && at < middle) {
        const wrong =
          luck < (knownShare + beginningShare * (1 - knownShare)) * certainty ? Math.max(at, middle - 3) : at;
        return `${output}${text.slice(at, wrong)}mistaken(${start});\n`;
      }
      output += text.slice(at, end + 1);
      at = end + 1;
      if (output.trim() !== '' && text.charAt(at) === '\n') break;
    }
    return output;
  };
}
