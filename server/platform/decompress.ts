/** Decompresses bodies that a service compresses although the request did not accept it. https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding */
import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { RumboError } from '../../shared/errors.ts';

type Decompressor = (start: Uint8Array) => Transform;

/** Node 22.15 and newer. */
const zstd: Decompressor | undefined =
  typeof zlib.createZstdDecompress === 'function' ? () => zlib.createZstdDecompress() : undefined;

const decompressors: Readonly<Record<string, Decompressor | undefined>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  // Many servers omit the zlib header. https://www.rfc-editor.org/rfc/rfc9110#name-deflate-coding
  deflate: ([first = 0]) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  zstd,
};

/** Formats that begin with bytes of their own: these say more than a header that a proxy may have dropped or copied. */
const signatures: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
];

/** Bytes by which a body is recognized. */
const signatureBytes = 4;
const maxTextBytes = 4;
/** Layers that are removed: a proxy compresses what the service has compressed, and not more often. */
const maxLayers = 4;

/**
 * Streams the decompressed body, so that a small body that expands to gigabytes does not fill the memory. The body's own
 * signature decides before the header; a body that is plain text is left as it is, whatever the header says. The loop
 * rejects with `bad-response` for an unsupported format. Leaving it stops reading `body`.
 * @param encoding the header `content-encoding`, a list in the order of application; absent: none is stated
 */
export function decompress(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
): AsyncIterable<Uint8Array> {
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return layer(
    body,
    names.filter((name) => name !== '' && name !== 'identity'),
    maxLayers,
  );
}

function layer(
  body: AsyncIterable<Uint8Array>,
  names: readonly string[],
  layersLeft: number,
): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  let inner: AsyncIterator<Uint8Array> | undefined;
  // Decided at the first read, so that a plain body costs one comparison and no generator.
  const begin = async (): Promise<IteratorResult<Uint8Array>> => {
    const { start, ended } = await readStart(source);
    if (start.length === 0) return { done: true, value: undefined };
    const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => (ended ? none() : source) };
    const name = layersLeft > 0 ? compressionOf(start, names) : undefined;
    if (name === undefined) {
      inner = rest[Symbol.asyncIterator]();
      return { done: false, value: start };
    }
    const decompressor = decompressors[name];
    if (!decompressor) throw unsupportedError();
    const unpacked = through(start, rest, decompressor(start));
    inner = layer(unpacked, withoutLast(names, name), layersLeft - 1)[Symbol.asyncIterator]();
    return inner.next();
  };
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => (inner ? inner.next() : begin()),
    return: async () => {
      await (inner ?? source).return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** The first bytes, enough to recognize them; `ended`: nothing follows. */
async function readStart(
  source: AsyncIterator<Uint8Array>,
): Promise<{ readonly start: Uint8Array; readonly ended: boolean }> {
  let start: Uint8Array = new Uint8Array();
  while (start.length < signatureBytes) {
    const { done, value } = await source.next();
    if (done) return { start, ended: true };
    start = start.length === 0 ? value : Buffer.concat([start, value]);
  }
  return { start, ended: false };
}

/** The outermost compression. `undefined`: the body is plain. */
function compressionOf(start: Uint8Array, names: readonly string[]): string | undefined {
  const signed = signatures.find(({ bytes }) => bytes.every((byte, index) => start[index] === byte));
  if (signed) return signed.name;
  const name = names.findLast((each) => !isCharset(each));
  return name === undefined || isText(start) ? undefined : name;
}

/** Some servers put the character set into this header. */
const isCharset = (name: string): boolean =>
  /^(?:utf-?8|us-ascii|iso-8859-1|none|chunked|binary)$/.test(name);

/** Every format that is read here begins with ASCII, after a byte-order mark or not; compressed data hardly ever does. */
function isText(start: Uint8Array): boolean {
  const isMarked = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
  return start
    .subarray(isMarked ? 3 : 0, maxTextBytes)
    .every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** The header's list without the compression that is removed; what precedes it in the list lies below. */
function withoutLast(names: readonly string[], removed: string): readonly string[] {
  const index = names.findLastIndex((name) => name === removed || name === `x-${removed}`);
  return index < 0 ? names : names.slice(0, index);
}

async function* through(
  start: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  decompressor: Transform,
): AsyncGenerator<Uint8Array> {
  const whole = Readable.from(
    (async function* () {
      yield start;
      yield* rest;
    })(),
    { objectMode: false },
  );
  // An error of either half comes out of the loop; without the callback it would also be an unhandled one.
  yield* pipeline(whole, decompressor, () => {});
}

async function* none(): AsyncGenerator<Uint8Array> {}

const unsupportedError = (): RumboError =>
  new RumboError('The service compresses its responses in an unsupported format.', { kind: 'bad-response' });
