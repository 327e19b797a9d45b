/**
 * Characters that a screen obeys or hides: controls, sequences of terminals, marks that reverse the direction of text,
 * characters without width. What models and services write is data, so it is shown with such characters as `\u202E`.
 * https://trojansource.codes/ and https://www.unicode.org/reports/tr36/
 */

/** Scripts whose letters a joiner connects or separates. */
const joiningScripts = [
  'Arabic',
  'Bengali',
  'Devanagari',
  'Gujarati',
  'Gurmukhi',
  'Kannada',
  'Khmer',
  'Malayalam',
  'Mongolian',
  'Oriya',
  'Sinhala',
  'Syriac',
  'Tamil',
  'Telugu',
];

/**
 * Tab and line feed belong to text. A joiner between emoji or within words of a script that needs it does too, and so
 * does a selector that makes a picture of the character before it.
 */
const hidden = new RegExp(
  [
    '\\r(?!\\n)',
    '[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]',
    // Without width, or with an effect on direction: soft hyphen, fillers, marks, isolates, overrides, byte order.
    '[\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f]',
    '[\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb]',
    `(?<![\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f${joiningScripts.map((script) => `\\p{Script=${script}}`).join('')}])[\\u200c\\u200d]`,
    '(?<![\\p{Extended_Pictographic}\\p{Emoji_Component}])\\ufe0f',
    // Musical controls; tags, which carry text that is not shown, and further selectors.
    '[\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]',
    // Half of a pair.
    '\\p{Surrogate}',
  ].join('|'),
  'gu',
);

/** Most text holds none of them and is returned as it is. */
const mayHide = /[^\t\n\x20-\x7e]/;

/** The same text with each hidden character as an escape, which JSON and JavaScript read as the character. */
export const visibleText = (text: string): string =>
  mayHide.test(text) ? text.replace(hidden, escaped) : text;

/** A code unit at a time, since `\u` has four digits. */
const escaped = (character: string): string =>
  character.replace(
    /[\s\S]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );

export const hasHiddenCharacters = (text: string): boolean => mayHide.test(text) && text.search(hidden) >= 0;

/** `line 3: U+202E right-to-left override` */
export type HiddenCharacter = { readonly line: number; readonly name: string };

/**
 * The hidden characters of a text that is about to be written, by line from 1 on; a line that is in `before` as it is
 * brings nothing new.
 */
export function hiddenCharacters(text: string, before = ''): readonly HiddenCharacter[] {
  if (!hasHiddenCharacters(text)) return [];
  // A byte order mark that the file has stays at its beginning.
  if (text.startsWith('\ufeff') && before.startsWith('\ufeff'))
    return hiddenCharacters(text.slice(1), before.slice(1));
  const lines = new Set(hasHiddenCharacters(before) ? before.split(/\r?\n/) : []);
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (lines.has(line)) return [];
    const names = new Set(line.match(hidden)?.map(nameOf));
    return [...names].map((name) => ({ line: index + 1, name }));
  });
}

const maxNamed = 5;

/** `line 3: U+202E right-to-left override; line 4: U+001B escape` */
export function hiddenCharactersText(found: readonly HiddenCharacter[]): string {
  const parts = found.slice(0, maxNamed).map(({ line, name }) => `line ${line}: ${name}`);
  return [...parts, ...(found.length > maxNamed ? [`and ${found.length - maxNamed} more`] : [])].join('; ');
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const name =
    names.get(code) ??
    (code < 0x20 || (code > 0x7e && code < 0xa0) ? 'control character' : 'invisible character');
  return `${number} ${name}`;
}

const names: ReadonlyMap<number, string> = new Map([
  [0x00, 'null'],
  [0x07, 'bell'],
  [0x08, 'backspace'],
  [0x0d, 'carriage return'],
  [0x1b, 'escape'],
  [0x9b, 'control sequence introducer'],
  [0xad, 'soft hyphen'],
  [0x061c, 'Arabic letter mark'],
  [0x200b, 'zero width space'],
  [0x200c, 'zero width non-joiner'],
  [0x200d, 'zero width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x202a, 'left-to-right embedding'],
  [0x202b, 'right-to-left embedding'],
  [0x202c, 'pop directional formatting'],
  [0x202d, 'left-to-right override'],
  [0x202e, 'right-to-left override'],
  [0x2060, 'word joiner'],
  [0x2066, 'left-to-right isolate'],
  [0x2067, 'right-to-left isolate'],
  [0x2068, 'first strong isolate'],
  [0x2069, 'pop directional isolate'],
  [0xfeff, 'byte order mark'],
]);

/** Writes a stream of pieces visibly: what may belong to the next piece waits for it. */
export function visibleWriter(write: (text: string) => void) {
  let rest = '';
  return {
    write(text: string): void {
      const whole = rest + text;
      // Half of a pair, or a carriage return whose line feed comes next.
      rest = /[\r\ud800-\udbff]$/.exec(whole)?.[0] ?? '';
      write(visibleText(whole.slice(0, whole.length - rest.length)));
    },
    /** No more pieces come. */
    end(): void {
      if (rest !== '') write(visibleText(rest));
      rest = '';
    },
  };
}
