/** The lines of a journal: what one process has reserved, settled and recorded. JSON, one entry a line. */
import type { LeaseDetails } from './usage-store.ts';

/** A usage counter, and when it can be forgotten, in milliseconds since 1970. */
export type JournalKey = readonly [key: string, endsAtMs: number];

/** A row for the owner of the journal; the journal only keeps it. */
export type JournalRow = Readonly<Record<string, string | number | null>>;

/** The process that writes a journal. */
export type JournalOwner = {
  readonly pid: number;
  readonly host: string;
  /** Names the start of its machine. Empty: not known. */
  readonly boot: string;
};

export type JournalEntry =
  /** The first line. */
  | ({ readonly type: 'owner' } & JournalOwner)
  | {
      readonly type: 'reserve';
      readonly id: string;
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly amount: number;
      readonly keys: readonly JournalKey[];
      readonly details?: LeaseDetails;
    }
  /** The lease has ended, and this amount counts. */
  | {
      readonly type: 'settle';
      readonly id: string;
      readonly amount: number;
      readonly keys: readonly JournalKey[];
    }
  /** `lease`: the reservation that it is the outcome of. */
  | { readonly type: 'row'; readonly row: JournalRow; readonly lease?: string }
  /** The process has stopped by itself. */
  | { readonly type: 'end' };

export type PlacedEntry = {
  readonly entry: JournalEntry;
  /** Bytes of the file up to the end of its line. */
  readonly end: number;
};

const lineBreak = 10;

/**
 * The whole lines of a part of a journal. A line that cannot be read is skipped, and one that has no end yet is left.
 * @param start where the bytes begin in the file
 */
export function parseJournal(bytes: Buffer, start: number): PlacedEntry[] {
  const entries: PlacedEntry[] = [];
  for (let from = 0; ; ) {
    const to = bytes.indexOf(lineBreak, from);
    if (to < 0) return entries;
    const entry = parseEntry(bytes.toString('utf8', from, to));
    if (entry) entries.push({ entry, end: start + to + 1 });
    from = to + 1;
  }
}

function parseEntry(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Only this project's processes write journals: what a damaged disk makes of a line must not be counted. */
function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { type, id, amount, keys, row, pid } = value as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'reserve':
    case 'settle':
      return typeof id === 'string' && Number.isFinite(amount) && Array.isArray(keys) && keys.every(isKey);
    case 'row':
      return typeof row === 'object' && row !== null;
    case 'owner':
      return typeof pid === 'number';
    default:
      return type === 'end';
  }
}

const isKey = (value: unknown): boolean =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
