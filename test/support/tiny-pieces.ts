/** Cuts a text into pieces that occur once each, so that a bigram table can produce the whole text. */

/** GPT-2's printable character for each byte, as byte-pair vocabularies store them. */
export const byteToCharacter: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCodePoint(isPrintable(byte) ? byte : 256 + unprintableBefore(byte)),
);

/** Words with the space before them, joined until each piece is new to `taken`, which grows by them. */
export function splitPieces(text: string, taken: Set<string>): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of text.match(/\s*\S+|\s+$/g) ?? []) {
    piece += encode(word);
    if (piece.length < 2 || taken.has(piece)) continue;
    taken.add(piece);
    pieces.push(piece);
    piece = '';
  }
  if (piece === '') return pieces;
  const last = (pieces.pop() ?? '') + piece;
  if (taken.has(last))
    throw new RangeError('Two texts of a tiny model are too alike: make one of them longer.');
  taken.add(last);
  return [...pieces, last];
}

const encode = (text: string): string =>
  [...Buffer.from(text, 'utf8')].map((byte) => byteToCharacter[byte]).join('');

function isPrintable(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

function unprintableBefore(byte: number): number {
  return Array.from({ length: byte }, (_, other) => other).filter((other) => !isPrintable(other)).length;
}
