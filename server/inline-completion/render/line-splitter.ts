/** A model's text in pieces, as whole lines: without control characters and halves of characters, whatever ends its lines. */

/** Units after which a line is not waited for any longer. */
const maxLineUnits = 600;

/** What no text in an editor has: control characters but tab and line end, and marks of byte order. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]/g;
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Line ends that editors show as something else. */
const rareLineEnds = /[\u2028\u2029\u0085]/g;

export function lineSplitter() {
  let held = '';
  let overlong = false;

  return {
    /** Lines that are whole with this piece. */
    take(delta: string): readonly string[] {
      held += delta;
      // The second half of a line end may still come.
      const waits = held.endsWith('\r');
      const lines = (waits ? held.slice(0, -1) : held).split(/\r\n|\r|\n/);
      held = (lines.pop() ?? '') + (waits ? '\r' : '');
      return lines.map(cleanLine);
    },
    /** What came after the last line end. */
    end(): string {
      const last = cleanLine(held.replace(/\r$/, ''));
      held = '';
      // A character that was still to be joined to the next one, or that the model never finished.
      return last.replace(/[\u200d\ufffd]+$/, '');
    },
    /** What came after the last line end, as it came. */
    get unfinished(): string {
      return held;
    },
    /** The unfinished line is longer than anybody wants to be shown. */
    get overlong(): boolean {
      overlong ||= held.length > maxLineUnits;
      return overlong;
    },
  };
}

function cleanLine(line: string): string {
  const text = line.replace(controlCharacters, '').replace(rareLineEnds, ' ').replace(loneSurrogates, '');
  if (text.length <= maxLineUnits) return text;
  let at = maxLineUnits;
  while (at > 0 && splitsCharacter(text, at)) at -= 1;
  const blank = text.lastIndexOf(' ', at);
  return text.slice(0, blank > maxLineUnits / 2 ? blank : at);
}

/** Cutting here would tear one visible character apart: a surrogate pair, or a letter from what is put on it. */
function splitsCharacter(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  return (
    /^(?:[\udc00-\udfff]|\p{M}|\p{Emoji_Modifier}|\u200d)/u.test(text.slice(at, at + 2)) ||
    /[\ud800-\udbff]$/.test(text.slice(at - 1, at)) ||
    text[at - 1] === '\u200d'
  );
}
