/** Local models as text: their state, the progress of a download or load, and its result. Pure. */
import type {
  EnsureProgress,
  EnsureResult,
  LocalModel,
  LocalUse,
  ModelSuggestion,
} from '../../shared/local-models.ts';
import {
  formatBytes,
  formatDuration,
  formatLocalTime,
  formatPercent,
  formatTimeLeft,
  oneLine,
} from './text.ts';

/** `loaded, 5.2 GB`, `45 % loaded`, `on disk, 4.7 GB`: a number comes first, since rows are narrow. */
export function localStateText({ state, progress, sizeBytes, memoryBytes, failed }: LocalModel): string {
  const withSize = (words: string, size: number | undefined) =>
    size ? `${words}, ${formatBytes(size)}` : words;
  const inProgress = (verb: string, participle: string) =>
    progress === undefined ? verb : `${formatPercent(progress)} ${participle}`;
  switch (state) {
    case 'loaded':
      return withSize('loaded', memoryBytes);
    case 'loading':
      return inProgress('loading', 'loaded');
    case 'downloading':
      return inProgress('downloading', 'downloaded');
    case 'sleeping':
      return 'sleeping';
    case 'on-disk':
      return failed ? 'failed to load' : withSize('on disk', sizeBytes);
  }
}

/** A local model's use of disk and memory, one sentence each. */
export function localSentences(model: LocalModel, locale?: string): string[] {
  const { state, sizeBytes, memoryBytes, until, failed } = model;
  return [
    ...(sizeBytes ? [`It takes ${formatBytes(sizeBytes)} on disk.`] : []),
    ...(memoryBytes ? [`It takes ${formatBytes(memoryBytes)} of memory now.`] : []),
    ...(until
      ? [`Its engine frees the memory at ${formatLocalTime(until, locale)} unless another request arrives.`]
      : []),
    ...(state === 'sleeping' ? ['Its memory is freed; the next request loads it again.'] : []),
    ...(failed ? ['The last attempt to load it failed.'] : []),
  ];
}

/** The name of a ThemeIcon. Absent: the state has none. */
export function localIcon({ state, failed }: LocalModel): string | undefined {
  if (failed && state === 'on-disk') return 'warning';
  return icons[state];
}
const icons: Readonly<Partial<Record<LocalModel['state'], string>>> = {
  loaded: 'chip',
  loading: 'loading~spin',
  downloading: 'cloud-download',
};

/** `1.2 GB of 4.7 GB · 12 MB/s · 4 min left`. */
export function progressText(progress: EnsureProgress): string {
  const { stage, completedBytes, totalBytes, bytesPerSecond, secondsLeft, fraction } = progress;
  const words = stages[stage];
  if (stage === 'loading' && fraction !== undefined) return `${words} · ${formatPercent(fraction)}`;
  if (completedBytes === undefined || (stage !== 'downloading' && stage !== 'paused')) return words;
  const parts = [
    stage === 'paused' ? words : '',
    totalBytes ? `${formatBytes(completedBytes)} of ${formatBytes(totalBytes)}` : formatBytes(completedBytes),
    bytesPerSecond === undefined ? '' : `${formatBytes(bytesPerSecond)}/s`,
    secondsLeft === undefined ? '' : `${formatTimeLeft(secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join(' · ');
}
const stages: Readonly<Record<EnsureProgress['stage'], string>> = {
  checking: 'checking',
  waiting: 'waiting for the engine',
  downloading: 'downloading',
  paused: 'paused in the engine',
  verifying: 'verifying',
  loading: 'loading into memory',
};

/** Completed share of the current stage, 0–1. Absent: unknown. */
export function completedFraction({
  stage,
  completedBytes,
  totalBytes,
  fraction,
}: EnsureProgress): number | undefined {
  if (stage === 'downloading' && completedBytes !== undefined && totalBytes)
    return Math.min(1, completedBytes / totalBytes);
  return stage === 'loading' ? fraction : undefined;
}

/** The result, one sentence. */
export function ensureResultText({ model, outcome, loadMs }: EnsureResult): string {
  const time = loadMs === undefined ? '' : ` in ${formatDuration(loadMs)}`;
  switch (outcome) {
    case 'was-loaded':
      return oneLine(`${model} is already loaded.`);
    case 'loaded':
      return oneLine(`${model} was loaded${time}.`);
    case 'pulled':
      return oneLine(`${model} was downloaded${loadMs === undefined ? '' : ` and loaded${time}`}.`);
  }
}

/** `code, fill in the middle · 4.7 GB to download, about 6 GB of memory`. */
export const suggestionText = ({ uses, sizeBytes, memoryBytes }: ModelSuggestion): string =>
  `${uses.map((use) => useTexts[use]).join(', ')} · ${formatBytes(sizeBytes)} to download, about ${formatBytes(memoryBytes)} of memory`;

const useTexts: Readonly<Record<LocalUse, string>> = {
  code: 'code',
  general: 'plans and questions',
  simple: 'simple work',
  fill: 'completion while you type',
};
