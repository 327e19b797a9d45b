/**
 * The facts of all sources on disk: `models.json`, and `models.json.bak` with the previous content. Two windows may write
 * it; the last write wins, and a file is never partial.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../platform/files.ts';
import type { ModelFacts } from './facts.ts';

/** Incremented when the format changes. An older file is ignored: the next refresh writes a new one. */
const version = 1;

const Usd = z.number().min(0);
const Rates = z.object({
  input: Usd.positive(),
  output: Usd,
  cachedRead: Usd.optional(),
  cacheWrite: Usd.optional(),
  cacheWriteHour: Usd.optional(),
});
const StandardPrice = Rates.extend({
  longContext: z.object({ overTokens: z.int().positive(), rates: Rates }).optional(),
});
const Price = StandardPrice.extend({
  serviceTiers: z
    .object({
      batch: StandardPrice.optional(),
      flex: StandardPrice.optional(),
      priority: StandardPrice.optional(),
    })
    .optional(),
});
const Tokens = z.int().positive();
/** A figure and when it was read, in milliseconds since 1970. */
const figure = <Value extends z.ZodType>(value: Value) => z.object({ value, atMs: z.number() }).optional();
const Figures = z.object({
  contextTokens: figure(Tokens),
  maxOutputTokens: figure(Tokens),
  tools: figure(z.boolean()),
  vision: figure(z.boolean()),
  reasoning: figure(z.boolean()),
  fill: figure(z.boolean()),
  embeds: figure(z.boolean()),
  price: figure(Price),
});

const File = z.object({
  version: z.literal(version),
  unit: z.string(),
  /** Milliseconds since 1970; when all sources were last read. */
  refreshedAtMs: z.number(),
  /** By source, engine kind and model name. */
  sources: z.record(z.string(), z.record(z.string(), z.record(z.string(), Figures))),
});

export type Figures = {
  readonly [Name in keyof ModelFacts]?: {
    readonly value: NonNullable<ModelFacts[Name]>;
    readonly atMs: number;
  };
};
/** By source, engine kind and model name. */
export type FactsBySource = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, Figures>>>>>
>;

export type StoredFacts = { readonly refreshedAtMs: number; readonly sources: FactsBySource };

export const noStoredFacts: StoredFacts = { refreshedAtMs: 0, sources: {} };

type ReadResult = StoredFacts | 'absent' | 'broken' | 'newer';

/**
 * @param folder the user's storage folder. Absent: nothing is read or written
 * @param warn called once, with one sentence, when a file cannot be used
 */
export function modelsFile(folder: string | undefined, warn: (message: string) => void): ModelsFile {
  if (folder === undefined) return { read: () => noStoredFacts, write: () => {} };
  const file = join(folder, 'models.json');
  const backup = `${file}.bak`;
  const reported = new Set<string>();
  const warnOnce = (message: string) => {
    if (!reported.has(message)) warn(message);
    reported.add(message);
  };
  return {
    read() {
      const main = readFile(file);
      if (typeof main === 'object') return main;
      const before = readFile(backup);
      const usable = typeof before === 'object';
      if (main === 'absent' && !usable) return noStoredFacts;
      const why = {
        absent: 'is missing',
        broken: 'cannot be read',
        newer: 'was written by a newer version of Rumbo',
      }[main];
      const instead = usable ? 'the previous figures apply' : 'the bundled figures apply';
      warnOnce(`The file of models (models.json) ${why}; ${instead}.`);
      return usable ? before : noStoredFacts;
    },
    write({ refreshedAtMs, sources }) {
      try {
        const before = readFile(file);
        // Another window runs a newer version: do not overwrite its file.
        if (before === 'newer') return;
        if (typeof before === 'object') writeFileAtomically(backup, readFileSync(file, 'utf8'));
        const unit = 'US dollars per million tokens; tokens; milliseconds since 1970';
        writeFileAtomically(file, `${JSON.stringify({ version, unit, refreshedAtMs, sources })}\n`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown reason';
        warnOnce(`The file of models (models.json) cannot be written: ${reason}`);
      }
    },
  };
}

export type ModelsFile = {
  /** The content of the file; `noStoredFacts` when no file can be used. Never throws. */
  read(): StoredFacts;
  /** Never throws: facts that cannot be written apply until the server stops. */
  write(facts: StoredFacts): void;
};

function readFile(file: string): ReadResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'absent' : 'broken';
  }
  try {
    const json: unknown = JSON.parse(text);
    const { data: written } = z.object({ version: z.number() }).safeParse(json);
    if (written && written.version > version) return 'newer';
    if (written && written.version < version) return 'absent';
    const { refreshedAtMs, sources } = File.parse(json);
    return { refreshedAtMs, sources: sources as FactsBySource };
  } catch {
    return 'broken';
  }
}
