/** The settings that hold now, and what is wrong with the last ones that were read. */
import { defaultSettings, type Settings } from '../../shared/settings.ts';
import type { ReadSettings } from './read-settings.ts';

/** @param env for `LLM_PRIORITY_ORDER`, comma-separated, which wins for this run */
export function currentSettings(env: Readonly<Record<string, string | undefined>>) {
  let settings: Settings = defaultSettings;
  let problems: readonly string[] = [];
  let fileProblem: string | undefined;
  const order = (env['LLM_PRIORITY_ORDER'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

  return {
    get: (): Settings => settings,
    /** Sentences for the user. */
    problems: (): readonly string[] => (fileProblem === undefined ? problems : [fileProblem, ...problems]),
    set(read: ReadSettings): void {
      settings = order.length > 0 ? { ...read.settings, 'routing.priorityOrder': order } : read.settings;
      problems = read.problems.map(({ message }) => message);
      fileProblem = undefined;
    },
    /** The file could not be read again: the settings from before hold, and this is shown until it can be. */
    setFileProblem(problem: string): void {
      fileProblem = problem;
    },
  };
}

export type CurrentSettings = ReturnType<typeof currentSettings>;
