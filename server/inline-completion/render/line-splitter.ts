/** Splits a model's streamed text into lines, accepts any line end, and removes control characters and lone surrogates. */

/** UTF-16 units after which a line counts as complete. */
const maxLineUnits = 600;

/** Characters that no text in an editor has: control characters except tab and line end, and byte order marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the expression finds
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]/g;
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Line separators that editors do not treat as line ends. */
const rareLineEnds = /[\u2028\u2029\u0085]/g;

export function lineSplitter() {
  let buffer = '';
  let isOverlong = false;

  return {
    /** @returns the lines that this delta completes */
    push(delta: string): readonly string[] {
      buffer += delta;
      // The second half of a line end may follow.
      const endsWithReturn = buffer.endsWith('\r');
      const lines = (endsWithReturn ? buffer.slice(0, -1) : buffer).split(/\r\n|\r|\n/);
      buffer = (lines.pop() ?? '') + (endsWithReturn ? '\r' : '');
      return lines.map(cleanLine);
    },
    /** @returns the text after the last line end */
    end(): string {
      const last = cleanLine(buffer.replace(/\r$/, ''));
      buffer = '';
      // A joiner without its next character, or the replacement of a character that the model never completed.
      return last.replace(/(?<![\u200d\ufffd])[\u200d\ufffd]+$/, '');
    },
    /** The raw text after the last line end. */
    get unfinishedLine(): string {
      return buffer;
    },
    /** The unfinished line has become too long to wait for its end. */
    get isOverlong(): boolean {
      isOverlong ||= buffer.length > maxLineUnits;
      return isOverlong;
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

/** Cutting here would split one visible character: a surrogate pair, or a letter and its combining marks. */
function splitsCharacter(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  return (
    /^(?:[\udc00-\udfff]|\p{M}|\p{Emoji_Modifier}|\u200d)/u.test(text.slice(at, at + 2)) ||
    /[\ud800-\udbff]$/.test(text.slice(at - 1, at)) ||
    text[at - 1] === '\u200d'
  );
}
