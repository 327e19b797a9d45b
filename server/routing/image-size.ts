/** The size of a picture, from the first bytes of its file. */

/** Pixels. */
export type ImageSize = { readonly width: number; readonly height: number };

/** Characters of base64 that are decoded: the size of a JPEG may follow a thumbnail. */
const headerLength = 256 * 1024;

/** @param data in base64. `undefined`: another format, or the size is not within the first bytes */
export function imageSize(data: string): ImageSize | undefined {
  const start = Buffer.from(data.slice(0, 64), 'base64');
  const size =
    start[0] === 0xff && start[1] === 0xd8
      ? jpegSize(Buffer.from(data.slice(0, headerLength), 'base64'))
      : sizeInStart(start);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function sizeInStart(start: Buffer): ImageSize | undefined {
  const text = start.toString('latin1');
  // https://www.w3.org/TR/png/#11IHDR
  if (start.length >= 24 && text.startsWith('\x89PNG'))
    return { width: start.readUInt32BE(16), height: start.readUInt32BE(20) };
  if (start.length >= 10 && text.startsWith('GIF8'))
    return { width: start.readUInt16LE(6), height: start.readUInt16LE(8) };
  return start.length >= 30 && text.startsWith('RIFF') && text.startsWith('WEBP', 8)
    ? webpSize(start, text.slice(12, 16))
    : undefined;
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(start: Buffer, form: string): ImageSize | undefined {
  switch (form) {
    case 'VP8 ':
      return { width: start.readUInt16LE(26) & 0x3fff, height: start.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = start.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: start.readUIntLE(24, 3) + 1, height: start.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** The segment that begins a frame holds it. https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2) */
function jpegSize(bytes: Buffer): ImageSize | undefined {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const kind = bytes[at + 1] ?? 0;
    const isFrame = kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc;
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return undefined;
}
