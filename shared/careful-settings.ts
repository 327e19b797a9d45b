/**
 * What holds for a setting that cannot be read: the value that restricts most, of this setting and of those that it
 * cannot do without. Every setting has a row, so a new one asks for its own.
 */
import { providers } from './providers.ts';
import { type SettingKey, type Settings, settingKeys } from './settings.ts';
import { taskTypes } from './tasks.ts';

/** Its default restricts most, or it restricts nothing. */
const byDefault: Partial<Settings> = {};

const noModel: Partial<Settings> = { models: { '*/*': { locked: true } } };
const noTaskType: Partial<Settings> = {
  'routing.taskTypes': Object.fromEntries(taskTypes.map((task) => [task, { allow: [] }])),
};

/** By setting. A setting whose scope is lost applies to everything: a budget per provider becomes the whole day's. */
export const carefulSettings: Readonly<Record<SettingKey, Partial<Settings>>> = {
  'routing.strategy': byDefault,
  'routing.priorityOrder': byDefault,
  'routing.whenPinnedUnavailable': { 'routing.whenPinnedUnavailable': 'fail' },
  'routing.onInterruption': { 'routing.onInterruption': 'fail' },
  'routing.hedgePaid': byDefault,
  'routing.timeouts': byDefault,
  'routing.taskTypes': noTaskType,
  models: noModel,
  providers: {
    providers: Object.fromEntries(Object.keys(providers).map((name) => [name, { enabled: false }])),
    ...noModel,
  },
  roles: noTaskType,
  'budget.perRequestUsd': { 'budget.perRequestUsd': 0 },
  'budget.perDayUsd': { 'budget.perDayUsd': 0 },
  'budget.perMonthUsd': { 'budget.perMonthUsd': 0 },
  'budget.perProvider': { 'budget.perDayUsd': 0 },
  'budget.perRole': { 'budget.perDayUsd': 0 },
  'budget.warnAtPercent': { 'budget.warnAtPercent': 1 },
  'network.allowHttp': byDefault,
  'network.certificateFile': byDefault,
  'log.level': byDefault,
  'keys.store': { 'keys.store': 'memory' },
  'privacy.localOnly': { 'privacy.localOnly': ['**'] },
  'registry.refresh': byDefault,
  'local.endpoints': byDefault,
  'local.newEndpoints': { 'local.newEndpoints': 'ignore' },
  'local.discoverEveryMinutes': { 'local.discoverEveryMinutes': 0 },
  'local.keepAliveMinutes': byDefault,
  'models.refreshEveryMinutes': byDefault,
  'models.detailBatchSize': byDefault,
  'models.describeWith': byDefault,
  'inline.enabled': byDefault,
  'inline.models': { 'inline.enabled': false },
  'inline.languages': { 'inline.languages': { '*': false } },
  'inline.exclude': { 'inline.exclude': ['**'] },
  'inline.maxFileKB': { 'inline.maxFileKB': 1 },
  'inline.debounceMs': byDefault,
  'inline.hedgePaid': byDefault,
  'history.compaction': { 'history.compaction': 'off' },
  'history.summaryModels': byDefault,
  'cache.enabled': { 'cache.enabled': false },
  'cache.maxEntries': byDefault,
  'cache.maxAgeMinutes': byDefault,
};

/** Whether a dropped value of this setting could allow more. */
export const isRestrictive = (key: SettingKey): boolean => Object.keys(carefulSettings[key]).length > 0;

/** The settings when none could be read. */
export const mostCarefulSettings = (): Partial<Settings> =>
  Object.assign({}, ...settingKeys.map((key) => carefulSettings[key]));

/** The settings that hold an entry per name. */
export type MapSettingKey =
  | 'models'
  | 'providers'
  | 'roles'
  | 'routing.taskTypes'
  | 'budget.perProvider'
  | 'budget.perRole';
type Entry<Key extends MapSettingKey> = NonNullable<Settings[Key][keyof Settings[Key]]>;
type CarefulEntries = {
  readonly [Key in MapSettingKey]: {
    /** The fields that restrict; a broken one of the others is dropped. */
    readonly fields: readonly (keyof Entry<Key> & string)[];
    /** What holds for an entry with a broken one of them. */
    readonly value: Partial<Entry<Key>>;
  };
};

const preference: CarefulEntries['roles'] = { fields: ['model', 'allow'], value: { allow: [] } };
const periodBudget: CarefulEntries['budget.perRole'] = {
  fields: ['perDayUsd', 'perMonthUsd'],
  value: { perDayUsd: 0 },
};

/** The same for the entries of maps. */
export const carefulEntries: CarefulEntries = {
  models: { fields: ['source', 'toggle', 'locked', 'price'], value: { locked: true } },
  providers: {
    fields: ['kind', 'baseUrl', 'source', 'keyEnv', 'models', 'headers', 'enabled', 'trusted', 'standby'],
    value: { enabled: false },
  },
  roles: preference,
  'routing.taskTypes': preference,
  'budget.perProvider': periodBudget,
  'budget.perRole': periodBudget,
};

export const isMapSetting = (key: SettingKey): key is MapSettingKey => Object.hasOwn(carefulEntries, key);
