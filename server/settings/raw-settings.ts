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

/** Whether it holds any setting of ours, misspelt ones included. */
export const namesSettings = (raw: Readonly<Record<string, unknown>>): boolean =>
  settingKeys.some((key) => rawSetting(raw, key) !== undefined) ||
  undeclaredSettings(raw).some(({ isOurs }) => isOurs);

export type UndeclaredSetting = {
  /** As it is written. */
  readonly name: string;
  /** Without `rumbo.`. */
  readonly key: string;
  /** Whether `rumbo` is named; other names may be settings of another program. */
  readonly isOurs: boolean;
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
    else found.push({ name: `${prefix}${key}`, key, isOurs: isOurs || isSection(key) });
  };
  const own = raw[settingsSection];
  for (const [name, value] of Object.entries(raw)) {
    if (name.startsWith(prefix)) visit(name.slice(prefix.length), value, true);
    else if (name !== settingsSection && !isRecord(own)) visit(name, value, false);
  }
  if (isRecord(own)) for (const [name, value] of Object.entries(own)) visit(name, value, true);
  else if (own !== undefined && own !== null) found.push({ name: settingsSection, key: '', isOurs: true });
  return found;
}
