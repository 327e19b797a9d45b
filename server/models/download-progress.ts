/** Steps of a download or a load → progress worth showing: with a rate, the time left, and not too often. */
import type { EnsureProgress } from '../../shared/local-models.ts';
import type { EngineProgress, OnEngineProgress } from './local-engine.ts';

/** Milliseconds that the rate is measured over: long enough to be calm, short enough to follow the network. */
const windowMs = 5_000;
/** Before that much has been seen a rate would be a guess. */
const minRateSpanMs = 1_000;
/** Between two reports of the same stage. */
const minReportIntervalMs = 100;

export type ProgressReporter = {
  readonly onProgress: OnEngineProgress;
  /** The work is over: nothing more is reported. */
  stop(): void;
};

/**
 * @param now milliseconds of a clock that never goes back
 */
export function progressReporter(
  report: (progress: EnsureProgress) => void,
  now: () => number,
): ProgressReporter {
  /** When how many bytes had come over the network. */
  let samples: { readonly atMs: number; readonly bytes: number }[] = [];
  let last: EngineProgress | undefined;
  let reportedMs = Number.NEGATIVE_INFINITY;
  /** Tells the latest step, should none come after it. */
  let late: NodeJS.Timeout | undefined;

  const rate = (atMs: number, bytes: number): number | undefined => {
    // A layer that begins anew makes older samples untrue.
    samples = samples.filter((sample) => atMs - sample.atMs <= windowMs && sample.bytes <= bytes);
    samples.push({ atMs, bytes });
    const [first] = samples;
    return first && atMs - first.atMs >= minRateSpanMs
      ? ((bytes - first.bytes) * 1000) / (atMs - first.atMs)
      : undefined;
  };

  const onStep = (step: EngineProgress, overdue = false): void => {
    const atMs = now();
    const { stage, completedBytes, totalBytes, resumedBytes = 0 } = step;
    const bytesPerSecond =
      stage === 'downloading' && completedBytes !== undefined
        ? rate(atMs, completedBytes - resumedBytes)
        : undefined;
    const ends =
      completedBytes !== undefined &&
      completedBytes === totalBytes &&
      completedBytes !== last?.completedBytes;
    const isNews = overdue || last?.stage !== stage || ends || atMs - reportedMs >= minReportIntervalMs;
    clearTimeout(late);
    if (!isNews) {
      late = setTimeout(onStep, minReportIntervalMs, step, true);
      return;
    }
    [last, reportedMs] = [step, atMs];
    const fraction = step.fraction ?? fractionOf(completedBytes, totalBytes);
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
  return { onProgress: (step) => onStep(step), stop: () => clearTimeout(late) };
}

const fractionOf = (completed: number | undefined, total: number | undefined): number | undefined =>
  completed === undefined || !total ? undefined : completed / total;
