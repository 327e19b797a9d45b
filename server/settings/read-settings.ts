/** Validates raw settings: the settings that apply, and one sentence for each invalid part. */
import type * as z from 'zod';
import {
  defaultSettings,
  type SettingKey,
  Settings,
  settingKeys,
  settingsSection,
} from '../../shared/settings.ts';

export type SettingProblem = {
  /** The setting's full name, then the keys inside its value. */
  readonly path: readonly PropertyKey[];
  /** One sentence that names the setting. */
  readonly message: string;
};

export type ReadSettings = { readonly settings: Settings; readonly problems: readonly SettingProblem[] };

/**
 * @param raw nested as LSP clients send the section (`{ routing: { strategy } }`), or flat with full or short names
 *   (`rumbo.routing.strategy`, `routing.strategy`), the short ones also below `rumbo`. Only declared settings are
 *   looked up, and values are never flattened: model ids hold dots.
 */
export function readSettings(raw: unknown): ReadSettings {
  const problems: SettingProblem[] = [];
  const values: Partial<Record<SettingKey, unknown>> = {};
  for (const key of settingKeys) {
    const value = lookUp(raw, key);
    if (value !== undefined) values[key] = readOne(key, value, problems);
  }
  for (const name of isRecord(raw) ? Object.keys(raw) : []) {
    if (name.startsWith(`${settingsSection}.`) && !isDeclared(name.slice(settingsSection.length + 1))) {
      problems.push({ path: [name], message: `${name} is not a Rumbo setting.` });
    }
  }
  const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { settings: { ...defaultSettings, ...present }, problems };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDeclared = (key: string): key is SettingKey => (settingKeys as readonly string[]).includes(key);

function lookUp(raw: unknown, key: SettingKey): unknown {
  if (!isRecord(raw)) return;
  const inside = isRecord(raw[settingsSection]) ? raw[settingsSection] : raw;
  const flat = raw[`${settingsSection}.${key}`] ?? raw[key] ?? inside[key];
  if (flat !== undefined) return flat;
  return key.split('.').reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), inside);
}

/** The settings that apply when none could be read, with the reason in one sentence. */
export const unreadableSettings = (message: string): ReadSettings => ({
  settings: { ...defaultSettings, ...restrictive },
  problems: [{ path: [], message }],
});

/** The most restrictive values, for settings that protect the user and cannot be read. */
const restrictive = {
  'budget.perRequestUsd': 0,
  'budget.perDayUsd': 0,
  'budget.perMonthUsd': 0,
  'privacy.localOnly': ['**'],
  'inline.enabled': false,
  'inline.languages': { '*': false },
  'inline.exclude': ['**'],
} satisfies Partial<Settings>;

/** The valid part of a value. Maps keep their valid entries. */
function readOne(key: SettingKey, value: unknown, problems: SettingProblem[]): unknown {
  const schema: z.ZodType = Settings.shape[key];
  // JSON has no undefined: null is how a client says "not set".
  if (value === null && !schema.safeParse(null).success) return undefined;
  const whole = schema.safeParse(value);
  if (whole.success) return whole.data;

  const name = `${settingsSection}.${key}`;
  for (const issue of whole.error.issues) {
    problems.push({ path: [name, ...issue.path], message: sentence(name, issue) });
  }
  if (Object.hasOwn(restrictive, key)) return restrictive[key as keyof typeof restrictive];
  if (!isRecord(value)) return undefined;
  const valid = Object.entries(value).map(([entry, content]) => [
    entry,
    repairEntry(key, schema, entry, content),
  ]);
  return schema.parse(Object.fromEntries(valid.filter(([, content]) => content !== undefined)));
}

/** A map entry without its invalid fields; when dropping them could widen something, the entry is disabled. */
function repairEntry(key: SettingKey, schema: z.ZodType, entry: string, content: unknown): unknown {
  const read = schema.safeParse({ [entry]: content });
  if (read.success) return content;
  const invalid = new Set(read.error.issues.map(({ path }) => String(path[1] ?? '')));
  const rest = isRecord(content)
    ? Object.fromEntries(Object.entries(content).filter(([field]) => !invalid.has(field)))
    : {};
  const switches = ['locked', 'toggle', 'source'].some((field) => invalid.has(field)) || !isRecord(content);
  const repaired = {
    ...rest,
    ...(key === 'models' && switches ? { locked: true } : {}),
    ...(key === 'providers' ? { enabled: false } : {}),
    ...(key === 'budget.perProvider' || key === 'budget.perRole' ? { perDayUsd: 0 } : {}),
  };
  return schema.safeParse({ [entry]: repaired }).success ? repaired : undefined;
}

/** `rumbo.models["openai/x"].tier must be at most 5.` */
function sentence(name: string, issue: z.core.$ZodIssue): string {
  const path = issue.path.map((step) =>
    /^\w+$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(step)}]`,
  );
  return `${name}${path.join('')} ${demand(issue)}.`;
}

function demand(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : `of type ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at least ${issue.minimum}`
        : 'must not be empty';
    case 'invalid_key':
      return `has an invalid name: it ${issue.issues[0]?.message ?? 'cannot be read'}`;
    default:
      return issue.message;
  }
}
