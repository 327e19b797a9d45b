/**
 * What of `rumbo.*` holds. A workspace can narrow, never redirect or widen: restrictions are united, permissions must
 * be granted by all, and keys nobody declared are not read.
 */
import { type SettingKey, settingKeys } from '../../shared/settings.ts';

/** What `WorkspaceConfiguration.inspect` says of one key. */
export type InspectedSetting = {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
};

/** The user's value narrowed by what workspaces say. `undefined`: nobody has said anything that counts. */
type Narrowing = (user: unknown, workspaces: readonly unknown[]) => unknown;

/** The settings a workspace may narrow, and how. Every other setting is the user's alone. */
export const narrowings = {
  models: narrowModels,
  'privacy.localOnly': unitePatterns,
  'inline.enabled': onlyOff,
  'inline.languages': narrowLanguages,
  'inline.exclude': unitePatterns,
  'cache.enabled': onlyOff,
} as const satisfies Partial<Record<SettingKey, Narrowing>>;

/** The settings to hand to the server, keyed without `rumbo.`; keys that nobody has set are absent. */
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
          [workspaceValue, workspaceFolderValue].filter((said) => said !== undefined),
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

/** A language is on where user and workspaces all have it on. */
function narrowLanguages(user: unknown, workspaces: readonly unknown[]): unknown {
  if (user !== undefined && !isRecord(user)) return user;
  const switches = workspaces.map((said) =>
    Object.fromEntries(Object.entries(asRecord(said)).filter(([, on]) => typeof on === 'boolean')),
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

/** From a workspace only `toggle: false` and `locked: true` count, laid over what the user says of the model. */
function narrowModels(user: unknown, workspaces: readonly unknown[]): unknown {
  const restrictions = workspaces.flatMap((models) => Object.entries(asRecord(models)).flatMap(restriction));
  if (restrictions.length === 0) return user;
  const models = new Map(Object.entries(asRecord(user)));
  for (const [model, restricted] of restrictions)
    models.set(model, { ...asRecord(models.get(model)), ...restricted });
  return Object.fromEntries(models);
}

function restriction([model, said]: [string, unknown]): [string, Record<string, boolean>][] {
  const { toggle, locked } = asRecord(said);
  const restricted = {
    ...(toggle === false ? { toggle: false } : {}),
    ...(locked === true ? { locked: true } : {}),
  };
  return Object.keys(restricted).length > 0 ? [[model, restricted]] : [];
}

/** Patterns of user and workspaces together; what the user wrote stays as it is, so that mistakes are reported. */
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
