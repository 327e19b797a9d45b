/** Decompresses bodies that a service compresses although the request did not accept it. https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding */
import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { RumboError } from '../../shared/errors.ts';

type Format = {
  /** Names in the header. */
  readonly names: readonly string[];
  /** Absent: this version of Node has none. */
  readonly create: (() => Transform) | undefined;
};

/** Formats with a signature of their own, which says more than a header that a proxy may have dropped or copied. */
const signedFormats: readonly (Format & { readonly matches: (start: Uint8Array) => boolean })[] = [
  {
    names: ['gzip', 'x-gzip'],
    matches: (start) => start[0] === 0x1f && start[1] === 0x8b,
    create: () => zlib.createGunzip(),
  },
  {
    names: ['zstd'],
    matches: (start) => start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd,
    // Node 22.15 and newer.
    create: typeof zlib.createZstdDecompress === 'function' ? () => zlib.createZstdDecompress() : undefined,
  },
];

/** The data may be cut. */
const trialOptions = { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1024 * 1024 };

/** Formats that are recognized by decompressing the first bytes. */
const unsignedFormats: readonly (Format & { readonly decompressStart: (start: Uint8Array) => Buffer })[] = [
  {
    names: ['deflate'],
    decompressStart: (start) => zlib.inflateSync(start, trialOptions),
    create: () => zlib.createInflate(),
  },
  {
    names: ['br'],
    decompressStart: (start) =>
      zlib.brotliDecompressSync(start, {
        ...trialOptions,
        finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
      }),
    create: () => zlib.createBrotliDecompress(),
  },
  {
    // Many servers omit the zlib header. https://www.rfc-editor.org/rfc/rfc9110#name-deflate-coding
    names: ['deflate'],
    decompressStart: (start) => zlib.inflateRawSync(start, trialOptions),
    create: () => zlib.createInflateRaw(),
  },
];

/** Bytes by which a body is recognized as text or by its signature, and by decompressing it. */
const signatureBytes = 4;
const textBytes = 16;
const trialBytes = 1_024;
/** Layers that are removed: a proxy compresses what the service has compressed, and not more often. */
const maxLayers = 4;

/**
 * Streams the decompressed body, so that a small body that expands to gigabytes does not fill the memory. The body
 * itself decides before the header, which is often missing or wrong: text is left as it is. The loop rejects with
 * `bad-response` for a format that is not supported. Leaving it stops reading `body`.
 * @param encoding the header `content-encoding`, a list in the order of application; absent: none is stated
 */
export const decompress = (
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
): AsyncIterable<Uint8Array> => withoutLayer(body, namesIn(encoding), maxLayers);

/** Names of this header that stand for no compression; some servers put the character set into it. */
const plainName =
  /^(?:|identity|none|null|utf-?8|us-ascii|iso-8859-1|chunked|aws-chunked|binary|7bit|8bit|text)$/;

