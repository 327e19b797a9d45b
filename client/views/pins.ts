/** Which roles always ask which model, as the user's settings say. */
import { roleIds, roles } from '../../shared/roles.ts';
import type { Preference } from '../../shared/settings.ts';
import { userMapSetting } from '../settings/user-settings.ts';
import type { PinnedRoles } from './rows.ts';

export function userPins(): PinnedRoles {
  const said = userMapSetting<Preference>('roles');
  const pinned = roleIds.flatMap((role) => {
    const model = said[role]?.model;
    return model === undefined ? [] : [{ model, label: roles[role].label }];
  });
  const byModel = Map.groupBy(pinned, ({ model }) => model);
  return new Map([...byModel].map(([model, list]) => [model, list.map(({ label }) => label)]));
}
