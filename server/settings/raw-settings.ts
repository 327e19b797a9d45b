/** Finds settings in what a client or a file says, in each of its spellings. Pure. */
import { type SettingKey, settingKeys, settingsSection } from '../../shared/settings.ts';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param raw nested as LSP clients send the section (`{ routing: { strategy } }`), or flat with full or short names
 *   (`rumbo.routing.strategy`, `routing.strategy`), the short ones also below `rumbo`. Only declared settings are
 *   looked up, and values are never flattened: model ids hold dots.
 * @returns `undefined`: it is not set
 */
export function rawSetting(raw: Readonly<Record<string, unknown>>, key: SettingKey): unknown {
  const inside = isRecord(raw[settingsSection]) ? raw[settingsSection] : raw;
  for (const value of [raw[`${settingsSection}.${key}`], raw[key], inside[key]])
    if (value !== undefined) return value;
  return key.split('.').reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), inside);
}

/**
 * The settings of several messages by their full names: what a later one does not name stays. A misspelt name stays until a
 * message names a setting of the same section.
 */
export function mergeSettings(
  before: Readonly<Record<string, unknown>>,
  message: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const prefix = `${settingsSection}.`;
  const sectionOf = (name: string) => name.slice(prefix.length).split('.')[0];
  const named = settingKeys.flatMap((key): [string, unknown][] => {
    const value = rawSetting(message, key);
    return value === undefined ? [] : [[`${prefix}${key}`, value]];
  });
  const sections = new Set(named.map(([name]) => sectionOf(name)));
  const remaining = Object.entries(before).filter(
    ([name]) => isDeclared(name.slice(prefix.length)) || !sections.has(sectionOf(name)),
  );
  const misspelt = undeclaredSettings(message).map(({ name, value }) => [name, value]);
  return Object.fromEntries([...remaining, ...misspelt, ...named]);
}

export type UndeclaredSetting = {
  /** As it is written. */
  readonly name: string;
  /** Without `rumbo.`. */
  readonly key: string;
  /** Whether `rumbo` is named; other names may be settings of another program. */
  readonly isOurs: boolean;
  readonly value: unknown;
};

const isDeclared = (key: string): boolean => (settingKeys as readonly string[]).includes(key);
/** Whether settings begin with this name and a dot. */
export const isSection = (key: string): boolean => settingKeys.some((each) => each.startsWith(`${key}.`));

/** The names that are no setting: misspelt ones, and sections that hold no settings. */
export function undeclaredSettings(raw: Readonly<Record<string, unknown>>): UndeclaredSetting[] {
  const prefix = `${settingsSection}.`;
  const found: UndeclaredSetting[] = [];
  const visit = (key: string, value: unknown, isOurs: boolean): void => {
    if (isDeclared(key) || value === undefined || (isSection(key) && value === null)) return;
    if (isSection(key) && isRecord(value))
      for (const [step, content] of Object.entries(value)) visit(`${key}.${step}`, content, true);
    else found.push({ name: `${prefix}${key}`, key, isOurs: isOurs || isSection(key), value });
  };
  const own = raw[settingsSection];
  for (const [name, value] of Object.entries(raw)) {
    if (name.startsWith(prefix)) visit(name.slice(prefix.length), value, true);
    else if (name !== settingsSection && !isRecord(own)) visit(name, value, false);
  }
  if (isRecord(own)) for (const [name, value] of Object.entries(own)) visit(name, value, true);
  else if (own !== undefined && own !== null)
    found.push({ name: settingsSection, key: '', isOurs: true, value: own });
  return found;
}
