/** What is kept of a prompt that taught something: its strongest features, hashed, and nothing of its words. */
import * as z from 'zod';
import { dimension, type Features, meaningCount } from './features.ts';

export type SparseVector = Pick<Features, 'indices' | 'values'>;

/** As it is written to a file: base64 of 16-bit places, little endian, and of one byte each for how strong they are. */
export const packedFeatures = z.object({ places: z.base64(), values: z.base64() });

/** Features of one prompt; the strongest are kept. */
const mostPlaces = 96;
/** What one step of a byte is worth. */
const step = 1 / 100;

/** Rounded as the file has it, so that a new window learns the same. */
export function strongestFeatures({ indices, values }: SparseVector): SparseVector {
  const order = [...indices.keys()]
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
    .slice(0, mostPlaces);
  return {
    indices: Uint16Array.from(order, (index) => indices[index] ?? 0),
    values: Float32Array.from(order, (index) => byteOf(values[index] ?? 0) * step),
  };
}

export const hasSameFeatures = (one: SparseVector, other: SparseVector): boolean =>
  one.indices.length === other.indices.length &&
  one.indices.every((place, index) => place === other.indices[index]);

/** The words as such, without what kind of work they ask for. */
export function wordFeatures({ indices, values }: SparseVector): SparseVector {
  const words = [...indices.keys()].filter((index) => (indices[index] ?? 0) >= meaningCount);
  return {
    indices: Uint16Array.from(words, (index) => indices[index] ?? 0),
    values: Float32Array.from(words, (index) => values[index] ?? 0),
  };
}

/**
 * How alike a prompt is to each of these, in their order: the cosine, 1 for the same, 0 for nothing in common. Only
 * what they share is looked at, so that hundreds cost no more than a few.
 */
export function similarityTo(known: readonly SparseVector[]): (features: SparseVector) => Float32Array {
  const holders = new Map<number, { readonly who: number; readonly value: number }[]>();
  for (const [who, { indices, values }] of known.entries()) {
    for (const [index, place] of indices.entries()) {
      const held = holders.get(place) ?? [];
      holders.set(place, held);
      held.push({ who, value: values[index] ?? 0 });
    }
  }
  const lengths = known.map(lengthOf);
  return (features) => {
    const common = new Float32Array(known.length);
    for (let index = 0; index < features.indices.length; index++) {
      for (const { who, value } of holders.get(features.indices[index] ?? 0) ?? [])
        common[who] = (common[who] ?? 0) + value * (features.values[index] ?? 0);
    }
    const length = lengthOf(features);
    return common.map((sum, who) => sum / (length * (lengths[who] ?? 0)) || 0);
  };
}

const lengthOf = ({ values }: SparseVector): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

export const packFeatures = ({ indices, values }: SparseVector): z.infer<typeof packedFeatures> => ({
  places: Buffer.from(indices.buffer).toString('base64'),
  values: Buffer.from(Uint8Array.from(values, byteOf)).toString('base64'),
});

export function unpackFeatures({ places, values }: z.infer<typeof packedFeatures>): SparseVector {
  const bytes = Buffer.from(places, 'base64');
  return {
    indices: Uint16Array.from({ length: bytes.length >> 1 }, (_, index) =>
      Math.min(dimension - 1, bytes.readUInt16LE(2 * index)),
    ),
    values: Float32Array.from(Buffer.from(values, 'base64'), (byte) => byte * step),
  };
}

const byteOf = (value: number): number => Math.min(255, Math.round(value / step));
