/** A text as it is meant: percent-encoding, escapes of JSON and JavaScript, and HTML's entities decoded, with the place of each character. */

export type EscapedText = {
  readonly text: string;
  /** The index in the original of a character, or of the end. */
  at(index: number): number;
};

/** Only these begin an escape; the escape of a terminal sequence is a separator. */
const mayBeEscaped = /[%\\&]/;

/** The text with every escape decoded, once or repeatedly (`%252D`, `\\u002d`). */
export function decodeEscapes(original: string): EscapedText {
  if (!mayBeEscaped.test(original)) return { text: original, at: (index) => index };
  const places: number[] = [];
  let text = '';
  for (let at = 0; at < original.length; ) {
    const found = escapeAt(original, at);
    places.push(at);
    text += found ? found.character : original[at];
    at = found ? found.end : at + 1;
  }
  places.push(original.length);
  return { text, at: (index) => places[index] ?? original.length };
}

/** Only the letters and digits of a text, decoded and in lower case, as character codes. */
export type Letters = {
  readonly codes: Uint8Array;
  /** Where each begins and ends in the original. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
};

export function lettersOf(original: string): Letters {
  const codes = new Uint8Array(original.length);
  const starts = new Uint32Array(original.length);
  const ends = new Uint32Array(original.length);
  let count = 0;
  for (let at = 0; at < original.length; ) {
    const code = original.charCodeAt(at);
    // `%`, `\`, `&`, `<`, ESC
    const found =
      code === 37 || code === 92 || code === 38 || code === 60 || code === 27
        ? (escapeAt(original, at) ?? separatorAt(original, at))
        : undefined;
    const end = found?.end ?? at + 1;
    const letter = letterOf(found ? found.character.charCodeAt(0) : code);
    if (letter !== 0) {
      codes[count] = letter;
      starts[count] = at;
      ends[count] = end;
      count += 1;
    }
    at = end;
  }
  return { codes: codes.subarray(0, count), starts, ends };
}

type Escape = { readonly character: string; readonly end: number };

const percent = /%(?:25){0,6}(?<hex>[\da-f]{2})/iy;
const backslash =
  /\\{1,8}(?:u\{(?<braced>[\da-f]{1,6})\}|u(?<unicode>[\da-f]{4})|x(?<hex>[\da-f]{2})|[nrtbfv0])/iy;
const entity = /&(?:amp;){0,4}(?:#(?<decimal>\d{1,7})|#x(?<hex>[\da-f]{1,6})|[a-z]{2,8});/iy;

function escapeAt(text: string, at: number): Escape | undefined {
  switch (text[at]) {
    case '%':
      return decode(percent, text, at);
    case '\\':
      return decode(backslash, text, at);
    case '&':
      return decode(entity, text, at);
    default:
      return undefined;
  }
}

function decode(pattern: RegExp, text: string, at: number): Escape | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (!match) return undefined;
  const { braced, unicode, hex, decimal } = match.groups ?? {};
  const digits = braced ?? unicode ?? hex;
  const code = digits === undefined ? Number(decimal ?? 32) : Number.parseInt(digits, 16);
  return { character: code <= 0xffff ? String.fromCharCode(code) : ' ', end: pattern.lastIndex };
}

/** A tag of HTML, or a sequence that a terminal obeys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds the sequences of terminals
const separator = /<\/?[a-z][^<>]{0,40}>|\u001b\[[\d;?]{0,20}[a-z]/iy;

function separatorAt(text: string, at: number): Escape | undefined {
  separator.lastIndex = at;
  return separator.test(text) ? { character: ' ', end: separator.lastIndex } : undefined;
}

/** The code of a letter in lower case or of a digit; 0: it is neither. */
function letterOf(code: number): number {
  if ((code >= 48 && code <= 57) || (code >= 97 && code <= 122)) return code;
  if (code >= 65 && code <= 90) return code + 32;
  // Letters and digits in full width.
  return code >= 0xff10 && code <= 0xff5a ? letterOf(code - 0xfee0) : 0;
}
