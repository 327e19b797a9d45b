/** Settings files of repositories that try to widen what the user allows, all of them harmless to match. */

/** The `rumbo.*` values of one workspace each, keyed without `rumbo.`. */
export const hostileWorkspaces: readonly Readonly<Record<string, unknown>>[] = [
  { 'budget.perDayUsd': 1_000, 'budget.perRequestUsd': 1_000 },
  { 'budget.perDayUsd': null, 'budget.perProvider': {} },
  { 'budget.perDayUsd': 'unlimited', 'budget.perdayusd': 5 },
  { providers: { c: { source: 'local' } }, 'privacy.localOnly': null },
  { models: { 'c/m': { price: { input: 0, output: 0 }, locked: false } } },
  { models: [], 'privacy.localOnly': 'everything' },
  { models: { 'c/m': { toggle: 'yes', locked: 'no' } }, 'privacy.localOnly': [''] },
  { 'privacy.localOnly': ['src/[', '{a,b', '!**'], 'inline.exclude': [7, {}, null] },
  { 'privacy.localOnly': Array.from({ length: 5_000 }, (_, index) => `generated-${index}/**`) },
  { 'inline.languages': { '*': 'on' }, 'cache.enabled': 'yes', unknown: { deep: [[[]]] } },
];
