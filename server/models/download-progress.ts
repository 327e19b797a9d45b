/** Progress of a download or load as an engine reports it → progress to show: with a rate, the time left, and not too often. */
import type { EnsureProgress } from '../../shared/local-models.ts';
import type { EngineProgress, OnEngineProgress } from '../engines/local-engine.ts';

/** Milliseconds that the rate is measured over: long enough to be steady, short enough to follow the network. */
const windowMs = 5_000;
/** A rate over a shorter time would be a guess. */
const minRateSpanMs = 1_000;
/** Between two reports of the same stage. */
const minReportIntervalMs = 100;

export type ProgressReporter = {
  readonly onProgress: OnEngineProgress;
  /** The work has ended: nothing more is reported. */
  stop(): void;
};

/**
 * @param now milliseconds of a monotonic clock
 */
export function progressReporter(
  report: (progress: EnsureProgress) => void,
  now: () => number,
): ProgressReporter {
  /** Bytes received over the network, by time. */
  let samples: { readonly atMs: number; readonly bytes: number }[] = [];
  let last: EngineProgress | undefined;
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  /** Reports the latest progress if no newer one comes. */
  let trailing: NodeJS.Timeout | undefined;

  const rate = (atMs: number, bytes: number): number | undefined => {
    // A layer that restarts makes older samples wrong.
    samples = samples.filter((sample) => atMs - sample.atMs <= windowMs && sample.bytes <= bytes);
    samples.push({ atMs, bytes });
    const [first] = samples;
    return first && atMs - first.atMs >= minRateSpanMs
      ? ((bytes - first.bytes) * 1000) / (atMs - first.atMs)
      : undefined;
  };

  const onProgress = (progress: EngineProgress, isOverdue = false): void => {
    const atMs = now();
    const { stage, completedBytes, totalBytes, resumedBytes = 0 } = progress;
    const bytesPerSecond =
      stage === 'downloading' && completedBytes !== undefined
        ? rate(atMs, completedBytes - resumedBytes)
        : undefined;
    const completes =
      completedBytes !== undefined &&
      completedBytes === totalBytes &&
      completedBytes !== last?.completedBytes;
    const isDue =
      isOverdue || last?.stage !== stage || completes || atMs - reportedAtMs >= minReportIntervalMs;
    clearTimeout(trailing);
    if (!isDue) {
      trailing = setTimeout(onProgress, minReportIntervalMs, progress, true);
      return;
    }
    [last, reportedAtMs] = [progress, atMs];
    const fraction = progress.fraction ?? fractionOf(completedBytes, totalBytes);
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
  return { onProgress: (progress) => onProgress(progress), stop: () => clearTimeout(trailing) };
}

const fractionOf = (completed: number | undefined, total: number | undefined): number | undefined =>
  completed === undefined || !total ? undefined : completed / total;
