/**
 * Validates raw settings: the settings that apply, and a sentence for each part that cannot be read. Such a part holds
 * its most careful value (shared/careful-settings.ts), and all others stay what they are.
 */
import type * as z from 'zod';
import {
  carefulSettings,
  isMapSetting,
  isRestrictive,
  mostCarefulSettings,
} from '../../shared/careful-settings.ts';
import {
  defaultSettings,
  type SettingKey,
  Settings,
  settingKeys,
  settingsSection,
} from '../../shared/settings.ts';
import { misnamedEntries, type UnnamedEntries } from './misnamed-entries.ts';
import { nearestName } from './nearest-name.ts';
import {
  isRecord,
  isSection,
  rawSetting,
  type UndeclaredSetting,
  undeclaredSettings,
} from './raw-settings.ts';
import { readMap, type SettingProblem, untilCorrected } from './read-map.ts';
import { restrictSettings } from './restrict-settings.ts';
import { describeIssue } from './setting-sentences.ts';

export type ReadSettings = { readonly settings: Settings; readonly problems: readonly SettingProblem[] };

/** The settings so far, what narrows them, and what is wrong. */
type Reading = {
  readonly values: Partial<Record<SettingKey, unknown>>;
  readonly unnamed: UnnamedEntries;
  readonly restrictions: Partial<Settings>[];
  readonly problems: SettingProblem[];
};

/**
 * @param raw in any spelling that `rawSetting` finds; `null` and absence: no setting is set
 */
export function readSettings(raw: unknown): ReadSettings {
  if (raw === undefined || raw === null) return { settings: defaultSettings, problems: [] };
  if (!isRecord(raw)) return unreadableSettings('The settings must be an object.');
  const reading: Reading = { values: {}, unnamed: {}, restrictions: [], problems: [] };
  for (const key of settingKeys) {
    const value = rawSetting(raw, key);
    if (value !== undefined) readOne(key, value, reading);
  }
  for (const undeclared of undeclaredSettings(raw)) readUndeclared(undeclared, reading);
  const settings: Settings = { ...defaultSettings, ...(reading.values as Partial<Settings>) };
  const misnamed = misnamedEntries(settings, reading.unnamed);
  return {
    settings: [...reading.restrictions, ...misnamed.restrictions].reduce(restrictSettings, settings),
    problems: [...reading.problems, ...misnamed.problems],
  };
}

/** The settings that apply when none could be read, with the reason in one sentence. */
export const unreadableSettings = (reason: string): ReadSettings => ({
  settings: { ...defaultSettings, ...mostCarefulSettings() },
  problems: [{ path: [], message: `${reason} Until that is corrected, the most careful values apply.` }],
});

function readOne(key: SettingKey, value: unknown, reading: Reading): void {
  const { values, unnamed, restrictions, problems } = reading;
  const schema: z.ZodType = Settings.shape[key];
  // JSON has no undefined: null is how a client says "not set". It does not say so of what restricts.
  if (value === null && !isRestrictive(key) && !schema.safeParse(null).success) return;
  const whole = schema.safeParse(value);
  if (whole.success) {
    values[key] = whole.data;
    return;
  }
  if (isMapSetting(key) && isRecord(value)) {
    const read = readMap(key, value, problems);
    values[key] = read.entries;
    unnamed[key] = read.unnamed;
    return;
  }
  const name = `${settingsSection}.${key}`;
  const careful = isRestrictive(key) ? untilCorrected : '';
  for (const issue of whole.error.issues.slice(0, maxIssues)) {
    problems.push({
      path: [name, ...issue.path],
      message: describeIssue(name, issue.path, issue) + careful,
    });
  }
  restrictions.push(carefulSettings[key]);
  if (key === 'routing.timeouts' && isRecord(value)) values[key] = validEntries(schema, value);
}

/** Sentences about one setting. */
const maxIssues = 20;

/** The entries of an object that are valid by themselves. */
const validEntries = (schema: z.ZodType, value: Readonly<Record<string, unknown>>): unknown =>
  schema.parse(
    Object.fromEntries(
      Object.entries(value).filter(([name, content]) => schema.safeParse({ [name]: content }).success),
    ),
  );

/** A name that is no setting. What it may stand for holds its most careful value. */
function readUndeclared({ name, key, isOurs }: UndeclaredSetting, { restrictions, problems }: Reading): void {
  const sections = settingKeys.filter((each) => key === '' || each.startsWith(`${key}.`));
  if (key === '' || isSection(key)) {
    for (const each of sections) restrictions.push(carefulSettings[each]);
    problems.push({ path: [name], message: `${name} must be an object in braces.${untilCorrected}` });
    return;
  }
  const near = nearestSetting(key, isOurs);
  const meant = near ? [near] : unknownOfSection(key);
  if (!isOurs && meant.length === 0) return;
  for (const each of meant) restrictions.push(carefulSettings[each]);
  const hint = near ? ` Did you mean ${settingsSection}.${near}?` : '';
  const careful = meant.some(isRestrictive) ? untilCorrected : '';
  problems.push({ path: [name], message: `${name} is not a Rumbo setting.${hint}${careful}` });
}

/** @param isOurs else the name may be another program's: only one that is nearly the same counts */
function nearestSetting(key: string, isOurs: boolean): SettingKey | undefined {
  const near = nearestName(key, settingKeys);
  if (near || !isOurs) return near;
  const last = (name: string) => name.slice(name.lastIndexOf('.') + 1);
  const nearLast = nearestName(last(key), settingKeys.map(last));
  return settingKeys.find((each) => last(each) === nearLast);
}

/** Every name below these is a restriction. */
const unknownOfSection = (key: string): readonly SettingKey[] => {
  const section = nearestName(key.split('.')[0] ?? '', ['budget', 'privacy']);
  return section && key.includes('.') ? settingKeys.filter((each) => each.startsWith(`${section}.`)) : [];
};
