/** Remembers which completion modes a model at an address has accepted or rejected, also across server starts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/files.ts';
import type { CompletionMode } from './completion-modes.ts';

/** A model at an address. */
export type ModelAddress = { readonly baseUrl: string; readonly model: string };

/** A server may restart with other capabilities under the same model names. */
const rejectionTtlMs = 24 * 3_600_000;
/** The least recently used entries are evicted. */
const maxEntries = { addresses: 50, models: 200 };

const fileVersion = 1;
const Mode = z.enum(['fill', 'template', 'prefill', 'chat']);
/** Field names are those of the file on disk. `refused`: rejected modes; `list`: the models of the address. */
const ModelRecord = z.object({
  /** The mode that last succeeded. */
  works: Mode.optional(),
  /** When each mode was last rejected, in milliseconds since 1970. */
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
  /** The user's storage folder. Absent: nothing is stored. */
  readonly folder?: string;
  /** Milliseconds since 1970. Absent: the real time. */
  readonly now?: () => number;
};

export function modeCache({ folder, now = Date.now }: ModeCacheOptions = {}) {
  // Version 0.1.0 named the file.
  const file = folder === undefined ? undefined : join(folder, 'ways.json');
  // Loaded on first use: it does not delay the server's start.
  let loaded: Map<string, AddressRecord> | undefined;
  const addresses = () => {
    loaded ??= readFromDisk(file);
    return loaded;
  };
  const addressOf = (baseUrl: string): AddressRecord => {
    const key = withoutCredentials(baseUrl);
    const address = addresses().get(key) ?? { models: new Map<string, ModelRecord>() };
    return setNewest(addresses(), key, address, maxEntries.addresses);
  };
  /** For writing: adds the model, and marks it as used. */
  const recordOf = ({ baseUrl, model }: ModelAddress): ModelRecord => {
    const { models } = addressOf(baseUrl);
    return setNewest(models, model, models.get(model) ?? { refused: {} }, maxEntries.models);
  };
  /** For reading: reading the entries of all models must not evict those that were used. */
  const existingRecordOf = (address: ModelAddress): ModelRecord => {
    const models = addresses().get(withoutCredentials(address.baseUrl))?.models;
    return models?.has(address.model) ? recordOf(address) : { refused: {} };
  };
  const store = () => writeToDisk(file, addresses());

  return {
    /** The modes that were not rejected recently, in their order. */
    usableModes(address: ModelAddress, modes: readonly CompletionMode[]): readonly CompletionMode[] {
      const { refused } = existingRecordOf(address);
      return modes.filter(
        (mode) => !(Math.abs(now() - (refused[mode] ?? Number.NEGATIVE_INFINITY)) < rejectionTtlMs),
      );
    },
    /** The mode that last succeeded. `undefined`: none so far, or it was rejected since. */
    workingMode: (address: ModelAddress): CompletionMode | undefined => existingRecordOf(address).works,
    recordSuccess(address: ModelAddress, mode: CompletionMode): void {
      const record = recordOf(address);
      if (record.works === mode && record.refused[mode] === undefined) return;
      record.works = mode;
      delete record.refused[mode];
      store();
    },
    /** @param isAboutMode the error can only mean the mode; otherwise the first rejection of a working mode may be about the request */
    recordRejection(address: ModelAddress, mode: CompletionMode, isAboutMode: boolean): void {
      const record = recordOf(address);
      const hasWorked = record.works === mode;
      if (hasWorked) delete record.works;
      if (!hasWorked || isAboutMode) record.refused[mode] = now();
      store();
    },
    /** The address lists these models now. Another list may mean another server: its rejections expire. */
    onModelsListed(baseUrl: string, models: readonly string[]): void {
      const address = addressOf(baseUrl);
      const list = models.toSorted().join('\n');
      if (address.list === list) return;
      const isFirst = address.list === undefined;
      address.list = list;
      if (!isFirst) for (const record of address.models.values()) record.refused = {};
      store();
    },
  };
}

export type ModeCache = ReturnType<typeof modeCache>;

/** No credentials are stored on disk. */
function withoutCredentials(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  return url ? `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, '') : '';
}

/** Moves the entry to the end; the first entries are evicted. */
function setNewest<Value>(map: Map<string, Value>, key: string, value: Value, maxSize: number): Value {
  map.delete(key);
  map.set(key, value);
  for (const oldest of [...map.keys()].slice(0, -maxSize)) map.delete(oldest);
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
    // Missing or unreadable: one rejection per mode restores it.
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
    // Without the file, the next start costs a rejection per mode.
  }
}
