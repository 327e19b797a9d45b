/** Bodies that a service packs although nobody asked it to. https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding */
import { PassThrough, pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { RumboError } from '../../shared/errors.ts';

const unpackers: Readonly<Record<string, (start: Uint8Array) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  // Half the world leaves the zlib header out. https://www.rfc-editor.org/rfc/rfc9110#name-deflate-coding
  deflate: ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  identity: () => new PassThrough(),
};

/**
 * The body as it was before it was packed; piece by piece, so that a small body that unfolds into gigabytes fills no
 * memory. Throws `bad-response` for a way of packing that is not known. Leaving the loop leaves `body`.
 * @param encoding the header `content-encoding`; absent: the body as it is
 */
export function decompress(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
): AsyncIterable<Uint8Array> {
  const name = encoding?.trim().toLowerCase();
  if (!name || name === 'identity') return body;
  const unpacker = unpackers[name];
  if (!unpacker)
    throw new RumboError('The service packs its answers in a way that Rumbo cannot read.', {
      kind: 'bad-response',
    });
  return through(body, unpacker);
}

async function* through(
  body: AsyncIterable<Uint8Array>,
  unpacker: (start: Uint8Array) => Transform,
): AsyncGenerator<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done) return;
  const rest = Readable.from(
    (async function* () {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => source };
    })(),
    { objectMode: false },
  );
  // An error of either half comes out of the loop; the callback only keeps it from being nobody's.
  yield* pipeline(rest, unpacker(first.value), () => {});
}
