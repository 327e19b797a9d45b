/** Settings narrowed by others: of two values the one that allows less. Pure. */
import { isMapSetting } from '../../shared/careful-settings.ts';
import { type SettingKey, type Settings, settingKeys } from '../../shared/settings.ts';

/** @param restrictions values that may only narrow `settings`; absent ones restrict nothing */
export function restrictSettings(settings: Settings, restrictions: Partial<Settings>): Settings {
  const narrowed: Record<string, unknown> = { ...settings };
  for (const key of settingKeys)
    if (restrictions[key] !== undefined) narrowed[key] = narrowValue(key, settings[key], restrictions[key]);
  return narrowed as Settings;
}

function narrowValue(key: SettingKey, value: unknown, restriction: unknown): unknown {
  if (isMapSetting(key)) {
    const entries = { ...(value as Record<string, object>) };
    for (const [name, entry] of Object.entries(restriction as Record<string, object>))
      entries[name] = narrowEntry(Object.hasOwn(entries, name) ? entries[name] : undefined, entry);
    return entries;
  }
  if (typeof value === 'number' && typeof restriction === 'number') return Math.min(value, restriction);
  if (key === 'privacy.localOnly' || key === 'inline.exclude')
    return [...new Set([...(value as string[]), ...(restriction as string[])])];
  return restriction;
}

function narrowEntry(entry: object | undefined, restriction: object): object {
  const narrowed: Record<string, unknown> = { ...entry };
  for (const [field, value] of Object.entries(restriction)) {
    const own = narrowed[field];
    if (Array.isArray(own) && Array.isArray(value)) narrowed[field] = intersectModels(own, value);
    else
      narrowed[field] = typeof own === 'number' && typeof value === 'number' ? Math.min(own, value) : value;
  }
  return narrowed;
}

/** The models that both lists allow, each by id or as `provider/*`. */
function intersectModels(one: readonly string[], other: readonly string[]): string[] {
  const isAllowedBy = (list: readonly string[]) => (id: string) =>
    list.includes(id) || list.includes(`${id.slice(0, id.indexOf('/'))}/*`);
  return [...new Set([...one.filter(isAllowedBy(other)), ...other.filter(isAllowedBy(one))])];
}
