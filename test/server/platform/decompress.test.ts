/** A body is decompressed by what it is, whatever its header says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { decompress } from '../../../server/platform/decompress.ts';

type Compression = (data: Buffer) => Buffer;

const compressions: Readonly<Record<string, Compression>> = {
  none: (data) => data,
  gzip: (data) => zlib.gzipSync(data),
  br: (data) => zlib.brotliCompressSync(data),
  deflate: (data) => zlib.deflateSync(data),
  'deflate without its header': (data) => zlib.deflateRawSync(data),
  ...(typeof zlib.zstdCompressSync === 'function'
    ? { zstd: (data: Buffer) => zlib.zstdCompressSync(data) }
    : {}),
  'gzip twice': (data) => zlib.gzipSync(zlib.gzipSync(data)),
  'br within gzip': (data) => zlib.gzipSync(zlib.brotliCompressSync(data)),
  'gzip within br': (data) => zlib.brotliCompressSync(zlib.gzipSync(data)),
};
const headers = [
  undefined,
  '',
  'identity',
  'utf-8',
  'gzip',
  'x-gzip',
  'br',
  'deflate',
  'zstd',
  'identity, gzip',
  'br, gzip',
  'gzip;q=1.0, BR',
  'unheard-of',
];
const bodies = [
  `${'data: {"choices":[{"delta":{"content":"grüße 漢字"}}]}\n\n'.repeat(40)}data: [DONE]\n\n`,
  '{"choices":[{"message":{"content":"é"}}]}',
  '\uFEFF[{"id":"a"}]',
  '<!doctype html><p>No.',
];

async function* inPieces(body: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function unpacked(packed: Buffer, header: string | undefined, size = 1e6): Promise<string> {
  return Buffer.concat(await Array.fromAsync(decompress(inPieces(packed, size), header))).toString('utf8');
}

for (const [name, compress] of Object.entries(compressions)) {
  test(`compression: ${name}, with any header or none, in any packets`, async () => {
    for (const body of bodies)
      for (const header of headers)
        for (const size of [7, 60, 1e6])
          assert.equal(await unpacked(compress(Buffer.from(body)), header, size), body, `${header}, ${size}`);
  });
}

test('an error in plain text is left as it is, whatever the header says', async () => {
  for (const header of headers)
    assert.equal(await unpacked(Buffer.from('No model runs.'), header), 'No model runs.');
});

test('a body that is cut rejects, after what was in it', async () => {
  for (const [name, compress] of Object.entries(compressions)) {
    if (name === 'none') continue;
    const packed = compress(Buffer.from(bodies[0] ?? '', 'utf8'));
    let text = '';
    await assert.rejects(async () => {
      for await (const piece of decompress(inPieces(packed.subarray(0, -5), 20), undefined))
        text += Buffer.from(piece);
    }, name);
    assert.ok(bodies[0]?.startsWith(text.replace(/\uFFFD.*$/s, '')), name);
  }
});

test('compressed data arrives as it is flushed', async () => {
  for (const [create, header] of [
    [zlib.createGzip, undefined],
    [zlib.createBrotliCompress, 'br'],
    [zlib.createDeflate, 'deflate'],
  ] as const) {
    const packer = create();
    const event = `data: {"text":"${'one two '.repeat(200)}${Math.random()}"}\n\n`;
    packer.write(event);
    packer.flush();
    let text = '';
    for await (const piece of decompress(packer, header)) {
      text += Buffer.from(piece).toString();
      if (text.length >= event.length) break;
    }
    assert.equal(text, event);
    packer.destroy();
  }
});

test('an empty body is empty', async () => {
  for (const header of headers) assert.equal(await unpacked(Buffer.alloc(0), header), '');
});
