/** How long models took to load, stored between two starts: the estimate for a cold start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../platform/files.ts';

/** The oldest loads and models are dropped. */
const maxLoadsPerModel = 8;
const maxModels = 200;

const version = 1;
const Milliseconds = z.number().positive();
/** `perByte`: milliseconds for each byte, if the size was known. */
const LoadSample = z.object({ ms: Milliseconds, perByte: Milliseconds.optional() });
type LoadSample = z.infer<typeof LoadSample>;
const File = z.object({ version: z.literal(version), models: z.record(z.string(), z.array(LoadSample)) });

/** @param folder the user's storage folder. Absent: samples are lost when the server stops */
export function loadTimes(folder?: string) {
  const file = folder === undefined ? undefined : join(folder, 'load-times.json');
  // Read on first use, so that a start does not wait for it.
  let cached: Map<string, readonly LoadSample[]> | undefined;
  const models = () => {
    cached ??= readLoadTimes(file);
    return cached;
  };
  return {
    /**
     * Records one load from disk.
     * @param sizeBytes of the model. Absent: unknown
     */
    record(model: string, ms: number, sizeBytes?: number): void {
      if (!(ms > 0)) return;
      const sample = sizeBytes ? { ms, perByte: ms / sizeBytes } : { ms };
      const samples = [...(models().get(model) ?? []), sample].slice(-maxLoadsPerModel);
      // The model used last comes last.
      models().delete(model);
      models().set(model, samples);
      for (const oldest of [...models().keys()].slice(0, -maxModels)) models().delete(oldest);
      writeLoadTimes(file, models());
    },
    /**
     * Milliseconds until a model on disk can answer: the median of its own loads, else of all loads per byte.
     * `null`: unknown.
     */
    estimate(model: string, sizeBytes?: number): number | null {
      const own = models().get(model);
      if (own && own.length > 0) return median(own.map(({ ms }) => ms));
      const others = [...models().values()].flat().flatMap(({ perByte }) => perByte ?? []);
      return sizeBytes && others.length > 0 ? median(others) * sizeBytes : null;
    },
  };
}

export type LoadTimes = ReturnType<typeof loadTimes>;

function readLoadTimes(file: string | undefined): Map<string, readonly LoadSample[]> {
  if (file === undefined) return new Map();
  try {
    return new Map(Object.entries(File.parse(JSON.parse(readFileSync(file, 'utf8'))).models));
  } catch {
    // Missing or unreadable: loads are measured again.
    return new Map();
  }
}

function writeLoadTimes(file: string | undefined, models: ReadonlyMap<string, readonly LoadSample[]>): void {
  if (file === undefined) return;
  try {
    writeFileAtomically(file, `${JSON.stringify({ version, models: Object.fromEntries(models) })}\n`);
  } catch {
    // A folder that cannot be written costs one measurement after the next start.
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
