/** Which roles always ask which model, as the user's settings say. */
import { roleIds, roles } from '../../shared/roles.ts';
import type { Preference } from '../../shared/settings.ts';
import { userMap } from '../settings/user-settings.ts';
import type { Pins } from './rows.ts';

export function pinsOfUser(): Pins {
  const said = userMap<Preference>('roles');
  const pinned = roleIds.flatMap((role) => {
    const model = said[role]?.model;
    return model === undefined ? [] : [{ model, label: roles[role].label }];
  });
  const byModel = Map.groupBy(pinned, ({ model }) => model);
  return new Map([...byModel].map(([model, list]) => [model, list.map(({ label }) => label)]));
}
