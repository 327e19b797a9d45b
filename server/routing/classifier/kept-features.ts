/** What is kept of a prompt that taught something: its strongest features, hashed, and nothing of its words. */
import * as z from 'zod';
import { dimension, type Features, meanings } from './features.ts';

export type Sparse = Pick<Features, 'places' | 'values'>;

/** As it is written to a file: base64 of 16-bit places, little endian, and of one byte each for how strong they are. */
export const packedFeatures = z.object({ places: z.base64(), values: z.base64() });

/** Features of one prompt; the strongest are kept. */
const mostPlaces = 96;
/** What one step of a byte is worth. */
const step = 1 / 100;

/** Rounded as the file has it, so that a new window learns the same. */
export function kept({ places, values }: Sparse): Sparse {
  const order = [...places.keys()]
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
    .slice(0, mostPlaces);
  return {
    places: Uint16Array.from(order, (index) => places[index] ?? 0),
    values: Float32Array.from(order, (index) => byteOf(values[index] ?? 0) * step),
  };
}

export const isSame = (one: Sparse, other: Sparse): boolean =>
  one.places.length === other.places.length &&
  one.places.every((place, index) => place === other.places[index]);

/** The words as such, without what kind of work they ask for. */
export function wordsIn({ places, values }: Sparse): Sparse {
  const words = [...places.keys()].filter((index) => (places[index] ?? 0) >= meanings);
  return {
    places: Uint16Array.from(words, (index) => places[index] ?? 0),
    values: Float32Array.from(words, (index) => values[index] ?? 0),
  };
}

/** Cosine: 1 for the same, 0 for nothing in common. */
export function likeness(one: Sparse, other: Sparse): number {
  const strength = new Map(Array.from(one.places, (place, index) => [place, one.values[index] ?? 0]));
  let common = 0;
  for (const [index, place] of other.places.entries())
    common += (strength.get(place) ?? 0) * (other.values[index] ?? 0);
  const length = Math.sqrt(square(one) * square(other));
  return length > 0 ? common / length : 0;
}

const square = ({ values }: Sparse): number => values.reduce((sum, value) => sum + value * value, 0);

export const packed = ({ places, values }: Sparse): z.infer<typeof packedFeatures> => ({
  places: Buffer.from(places.buffer).toString('base64'),
  values: Buffer.from(Uint8Array.from(values, byteOf)).toString('base64'),
});

export function unpacked({ places, values }: z.infer<typeof packedFeatures>): Sparse {
  const bytes = Buffer.from(places, 'base64');
  return {
    places: Uint16Array.from({ length: bytes.length >> 1 }, (_, index) =>
      Math.min(dimension - 1, bytes.readUInt16LE(2 * index)),
    ),
    values: Float32Array.from(Buffer.from(values, 'base64'), (byte) => byte * step),
  };
}

const byteOf = (value: number): number => Math.min(255, Math.round(value / step));
