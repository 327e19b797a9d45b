/** Which ways of asking a model at an address have worked, and which were refused; on disk between two starts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/files.ts';
import type { CompletionMode } from './completion-modes.ts';

/** A model at an address. */
export type ModelAddress = { readonly baseUrl: string; readonly model: string };

/** Milliseconds that a refusal is believed: a server may be started anew with other abilities under the same names. */
const rejectionTtlMs = 24 * 3_600_000;
/** Addresses and models that are remembered; those asked least lately make room. */
const maxEntries = { addresses: 50, models: 200 };

const fileVersion = 1;
const Mode = z.enum(['fill', 'template', 'prefill', 'chat']);
const ModelRecord = z.object({
  works: Mode.optional(),
  /** When, in milliseconds since 1970. */
  refused: z.partialRecord(Mode, z.number()),
});
type ModelRecord = z.infer<typeof ModelRecord>;
const AddressRecord = z.object({ models: z.record(z.string(), ModelRecord), list: z.string().optional() });
type AddressRecord = { readonly models: Map<string, ModelRecord>; list?: string | undefined };
const ModeCacheFile = z.object({
  version: z.literal(fileVersion),
  addresses: z.record(z.string(), AddressRecord),
});

export type ModeCacheOptions = {
  /** The user's storage folder. Absent: what is learnt holds until the server stops. */
  readonly folder?: string;
  /** Milliseconds since 1970. Absent: the real time. */
  readonly now?: () => number;
};

export function modeCache({ folder, now = Date.now }: ModeCacheOptions = {}) {
  const file = folder === undefined ? undefined : join(folder, 'ways.json');
  // Read when first needed: a start does not wait for it.
  let read: Map<string, AddressRecord> | undefined;
  const addresses = () => {
    read ??= readFromDisk(file);
    return read;
  };
  const addressOf = (baseUrl: string): AddressRecord => {
    const key = withoutCredentials(baseUrl);
    const found = addresses().get(key) ?? { models: new Map<string, ModelRecord>() };
    return setNewest(addresses(), key, found, maxEntries.addresses);
  };
  /** To be written to. */
  const knownOf = ({ baseUrl, model }: ModelAddress): ModelRecord => {
    const { models } = addressOf(baseUrl);
    return setNewest(models, model, models.get(model) ?? { refused: {} }, maxEntries.models);
  };
  /** To be read: a look at every model there is must not push out those that were asked. */
  const seenOf = (place: ModelAddress): ModelRecord => {
    const models = addresses().get(withoutCredentials(place.baseUrl))?.models;
    return models?.has(place.model) ? knownOf(place) : { refused: {} };
  };
  const keep = () => writeToDisk(file, addresses());

  return {
    /** Those of the ways that nobody has refused lately, in their order. */
    open(place: ModelAddress, ways: readonly CompletionMode[]): readonly CompletionMode[] {
      const { refused } = seenOf(place);
      return ways.filter(
        (way) => !(Math.abs(now() - (refused[way] ?? Number.NEGATIVE_INFINITY)) < rejectionTtlMs),
      );
    },
    /** The way that last brought an answer. `undefined`: none has yet, or it was refused since. */
    known: (place: ModelAddress): CompletionMode | undefined => seenOf(place).works,
    worked(place: ModelAddress, way: CompletionMode): void {
      const known = knownOf(place);
      if (known.works === way && known.refused[way] === undefined) return;
      known.works = way;
      delete known.refused[way];
      keep();
    },
    /** @param certain nothing but the way can be meant; otherwise the first refusal of one that has worked may be of the question */
    refused(place: ModelAddress, way: CompletionMode, certain: boolean): void {
      const known = knownOf(place);
      const hasWorked = known.works === way;
      if (hasWorked) delete known.works;
      if (!hasWorked || certain) known.refused[way] = now();
      keep();
    },
    /** The models an address lists now; where they are others than before, it may be another server, and is asked anew. */
    listed(baseUrl: string, models: readonly string[]): void {
      const address = addressOf(baseUrl);
      const list = models.toSorted().join('\n');
      if (address.list === list) return;
      const isFirst = address.list === undefined;
      address.list = list;
      if (!isFirst) for (const known of address.models.values()) known.refused = {};
      keep();
    },
  };
}

export type ModeCache = ReturnType<typeof modeCache>;

/** Nothing of a key goes to disk. */
function withoutCredentials(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  return url ? `${url.origin}${url.pathname}`.replace(/\/+$/, '') : '';
}

/** What was used last stands last; the first ones make room. */
function setNewest<Value>(map: Map<string, Value>, key: string, value: Value, most: number): Value {
  map.delete(key);
  map.set(key, value);
  for (const oldest of [...map.keys()].slice(0, -most)) map.delete(oldest);
  return value;
}

function readFromDisk(file: string | undefined): Map<string, AddressRecord> {
  if (file === undefined) return new Map();
  try {
    const { addresses } = ModeCacheFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(
      Object.entries(addresses).map(([key, { models, list }]) => [
        key,
        { models: new Map(Object.entries(models)), list },
      ]),
    );
  } catch {
    // Missing, or not ours to read: a refusal for each way finds it out again.
    return new Map();
  }
}

function writeToDisk(file: string | undefined, addresses: ReadonlyMap<string, AddressRecord>): void {
  if (file === undefined) return;
  const plain = Object.fromEntries(
    [...addresses].map(([key, { models, list }]) => [key, { models: Object.fromEntries(models), list }]),
  );
  try {
    writeFileAtomically(file, `${JSON.stringify({ version: fileVersion, addresses: plain })}\n`);
  } catch {
    // A folder that cannot be written costs a refusal after the next start.
  }
}
