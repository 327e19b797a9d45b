/** What a change of settings affects, by the `affects` of each setting in shared/settings.ts. Pure. */
import { type SettingAspect, type SettingKey, Settings, settingKeys } from '../../shared/settings.ts';

/** The aspects of all settings whose values differ. Empty: nothing has changed. */
export function changedAspects(before: Settings, after: Settings): ReadonlySet<SettingAspect> {
  const changed = settingKeys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return new Set(changed.flatMap(aspectsOf));
}

export const aspectsOf = (key: SettingKey): readonly SettingAspect[] =>
  (Settings.shape[key].meta()?.['affects'] ?? []) as readonly SettingAspect[];
