/** The status as one value, and a signal when it changed. */
import type { ProviderStatus, Status } from '../../shared/status.ts';

type StatusFacts = Omit<Status, 'health'>;

export const statusOf = (told: StatusFacts): Status => ({ health: healthOf(told.providers), ...told });

/** Built-in local engines that are not running are nobody's fault; what the user named or gave a key to counts. */
function healthOf(providers: readonly ProviderStatus[]): Status['health'] {
  const usable = ({ state, key, models }: ProviderStatus) =>
    state === 'ready' || (state === 'unknown' && key !== 'none' && models.length > 0);
  if (!providers.some(usable)) return 'offline';
  const failing = ({ state, lastOutcome, key }: ProviderStatus) =>
    state === 'cooling-down' ||
    (state === 'unreachable' && (lastOutcome !== undefined || key !== 'not-needed'));
  return providers.some(failing) ? 'degraded' : 'ready';
}

/** Milliseconds between two notifications at least. */
const everyMs = 100;

/** Calls `tell` soon after each change, at most ten times a second, and always after the last one. */
export function throttledNotifier(tell: () => void): { changed: () => void; dispose: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    changed: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        tell();
      }, everyMs);
    },
    dispose: () => clearTimeout(timer),
  };
}
