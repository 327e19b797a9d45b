/**
 * The effective values of `rumbo.*`. A workspace can narrow, never redirect or widen: restrictions are united, permissions
 * must be granted by all, and undeclared keys are not read.
 */
import { ModelSettings, type SettingKey, settingKeys } from '../../shared/settings.ts';

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

/** From a workspace only `false` counts; what is no boolean is left to the server, which reports it. */
function onlyOff(user: unknown, workspaces: readonly unknown[]): unknown {
  if (workspaces.includes(false)) return false;
  const broken = workspaces.find((value) => typeof value !== 'boolean');
  return broken === undefined || user === false ? user : broken;
}

/** A language is enabled where user and workspaces all enable it. */
function narrowLanguages(user: unknown, workspaces: readonly unknown[]): unknown {
  if (user !== undefined && !isRecord(user)) return user;
  const broken = workspaces.find(
    (value) => !isRecord(value) || Object.values(value).some((on) => typeof on !== 'boolean'),
  );
  // The server turns ghost text off and reports the value.
  if (broken !== undefined) return isRecord(broken) ? { ...asRecord(user), ...notBooleans(broken) } : broken;
  const switches = workspaces.map(asRecord);
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

const notBooleans = (languages: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(languages).filter(([, on]) => typeof on !== 'boolean'));

/**
 * From a workspace only `toggle: false` and `locked: true` count, merged into the user's settings of the model, and what
 * the server cannot read: it locks the model, or all of them, and reports why.
 */
function narrowModels(user: unknown, workspaces: readonly unknown[]): unknown {
  if (user !== undefined && !isRecord(user)) return user;
  const restrictions = workspaces.flatMap((models): [string, unknown][] =>
    isRecord(models) ? Object.entries(models).flatMap(restriction) : [[everyModel, models]],
  );
  if (restrictions.length === 0) return user;
  const models = new Map(Object.entries(asRecord(user)));
  for (const [model, restricted] of restrictions)
    models.set(model, isRecord(restricted) ? { ...asRecord(models.get(model)), ...restricted } : restricted);
  return Object.fromEntries(models);
}

const everyModel = '*/*';
/** What a workspace cannot set of a model. */
const userFields = Object.keys(ModelSettings.shape).filter(
  (field) => field !== 'toggle' && field !== 'locked',
);

function restriction([model, settings]: [string, unknown]): [string, unknown][] {
  if (!isRecord(settings)) return [[model, settings]];
  const { toggle, locked, ...others } = settings;
  const misspelt = Object.entries(others).filter(([field]) => !userFields.includes(field));
  const restricted = {
    ...Object.fromEntries(misspelt),
    ...(toggle === undefined || toggle === true ? {} : { toggle }),
    ...(locked === undefined || locked === false ? {} : { locked }),
  };
  return Object.keys(restricted).length > 0 ? [[model, restricted]] : [];
}

/** Patterns of user and workspaces together, with those that cannot be read: for these the server holds every file back. */
function unitePatterns(user: unknown, workspaces: readonly unknown[]): unknown {
  const added = workspaces.flatMap((patterns) => (Array.isArray(patterns) ? patterns : [[patterns]]));
  if (added.length === 0) return user;
  const own = user === undefined ? [] : Array.isArray(user) ? user : [[user]];
  return [...new Set([...own, ...added])];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
