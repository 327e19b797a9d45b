/**
 * Removes keys from text that leaves the server: those that were sent or saved in this run, in any spelling and in
 * pieces, and what looks like a key of an unknown service. Redact a text whole, before it is cut.
 */
import { keyPatterns, mayHoldKey } from './key-patterns.ts';
import { decodeEscapes, type EscapedText, lettersOf } from './unescaped-text.ts';

const mark = '•••';

/** Letters and digits of a piece by which a key is recognized. */
const pieceLength = 8;
/** Letters and digits of a key that is looked for in pieces and in other spellings; a shorter one may be a word. */
const minStrongLength = 12;
/** Keys that are remembered; the oldest go first. */
const maxKeys = 200;
/** Characters of a key that is looked for; no service has longer ones. */
const maxKeyLength = 2_500;
/** Places of one piece that are compared. */
const maxPlaces = 8;
/** What users write where an engine needs any key at all. */
const placeholder =
  /^(?:ollama|lm-?studio|vllm|llama|local|none|null|empty|dummy|test|key|token|password|secret)$/i;

/** Where a piece is: in which spelling of a key, from which letter on. */
type Place = { readonly letters: Uint8Array; readonly at: number };

/** Pieces of all keys; `beginnings` marks the first letters of each, since most of a text begins with none. */
type Pieces = { readonly places: ReadonlyMap<string, readonly Place[]>; readonly beginnings: Uint8Array };

export function keyRedactor() {
  const keys = new Set<string>();
  let pieces: Pieces | undefined;
  let words: readonly string[] = [];

  const index = (): Pieces => {
    if (pieces) return pieces;
    words = [...keys].filter((key) => !isStrong(key));
    pieces = piecesOf([...keys].filter(isStrong).flatMap(spellings));
    return pieces;
  };
  const sentSpans = (view: EscapedText, text: string): Span[] =>
    keys.size === 0
      ? []
      : [...pieceSpans(text, index()), ...wordSpans(view, words), ...maskedSpans(view, keys)];

  return {
    /** Call with each key before it is sent. */
    remember(key: string | undefined): void {
      if (!key || keys.has(key) || key.length < 6 || placeholder.test(key)) return;
      const [oldest] = keys;
      if (keys.size >= maxKeys && oldest !== undefined) keys.delete(oldest);
      keys.add(key.slice(0, maxKeyLength));
      pieces = undefined;
    },
    /** The text without keys. */
    redact(text: string): string {
      if (text.length < 4) return text;
      const view = decodeEscapes(text);
      return replaceSpans(text, [...patternSpans(view), ...sentSpans(view, text)]);
    },
    /** The text without the remembered keys; what only looks like a key stays. */
    redactSent: (text: string): string =>
      keys.size === 0 ? text : replaceSpans(text, sentSpans(decodeEscapes(text), text)),
  };
}

const ofThisProcess = keyRedactor();
/** One for the process: a key that any part has sent is removed from the text of every part. */
export const rememberKey = ofThisProcess.remember;
export const redactKeys = ofThisProcess.redact;
export const redactSentKeys = ofThisProcess.redactSent;

/** The same value with each text in it redacted, for plain objects and lists. */
export function redactTexts<Value>(value: Value): Value {
  if (typeof value === 'string') return redactKeys(value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redactTexts) as Value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [name, redactTexts(each)]),
  ) as Value;
}

/** From the first to behind the last character, in the text as it was given. */
type Span = readonly [start: number, end: number];

const isStrong = (key: string): boolean => {
  const letters = key.replace(/[^a-z\d]/gi, '');
  return letters.length >= minStrongLength && (/\d/.test(letters) || /[a-z][A-Z]/.test(letters));
};

