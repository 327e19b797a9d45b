/**
 * Entries whose names fit no provider, role, task type or model: what they restrict applies to the name that is most
 * like it, and where none is, to all. Pure.
 */
import type { MapSettingKey } from '../../shared/careful-settings.ts';
import { providers } from '../../shared/providers.ts';
import { roleIds } from '../../shared/roles.ts';
import {
  type ModelSettings,
  type PeriodBudget,
  type Preference,
  type ProviderSettings,
  type Settings,
  settingsSection,
} from '../../shared/settings.ts';
import { taskTypes } from '../../shared/tasks.ts';
import { nearestName } from './nearest-name.ts';
import type { SettingProblem } from './read-map.ts';
import { pathText } from './setting-sentences.ts';

/** By setting, the entries whose names the schema rejects. */
export type UnnamedEntries = Partial<Record<MapSettingKey, Readonly<Record<string, object>>>>;

export type Misnamed = {
  readonly restrictions: readonly Partial<Settings>[];
  readonly problems: readonly SettingProblem[];
};

/** Role of ghost text, which a budget may name. */
const ghostTextRole = 'inline';

export function misnamedEntries(settings: Settings, unnamed: UnnamedEntries): Misnamed {
  const restrictions: Partial<Settings>[] = [];
  const problems: SettingProblem[] = [];
  const builtIn = Object.keys(providers);
  const rolesOfBudgets = [...roleIds, ghostTextRole];
  const report = (key: MapSettingKey, name: string, what: string, near: string | undefined, scope = '') => {
    const setting = `${settingsSection}.${key}`;
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    const applies = scope === '' ? '' : ` Until it is corrected, what it restricts applies to ${scope}.`;
    problems.push({
      path: [setting, name],
      message: `${pathText(setting, [name])} ${what}.${hint}${applies}`,
    });
  };
  const preferences = (key: 'roles' | 'routing.taskTypes', name: string, entry: Preference) => {
    const isRole = key === 'roles';
    const near = isRole ? nearestName(name, roleIds) : nearestName(name, taskTypes);
    const restricted = allowOf(entry);
    const scope = restricted && (near ? pathText('', [near]).slice(1) : 'every request');
    report(key, name, isRole ? 'is not a role' : 'is not a task type', near, scope);
    if (!restricted) return;
    restrictions.push(
      near
        ? { [key]: { [near]: restricted } }
        : { 'routing.taskTypes': Object.fromEntries(taskTypes.map((task) => [task, restricted])) },
    );
  };
  const budgets = (key: 'budget.perProvider' | 'budget.perRole', names: readonly string[], what: string) => {
    for (const [name, entry] of Object.entries(settings[key])) {
      if (names.some((each) => name === each || name.startsWith(`${each}-`))) continue;
      const near = nearestName(name, names);
      report(key, name, what, near, near ?? 'all spending');
      restrictions.push(near === undefined ? totalOf(entry) : { [key]: { [near]: entry } });
    }
  };

  for (const [name, entry] of Object.entries(unnamed['routing.taskTypes'] ?? {}))
    preferences('routing.taskTypes', name, entry);
  for (const [name, entry] of Object.entries(settings.roles))
    if (!rolesOfBudgets.includes(name)) preferences('roles', name, entry);
  budgets('budget.perProvider', [...Object.keys(settings.providers), ...builtIn], 'is not a provider');
  budgets('budget.perRole', rolesOfBudgets, 'is not a role');
  for (const [name, entry] of Object.entries(unnamed.models ?? {})) {
    const pattern = modelPattern(name);
    const { locked, toggle }: ModelSettings = entry;
    const restricts = locked === true || toggle === false;
    report(
      'models',
      name,
      'has an invalid name: it must look like provider/model',
      undefined,
      restricts ? pattern : '',
    );
    const restricted = { ...(locked ? { locked } : {}), ...(toggle === false ? { toggle } : {}) };
    if (restricts) restrictions.push({ models: { [pattern]: restricted } });
  }
  for (const [name, entry] of [
    ...Object.entries(unnamed.providers ?? {}),
    ...Object.entries(settings.providers).filter(([name, own]) => isUnknownProvider(name, own)),
  ] as [string, ProviderSettings][]) {
    const near = nearestName(name, builtIn);
    const scope = near !== undefined && entry.enabled === false ? near : '';
    report('providers', name, 'is not a provider', near, scope);
    if (scope !== '') restrictions.push({ providers: { [scope]: { enabled: false } } });
  }
  return { restrictions, problems };
}

/** What it allows. `undefined`: all. A pinned model is then the only one. */
const allowOf = ({ allow, model }: Preference): Preference | undefined =>
  allow ? { allow } : model === undefined ? undefined : { allow: [model] };

const totalOf = ({ perDayUsd, perMonthUsd }: PeriodBudget): Partial<Settings> => ({
  ...(perDayUsd === undefined ? {} : { 'budget.perDayUsd': perDayUsd }),
  ...(perMonthUsd === undefined ? {} : { 'budget.perMonthUsd': perMonthUsd }),
});

/** It turns a provider off that there is not; new ones have an address or a kind, discovered ones a kind's name. */
const isUnknownProvider = (name: string, { kind, baseUrl, enabled }: ProviderSettings): boolean =>
  enabled === false &&
  kind === undefined &&
  baseUrl === undefined &&
  !Object.keys(providers).some((each) => name === each || name.startsWith(`${each}-`));

/** `m` may be any provider's `m`, and `openai/` any model of it. */
function modelPattern(name: string): string {
  const slash = name.indexOf('/');
  const provider = name.slice(0, Math.max(0, slash)).trim();
  const model = name.slice(slash + 1).trim();
  return `${/^[^/\s]+$/.test(provider) ? provider : '*'}/${/^[^\n\r\t]+$/.test(model) ? model : '*'}`;
}
