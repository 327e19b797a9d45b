/** The JSON of a request. One that holds megabytes is written in pieces, so that other requests do not wait for it. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** UTF-8 of a JSON text that is too long to be made at once. */
export type JsonPieces = { readonly bytes: number; readonly pieces: readonly Uint8Array[] };

/** Characters of a string that is written by itself, and of its pieces; a multiple of four. */
const longString = 64 * 1024;
const pieceLength = 384 * 1024;
/** Characters after which other work gets its turn. */
const turnLength = 3 * 1024 * 1024;

/** The JSON text; of a value with long strings, a promise of its pieces. */
export const jsonBody = (value: unknown): string | Promise<JsonPieces> =>
  hasLongString(value) ? writePieces(value) : JSON.stringify(value);

/** The JSON text with the length of each long string instead of it, to compare requests that differ in their fields. */
export const jsonOutline = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (isLongString(each) ? each.length : each));

const isLongString = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= longString;

function hasLongString(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isLongString(value);
  for (const key in value) if (hasLongString(value[key as keyof typeof value])) return true;
  return false;
}

async function writePieces(value: unknown): Promise<JsonPieces> {
  const marker = `long string ${Math.random()}`;
  const strings: string[] = [];
  const outline = JSON.stringify(value, (_key, each: unknown) => {
    if (!isLongString(each)) return each;
    strings.push(each);
    return marker;
  });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let sinceTurn = 0;
  const add = (piece: Uint8Array): void => {
    pieces.push(piece);
    bytes += piece.length;
    sinceTurn += piece.length;
  };
  for (const [index, between] of outline.split(JSON.stringify(marker)).entries()) {
    const text = strings[index - 1];
    if (text !== undefined) {
      add(quote);
      for (let at = 0; at < text.length; at += pieceLength) {
        add(stringPiece(text.slice(at, at + pieceLength)));
        if (sinceTurn < turnLength) continue;
        sinceTurn = 0;
        await nextTurn();
      }
      add(quote);
    }
    add(Buffer.from(between));
  }
  return { bytes, pieces };
}

const quote = Buffer.from('"');
const decoded = Buffer.allocUnsafe(pieceLength);

/** A piece of a JSON string. Base64 has nothing to be escaped; the decoder passes over what is none, so its count shows it. */
function stringPiece(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const isBase64 = decoded.write(text, 'base64') === Math.floor(((text.length - padding) * 3) / 4);
  return isBase64 ? Buffer.from(text, 'latin1') : Buffer.from(JSON.stringify(text).slice(1, -1));
}
