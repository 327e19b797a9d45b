/**
 * The effective values of `rumbo.*`. A workspace can narrow, never redirect or widen: restrictions are united, permissions
 * must be granted by all, and undeclared keys are not read.
 */
import { type SettingKey, settingKeys } from '../../shared/settings.ts';

/** The result of `WorkspaceConfiguration.inspect` for one key. */
export type InspectedSetting = {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
};

/** The user's value narrowed by those of workspaces. `undefined`: no value counts. */
type Narrowing = (user: unknown, workspaces: readonly unknown[]) => unknown;

/** The settings that a workspace can narrow, and how. Every other setting is the user's alone. */
export const narrowings = {
  models: narrowModels,
  'privacy.localOnly': unitePatterns,
  'inline.enabled': onlyOff,
  'inline.languages': narrowLanguages,
  'inline.exclude': unitePatterns,
  'cache.enabled': onlyOff,
} as const satisfies Partial<Record<SettingKey, Narrowing>>;

/** The settings to hand to the server, keyed without `rumbo.`; keys that are not set are absent. */
export function effectiveSettings(
  inspect: (key: SettingKey) => InspectedSetting | undefined,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of settingKeys) {
    const { globalValue, workspaceValue, workspaceFolderValue } = inspect(key) ?? {};
    const narrow: Narrowing | undefined = (narrowings as Partial<Record<SettingKey, Narrowing>>)[key];
    const value = narrow
      ? narrow(
          globalValue,
          [workspaceValue, workspaceFolderValue].filter((value) => value !== undefined),
        )
      : globalValue;
    if (value !== undefined) settings[key] = value;
  }
  return settings;
}

/** From a workspace only `false` counts. */
function onlyOff(user: unknown, workspaces: readonly unknown[]): unknown {
  return workspaces.includes(false) ? false : user;
}

/** A language is enabled where user and workspaces all enable it. */
function narrowLanguages(user: unknown, workspaces: readonly unknown[]): unknown {
  if (user !== undefined && !isRecord(user)) return user;
  const switches = workspaces.map((value) =>
    Object.fromEntries(Object.entries(asRecord(value)).filter(([, on]) => typeof on === 'boolean')),
  );
  if (!switches.some((languages) => Object.values(languages).includes(false))) return user;
  const isOn = (languages: Record<string, unknown>, language: string) =>
    languages[language] ?? languages['*'] ?? true;
  const own = asRecord(user);
  const named = new Set(['*', ...[own, ...switches].flatMap(Object.keys)]);
  return Object.fromEntries(
    [...named].map((language) => [
      language,
      switches.every((languages) => isOn(languages, language)) ? isOn(own, language) : false,
    ]),
  );
}

/** From a workspace only `toggle: false` and `locked: true` count, merged into the user's settings of the model. */
function narrowModels(user: unknown, workspaces: readonly unknown[]): unknown {
  const restrictions = workspaces.flatMap((models) => Object.entries(asRecord(models)).flatMap(restriction));
  if (restrictions.length === 0) return user;
  const models = new Map(Object.entries(asRecord(user)));
  for (const [model, restricted] of restrictions)
    models.set(model, { ...asRecord(models.get(model)), ...restricted });
  return Object.fromEntries(models);
}

function restriction([model, settings]: [string, unknown]): [string, Record<string, boolean>][] {
  const { toggle, locked } = asRecord(settings);
  const restricted = {
    ...(toggle === false ? { toggle: false } : {}),
    ...(locked === true ? { locked: true } : {}),
  };
  return Object.keys(restricted).length > 0 ? [[model, restricted]] : [];
}

/** Patterns of user and workspaces together; the user's value stays unchanged, so that the server reports mistakes. */
function unitePatterns(user: unknown, workspaces: readonly unknown[]): unknown {
  const added = workspaces.flatMap((patterns) =>
    Array.isArray(patterns)
      ? patterns.filter((pattern) => typeof pattern === 'string' && pattern !== '')
      : [],
  );
  if (added.length === 0) return user;
  const own = user === undefined ? [] : Array.isArray(user) ? user : [user];
  return [...new Set([...own, ...added])];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
