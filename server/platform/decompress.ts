/** Decompresses bodies that a service compresses although the request did not accept it. https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding */
import { PassThrough, pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { RumboError } from '../../shared/errors.ts';

const decoders: Readonly<Record<string, (start: Uint8Array) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  // Many servers omit the zlib header. https://www.rfc-editor.org/rfc/rfc9110#name-deflate-coding
  deflate: ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  identity: () => new PassThrough(),
};

/**
 * Streams the decompressed body, so that a small body that expands to gigabytes does not fill the memory. Throws
 * `bad-response` for an unknown encoding. Leaving the loop stops reading `body`.
 * @param encoding the header `content-encoding`; absent: the body as it is
 */
export function decompress(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
): AsyncIterable<Uint8Array> {
  const name = encoding?.trim().toLowerCase();
  if (!name || name === 'identity') return body;
  const decoder = decoders[name];
  if (!decoder)
    throw new RumboError('The service compresses its responses in an unsupported format.', {
      kind: 'bad-response',
    });
  return through(body, decoder);
}

async function* through(
  body: AsyncIterable<Uint8Array>,
  decoder: (start: Uint8Array) => Transform,
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
  // An error of either half comes out of the loop; without the callback it would also be an unhandled one.
  yield* pipeline(rest, decoder(first.value), () => {});
}
