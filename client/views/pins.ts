/** The roles that the user's settings pin to a model. */
import { roleIds, roles } from '../../shared/roles.ts';
import type { Preference } from '../../shared/settings.ts';
import { userMapSetting } from '../settings/user-settings.ts';
import type { PinnedRoles } from './rows.ts';

export function userPins(): PinnedRoles {
  const preferences = userMapSetting<Preference>('roles');
  const pinned = roleIds.flatMap((role) => {
    const model = preferences[role]?.model;
    return model === undefined ? [] : [{ model, label: roles[role].label }];
  });
  const byModel = Map.groupBy(pinned, ({ model }) => model);
  return new Map([...byModel].map(([model, list]) => [model, list.map(({ label }) => label)]));
}
