/** The stored form of a corrected prompt: its strongest features, hashed, and none of its words. */
import * as z from 'zod';
import { dimension, type Features, meaningCount } from './features.ts';

export type SparseVector = Pick<Features, 'indices' | 'values'>;

/** As in the file: base64 of 16-bit indices, little endian, and of one byte per value. */
export const packedFeatures = z.object({ places: z.base64(), values: z.base64() });

/** Features stored per prompt. */
const maxFeatures = 96;
/** The value of one byte step. */
const step = 1 / 100;

/** The strongest features, rounded as in the file, so that a new window is trained on the same values. */
export function strongestFeatures({ indices, values }: SparseVector): SparseVector {
  const order = [...indices.keys()]
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
    .slice(0, maxFeatures);
  return {
    indices: Uint16Array.from(order, (index) => indices[index] ?? 0),
    values: Float32Array.from(order, (index) => byteOf(values[index] ?? 0) * step),
  };
}

export const hasSameFeatures = (one: SparseVector, other: SparseVector): boolean =>
  one.indices.length === other.indices.length &&
  one.indices.every((featureIndex, position) => featureIndex === other.indices[position]);

/** The features of plain words, without those of the task. */
export function wordFeatures({ indices, values }: SparseVector): SparseVector {
  const words = [...indices.keys()].filter((index) => (indices[index] ?? 0) >= meaningCount);
  return {
    indices: Uint16Array.from(words, (index) => indices[index] ?? 0),
    values: Float32Array.from(words, (index) => values[index] ?? 0),
  };
}

/**
 * The cosine similarity of a prompt to each stored one, in order: 1 for the same, 0 for nothing in common. Only shared
 * features are read, so that hundreds cost no more than a few.
 */
export function similarityTo(stored: readonly SparseVector[]): (features: SparseVector) => Float32Array {
  const byFeature = new Map<number, { readonly vector: number; readonly value: number }[]>();
  for (const [vector, { indices, values }] of stored.entries()) {
    for (const [position, featureIndex] of indices.entries()) {
      const entries = byFeature.get(featureIndex) ?? [];
      byFeature.set(featureIndex, entries);
      entries.push({ vector, value: values[position] ?? 0 });
    }
  }
  const norms = stored.map(normOf);
  return (features) => {
    const common = new Float32Array(stored.length);
    for (let index = 0; index < features.indices.length; index++) {
      for (const { vector, value } of byFeature.get(features.indices[index] ?? 0) ?? [])
        common[vector] = (common[vector] ?? 0) + value * (features.values[index] ?? 0);
    }
    const norm = normOf(features);
    return common.map((sum, vector) => sum / (norm * (norms[vector] ?? 0)) || 0);
  };
}

const normOf = ({ values }: SparseVector): number =>
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
