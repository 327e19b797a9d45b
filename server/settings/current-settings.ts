/** The settings that hold now, and what is wrong with the last ones that were read. */
import { defaultSettings, type Settings } from '../../shared/settings.ts';
import type { ReadSettings } from './read-settings.ts';

/** @param env for `LLM_PRIORITY_ORDER`, comma-separated, which wins for this run */
export function currentSettings(env: Readonly<Record<string, string | undefined>>) {
  let settings: Settings = defaultSettings;
  let problems: readonly string[] = [];
  /** About the last settings, which do not apply. Absent: they do. */
  let rejection: string | undefined;
  const order = (env['LLM_PRIORITY_ORDER'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

  return {
    get: (): Settings => settings,
    /** Sentences for the user. */
    problems: (): readonly string[] => (rejection === undefined ? problems : [rejection, ...problems]),
    set(read: ReadSettings): void {
      settings = order.length > 0 ? { ...read.settings, 'routing.priorityOrder': order } : read.settings;
      problems = read.problems.map(({ message }) => message);
      rejection = undefined;
    },
    /** New settings could not be read or applied: those from before hold, and this is shown until others are applied. */
    setRejection(problem: string): void {
      rejection = problem;
    },
  };
}

export type CurrentSettings = ReturnType<typeof currentSettings>;
