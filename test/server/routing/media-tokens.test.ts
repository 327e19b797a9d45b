/** Tokens of pictures, documents and sound: more of them for larger ones, and a worst case that no usual one exceeds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageSize } from '../../../server/routing/image-size.ts';
import { audioTokens, documentTokens, imageTokens } from '../../../server/routing/media-tokens.ts';

const base64 = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64');
const png = (width: number, height: number): string => {
  const bytes = Buffer.from(`89504e470d0a1a0a0000000d49484452${'00'.repeat(16)}`, 'hex');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes.toString('base64');
};

test('the size of each format is read from its first bytes', () => {
  assert.deepEqual(imageSize(png(640, 480)), { width: 640, height: 480 });
  assert.deepEqual(imageSize(base64('474946383961 8002 e001 000000')), { width: 640, height: 480 });
  const riff = '52494646 00000000 57454250';
  assert.deepEqual(imageSize(base64(`${riff} 56503820 00000000 000000 9d012a 8002 e001`)), {
    width: 640,
    height: 480,
  });
  assert.deepEqual(imageSize(base64(`${riff} 5650384c 00000000 2f 7fc27700 0000000000`)), {
    width: 640,
    height: 480,
  });
  assert.deepEqual(imageSize(base64(`${riff} 56503858 00000000 00000000 7f0200 df0100`)), {
    width: 640,
    height: 480,
  });
  const thumbnail = `ffe1 2002 ${'00'.repeat(0x2000)}`;
  assert.deepEqual(imageSize(base64(`ffd8 ${thumbnail} ffc2 0011 08 01e0 0280 03 0000000000`)), {
    width: 640,
    height: 480,
  });
});

test('a picture that is cut, another format or no picture has no size', () => {
  for (const data of [
    '',
    'AAAA',
    png(640, 480).slice(0, 20),
    base64('ffd8 ffe1 ffff'),
    base64('ffd8ffc0'),
    png(0, 5),
  ])
    assert.equal(imageSize(data), undefined, data);
});

test('a small picture is estimated small, a large one has a larger worst case', () => {
  const tokensOf = (data: string, detail?: 'low') =>
    imageTokens({ type: 'image', mediaType: 'image/png', data, ...(detail ? { detail } : {}) });
  assert.deepEqual(tokensOf(png(100, 100)), { estimated: 85, max: 6_000 });
  assert.deepEqual(tokensOf(png(1_000, 750)), { estimated: 1_000, max: 6_000 });
  assert.deepEqual(tokensOf(png(7_680, 4_320)), { estimated: 1_600, max: 60 * 258 });
  assert.equal(tokensOf(png(1_000, 750), 'low').estimated, 85);
  assert.deepEqual(tokensOf('AAAA'), { estimated: 1_000, max: 6_000 });
  assert.deepEqual(imageTokens({ type: 'image', url: 'https://a.example/a.png' }), {
    estimated: 1_000,
    max: 6_000,
  });
});

test('a document counts by its pages, a sound by its seconds, and never less in the worst case', () => {
  const data = 'A'.repeat(400_000);
  const pdf = documentTokens({ type: 'document', mediaType: 'application/pdf', data });
  assert.deepEqual(pdf, { estimated: 5 * 2_000, max: 30 * 4_600 });
  assert.deepEqual(documentTokens({ type: 'document', text: 'x' }), { estimated: 0, max: 0 });
  const unseen = documentTokens({ type: 'document', url: 'https://a.example/a.pdf' });
  assert.ok(unseen.estimated > 10_000 && unseen.max > unseen.estimated);
  const wave = audioTokens({ type: 'audio', mediaType: 'audio/wav', data });
  const speech = audioTokens({ type: 'audio', mediaType: 'audio/mpeg', data });
  assert.deepEqual(wave, { estimated: 10 * 25, max: 38 * 32 });
  assert.deepEqual(speech, { estimated: 38 * 25, max: 300 * 32 });
});