const namesIn = (encoding: string | undefined): readonly string[] =>
  encoding === undefined
    ? []
    : encoding
        .toLowerCase()
        .split(',')
        .map((name) => name.replace(/;.*$/s, '').replace(/["'\s]/g, ''))
        .filter((name) => !plainName.test(name));

function withoutLayer(
  body: AsyncIterable<Uint8Array>,
  names: readonly string[],
  layersLeft: number,
): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  let inner: AsyncIterator<Uint8Array> | undefined;
  // Decided at the first read, so that a plain body costs one comparison and no generator.
  const begin = async (): Promise<IteratorResult<Uint8Array>> => {
    const { start, format, ended } = await recognize(source, names, layersLeft);
    const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => (ended ? none() : source) };
    if (start.length === 0) return { done: true, value: undefined };
    if (!format) {
      inner = rest[Symbol.asyncIterator]();
      return { done: false, value: start };
    }
    if (!format.create) throw unsupportedError();
    const left = names.slice(
      0,
      Math.max(
        0,
        names.findLastIndex((name) => format.names.includes(name)),
      ),
    );
    inner = withoutLayer(through(start, rest, format.create()), left, layersLeft - 1)[Symbol.asyncIterator]();
    return inner.next();
  };
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => (inner ? inner.next() : begin()),
    async return() {
      await (inner ?? source).return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

type Recognized = {
  /** The first bytes. */
  readonly start: Uint8Array;
  /** The outermost compression. `undefined`: the body is plain. */
  readonly format: Format | undefined;
  /** Nothing follows the first bytes. */
  readonly ended: boolean;
};

async function recognize(
  source: AsyncIterator<Uint8Array>,
  names: readonly string[],
  layersLeft: number,
): Promise<Recognized> {
  let start: Uint8Array = new Uint8Array();
  let ended = false;
  const readTo = async (length: number): Promise<void> => {
    while (!ended && start.length < length) {
      const { done, value } = await source.next();
      if (done) ended = true;
      else start = start.length === 0 ? value : Buffer.concat([start, value]);
    }
  };
  await readTo(signatureBytes);
  const signed = layersLeft > 0 ? signedFormats.find(({ matches }) => matches(start)) : undefined;
  if (signed || layersLeft === 0) return { start, format: signed, ended };
  // Compressed data can begin like text, but not for long.
  if (names.length > 0 || (layersLeft === maxLayers && !isAnswer(start))) await readTo(textBytes);
  if (isText(start)) return { start, format: undefined, ended };
  const stated = names.at(-1);
  for (;;) {
    const format = unsignedFormatOf(start, stated, ended || start.length >= trialBytes);
    if (format) return { start, format, ended };
    if (ended || start.length >= trialBytes) break;
    // A service flushes its first event by itself: no more is awaited than it takes to recognize it.
    await readTo(start.length + 1);
  }
  if (stated !== undefined) throw unreadableError(stated);
  return { start, format: undefined, ended };
}

/** @param isLast no more bytes are read to find out */
function unsignedFormatOf(
  start: Uint8Array,
  stated: string | undefined,
  isLast: boolean,
): Format | undefined {
  const isStated = ({ names }: Format): boolean => stated !== undefined && names.includes(stated);
  const trials = unsignedFormats.map((format) => ({ format, found: tryDecompress(format, start) }));
  const fits = (found: Uint8Array | undefined): boolean =>
    found !== undefined && (isLast || found.length >= signatureBytes) && isAnswer(found);
  const trial =
    trials.find(({ format, found }) => isStated(format) && fits(found)) ??
    trials.find(({ found }) => fits(found)) ??
    (isLast ? trials.find(({ format, found }) => isStated(format) && found !== undefined) : undefined);
  return trial?.format;
}

const tryDecompress = (
  { decompressStart }: (typeof unsignedFormats)[number],
  start: Uint8Array,
): Uint8Array | undefined => {
  try {
    return decompressStart(start);
  } catch {
    return undefined;
  }
};

/** How JSON, pages and streams of events begin in their first four bytes, also within a signed format. */
const isAnswer = (found: Uint8Array): boolean =>
  signedFormats.some(({ matches }) => matches(found)) ||
  (isText(found) &&
    /^(?:\xEF\xBB\xBF|\s)*(?:[{["<:]|data|even|id:|retr)|^\s+$/.test(
      Buffer.from(found.subarray(0, textBytes)).toString('latin1'),
    ));

/** Whether it is UTF-8 without control characters; compressed data is something else after a few bytes. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, textBytes);
  let isAscii = true;
  for (const byte of start) {
    if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) return false;
    isAscii &&= byte < 0x80;
  }
  return isAscii || isUtf8(start);
}

/** A character may be cut at the end. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
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

const supportedNames: ReadonlySet<string> = new Set(
  [...signedFormats, ...unsignedFormats].flatMap(({ names }) => names),
);

const unreadableError = (stated: string): RumboError =>
  supportedNames.has(stated)
    ? new RumboError('The service’s response cannot be decompressed.', { kind: 'bad-response' })
    : unsupportedError();

const unsupportedError = (): RumboError =>
  new RumboError('The service compresses its responses in an unsupported format.', { kind: 'bad-response' });
