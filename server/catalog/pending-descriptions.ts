/** Whether some local models are listed of which their engines have not yet reported what they can do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../../shared/models.ts';

export type PendingDescriptionsDeps = {
  /** The same array until a list or a fact changes. */
  readonly models: () => readonly Model[];
  readonly isDescribed: (model: Model) => boolean;
  /** Resolves when every engine has been asked; what failed stays unknown. */
  readonly whenLoaded: () => Promise<void>;
};

/** Milliseconds that a request waits: an engine on this machine describes a model in some milliseconds. */
const maxWaitMs = 700;

export function pendingDescriptions({ models, isDescribed, whenLoaded }: PendingDescriptionsDeps) {
  /** Models that are described as far as they will be. */
  let complete: readonly Model[] | undefined;
  const isIncomplete = (): boolean => {
    const current = models();
    if (complete === current) return false;
    if (!current.every((model) => model.source === 'api' || isDescribed(model))) return true;
    complete = current;
    return false;
  };
  return {
    isIncomplete,
    /** Resolves when all are described, after a moment, or when `signal` aborts. */
    async wait(signal: AbortSignal): Promise<void> {
      const timeout = new AbortController();
      const ended = sleep(maxWaitMs, undefined, { signal: AbortSignal.any([signal, timeout.signal]) }).then(
        () => 'late' as const,
        () => 'late' as const,
      );
      const result = await Promise.race([whenLoaded().then(() => 'loaded' as const), ended]);
      timeout.abort();
      // An engine that does not describe a model is not asked again for each request.
      if (result === 'loaded') complete = models();
    },
  };
}
