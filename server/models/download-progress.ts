/** Steps of a download or a load → progress worth showing: with a rate, the time left, and not too often. */
import type { EnsureProgress } from '../../shared/local-models.ts';
import type { OnStep, Step } from './local-engine.ts';

/** Milliseconds that the rate is measured over: long enough to be calm, short enough to follow the network. */
const windowMs = 5_000;
/** Before that much has been seen a rate would be a guess. */
const tellingMs = 1_000;
/** Between two reports of the same stage. */
const reportMs = 100;

export type Pace = {
  readonly onStep: OnStep;
  /** The work is over: nothing more is reported. */
  stop(): void;
};

/**
 * @param now milliseconds of a clock that never goes back
 */
export function pace(report: (progress: EnsureProgress) => void, now: () => number): Pace {
  /** When how many bytes had come over the network. */
  let samples: { readonly atMs: number; readonly bytes: number }[] = [];
  let last: Step | undefined;
  let reportedMs = Number.NEGATIVE_INFINITY;
  /** Tells the latest step, should none come after it. */
  let late: NodeJS.Timeout | undefined;

  const rate = (atMs: number, bytes: number): number | undefined => {
    // A layer that begins anew makes older samples untrue.
    samples = samples.filter((sample) => atMs - sample.atMs <= windowMs && sample.bytes <= bytes);
    samples.push({ atMs, bytes });
    const [first] = samples;
    return first && atMs - first.atMs >= tellingMs
      ? ((bytes - first.bytes) * 1000) / (atMs - first.atMs)
      : undefined;
  };

  const onStep = (step: Step, overdue = false): void => {
    const atMs = now();
    const { stage, completedBytes, totalBytes, keptBytes = 0 } = step;
    const bytesPerSecond =
      stage === 'downloading' && completedBytes !== undefined
        ? rate(atMs, completedBytes - keptBytes)
        : undefined;
    const ends =
      completedBytes !== undefined &&
      completedBytes === totalBytes &&
      completedBytes !== last?.completedBytes;
    const isNews = overdue || last?.stage !== stage || ends || atMs - reportedMs >= reportMs;
    clearTimeout(late);
    if (!isNews) {
      late = setTimeout(onStep, reportMs, step, true);
      return;
    }
    [last, reportedMs] = [step, atMs];
    const fraction = step.fraction ?? share(completedBytes, totalBytes);
    report({
      stage,
      ...(completedBytes === undefined ? {} : { completedBytes }),
      ...(totalBytes ? { totalBytes } : {}),
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
      ...(bytesPerSecond && totalBytes && completedBytes !== undefined
        ? { secondsLeft: (totalBytes - completedBytes) / bytesPerSecond }
        : {}),
      ...(fraction === undefined ? {} : { fraction: Math.min(1, Math.max(0, fraction)) }),
    });
  };
  return { onStep: (step) => onStep(step), stop: () => clearTimeout(late) };
}

const share = (completed: number | undefined, total: number | undefined): number | undefined =>
  completed === undefined || !total ? undefined : completed / total;
