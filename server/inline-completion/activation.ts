/** Whether ghost text is on: by the settings, and not paused in this window. */
import type { Settings } from '../../shared/settings.ts';

export function createActivation(settings: () => Pick<Settings, 'inline.enabled'>) {
  let isPaused = false;
  return {
    isEnabled: (): boolean => settings()['inline.enabled'],
    isPaused: (): boolean => isPaused,
    isOn: (): boolean => settings()['inline.enabled'] && !isPaused,
    setPaused(paused: boolean): void {
      isPaused = paused;
    },
  };
}

export type Activation = ReturnType<typeof createActivation>;
