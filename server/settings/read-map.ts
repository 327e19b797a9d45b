/** Reads a setting that holds an entry per name: the entries that are valid, and what the others still restrict. Pure. */
import * as z from 'zod';
import { carefulEntries, type MapSettingKey } from '../../shared/careful-settings.ts';
import { Settings, settingKeys, settingsSection } from '../../shared/settings.ts';
import { nearestName } from './nearest-name.ts';
import { isRecord } from './raw-settings.ts';
import { describeIssue, pathText } from './setting-sentences.ts';

/** One fault of one setting. */
export type SettingProblem = {
  /** The setting's full name, then the keys inside its value. */
  readonly path: readonly PropertyKey[];
  /** Sentences that name the setting. */
  readonly message: string;
};

/** What a reader says when what it could not read now allows nothing. */
export const untilCorrected = ' Until it is corrected, the most careful value applies.';

export type ReadMap = {
  readonly entries: Record<string, object>;
  /** Entries whose names cannot be read, repaired. */
  readonly unnamed: Record<string, object>;
};

/** @param value a record */
export function readMap(
  key: MapSettingKey,
  value: Readonly<Record<string, unknown>>,
  problems: SettingProblem[],
): ReadMap {
  const record = Settings.shape[key].unwrap() as z.ZodRecord<z.core.$ZodRecordKey, z.ZodObject>;
  const entries: [string, object][] = [];
  const unnamed: [string, object][] = [];
  for (const [name, content] of Object.entries(value)) {
    // `models` is a setting, and the beginning of the names of others.
    if ((settingKeys as readonly string[]).includes(`${key}.${name}`)) continue;
    const entry = readEntry(key, record.valueType, name, content, problems);
    const named = z.safeParse(record.keyType, name);
    if (named.success) entries.push([name, entry]);
    else unnamed.push([name, entry]);
  }
  return { entries: Object.fromEntries(entries), unnamed: Object.fromEntries(unnamed) };
}

/** An entry without its invalid fields; where dropping one could allow more, its most careful value applies. */
function readEntry(
  key: MapSettingKey,
  schema: z.ZodObject,
  name: string,
  content: unknown,
  problems: SettingProblem[],
): object {
  const read = schema.safeParse(content);
  if (read.success) return read.data;
  const careful = carefulEntries[key];
  const restricting: readonly string[] = careful.fields;
  const fields = Object.keys(schema.shape);
  const rest: Record<string, unknown> = isRecord(content) ? { ...content } : {};
  let restricts = !isRecord(content);
  for (const { path, field, isUnknown, issue } of read.error.issues.flatMap(faultsOf)) {
    const near = isUnknown && path.length === 1 ? nearestName(field, fields) : undefined;
    const isKept = !isUnknown && Array.isArray(rest[field]) && field === 'allow';
    // An unknown field may be any, unless it is like one that restricts nothing.
    const broken =
      path.length === 0 ||
      (isUnknown && path.length === 1 ? !near || restricting.includes(near) : restricting.includes(field));
    restricts ||= broken && !isKept;
    if (!isKept) delete rest[field];
    problems.push({
      path: [`${settingsSection}.${key}`, name, ...path],
      message:
        describeIssue(
          `${settingsSection}.${key}`,
          [name, ...path],
          issue,
          near && pathText(`${settingsSection}.${key}`, [name, near]),
        ) + (broken ? untilCorrected : ''),
    });
  }
  if (Array.isArray(rest['allow']))
    rest['allow'] = rest['allow'].filter((id) => schema.safeParse({ allow: [id] }).success);
  return { ...rest, ...(restricts ? careful.value : {}) };
}

type Fault = {
  /** Inside the entry. */
  readonly path: readonly PropertyKey[];
  readonly field: string;
  readonly isUnknown: boolean;
  readonly issue: z.core.$ZodIssue;
};

/** An issue about several unknown keys is several faults. */
const faultsOf = (issue: z.core.$ZodIssue): Fault[] => {
  const isUnknown = issue.code === 'unrecognized_keys';
  const paths = isUnknown ? issue.keys.map((unknown) => [...issue.path, unknown]) : [issue.path];
  return paths.map((path) => ({ path, field: String(path[0] ?? ''), isUnknown, issue }));
};