/** The key, and what is left of it in base64 (behind any other text, such as a user name) and in hexadecimal digits. */
function spellings(key: string): string[] {
  const bytes = Buffer.from(key);
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Characters that also depend on what is around.
    return whole.slice([0, 2, 3][before], Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [key, ...base64, bytes.toString('hex')];
}

function piecesOf(allSpellings: readonly string[]): Pieces {
  const places = new Map<string, Place[]>();
  const beginnings = new Uint8Array(beginningCount);
  for (const spelling of allSpellings) {
    const plain = spelling.replace(/[^a-z\d]/gi, '');
    const text = plain.toLowerCase();
    const letters = lettersOf(text).codes;
    for (let at = 0; at + pieceLength <= text.length; at++) {
      if (!isRandom(plain.slice(at, at + pieceLength))) continue;
      const piece = text.slice(at, at + pieceLength);
      const entries = places.get(piece) ?? [];
      if (entries.length < maxPlaces) entries.push({ letters, at });
      places.set(piece, entries);
      beginnings[beginningAt(letters, at)] = 1;
    }
  }
  return { places, beginnings };
}

/** Three letters or digits as a number. */
const beginningCount = 2 ** 15;
const beginningAt = (letters: Uint8Array, at: number): number =>
  (((letters[at] ?? 0) & 31) << 10) | (((letters[at + 1] ?? 0) & 31) << 5) | ((letters[at + 2] ?? 0) & 31);

/** Neither a word nor a number. */
const isRandom = (piece: string): boolean =>
  (/\d/.test(piece) && /[a-z]/i.test(piece)) ||
  /[a-z][A-Z].*[a-z][A-Z]|[a-z][A-Z]{2}|[A-Z]{2}[a-z]/.test(piece);

/** Each piece of a key, with all letters before and after it that are the key's too. */
function pieceSpans(text: string, { places, beginnings }: Pieces): Span[] {
  if (places.size === 0) return [];
  const { codes, starts, ends } = lettersOf(text);
  const spans: Span[] = [];
  for (let at = 0; at + pieceLength <= codes.length; at++) {
    if (beginnings[beginningAt(codes, at)] === 0) continue;
    const found = places.get(String.fromCharCode(...codes.subarray(at, at + pieceLength)));
    if (!found) continue;
    let [from, to] = [at, at + pieceLength];
    for (const place of found) {
      const [before, after] = commonLetters(codes, at, place);
      from = Math.min(from, at - before);
      to = Math.max(to, at + after);
    }
    spans.push([starts[from] ?? 0, ends[to - 1] ?? text.length]);
    at = to - pieceLength;
  }
  return spans;
}

/** How many letters before and from this place on are those of the key. */
function commonLetters(
  codes: Uint8Array,
  at: number,
  place: Place,
): readonly [before: number, after: number] {
  const { letters } = place;
  let before = 0;
  while (before < Math.min(at, place.at) && codes[at - before - 1] === letters[place.at - before - 1])
    before += 1;
  let after = pieceLength;
  const limit = Math.min(codes.length - at, letters.length - place.at);
  while (after < limit && codes[at + after] === letters[place.at + after]) after += 1;
  return [before, after];
}

/** Short keys as they are, as words of their own. */
function wordSpans({ text, at }: EscapedText, words: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (const word of words) {
    for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + word.length)) {
      const to = from + word.length;
      if (isLetter(text[from - 1]) || isLetter(text[to])) continue;
      spans.push([at(from), at(to)]);
    }
  }
  return spans;
}

const isLetter = (character: string | undefined): boolean =>
  character !== undefined && /[a-z\d]/i.test(character);

/** Without one of these nothing is masked. */
const mayBeMasked = /\.\.|[\u2026*\u2022\u00B7#]/;
/** `first letters***last letters` of a key. */
const maskedKey = /(?<before>[\w-]{2,80})?\s?(?:\.{2,}|[\u2026*\u2022\u00B7#]+)\s?(?<after>[\w-]{2,80})?/g;

function maskedSpans({ text, at }: EscapedText, keys: ReadonlySet<string>): Span[] {
  if (!mayBeMasked.test(text)) return [];
  const spans: Span[] = [];
  for (const { 0: found, index, groups = {} } of text.matchAll(maskedKey)) {
    const { before = '', after = '' } = groups;
    const isOfKey = keys
      .values()
      .some(
        (key) => (before.length > 3 && key.startsWith(before)) || (after.length > 2 && key.endsWith(after)),
      );
    if (isOfKey) spans.push([at(index), at(index + found.length)]);
  }
  return spans;
}

function patternSpans({ text, at }: EscapedText): Span[] {
  if (!mayHoldKey.test(text)) return [];
  const spans: Span[] = [];
  for (const pattern of keyPatterns) {
    for (const match of text.matchAll(pattern)) {
      const [from, to] = match.indices?.groups?.['key'] ?? [match.index, match.index + match[0].length];
      if (to > from) spans.push([at(from), at(to)]);
    }
  }
  return spans;
}

/** Overlapping spans, and those with only punctuation between, become one mark. */
function replaceSpans(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const sorted = spans.toSorted((one, other) => one[0] - other[0] || other[1] - one[1]);
  let result = '';
  let done = 0;
  for (const [start, end] of sorted) {
    if (end <= done) continue;
    const isNext = result.endsWith(mark) && /^[^\sa-z\d]{0,3}$/i.test(text.slice(done, start));
    if (!isNext) result += `${text.slice(done, Math.max(start, done))}${mark}`;
    done = end;
  }
  return result + text.slice(done);
}
