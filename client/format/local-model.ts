/** Local models in few words: where one is, how far on its way, and what became of it. Pure. */
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

/** `loaded, 5.2 GB`, `45 % loaded`, `on disk, 4.7 GB`: a narrow row shows the figure first. */
export function localStateText({ state, progress, sizeBytes, memoryBytes, failed }: LocalModel): string {
  const sized = (words: string, size: number | undefined) =>
    size ? `${words}, ${formatBytes(size)}` : words;
  const moving = (doing: string, done: string) =>
    progress === undefined ? doing : `${formatPercent(progress)} ${done}`;
  switch (state) {
    case 'loaded':
      return sized('loaded', memoryBytes);
    case 'loading':
      return moving('loading', 'loaded');
    case 'downloading':
      return moving('downloading', 'downloaded');
    case 'sleeping':
      return 'sleeping';
    case 'on-disk':
      return failed ? 'failed to load' : sized('on disk', sizeBytes);
  }
}

/** What a local model's place in memory and on disk comes to, one sentence each. */
export function localSentences(model: LocalModel, locale?: string): string[] {
  const { state, sizeBytes, memoryBytes, until, failed } = model;
  return [
    ...(sizeBytes ? [`It takes ${formatBytes(sizeBytes)} on disk.`] : []),
    ...(memoryBytes ? [`It takes ${formatBytes(memoryBytes)} of memory now.`] : []),
    ...(until
      ? [`Its engine frees the memory at ${formatLocalTime(until, locale)} unless it is asked again.`]
      : []),
    ...(state === 'sleeping' ? ['Its memory is freed; the next request wakes it.'] : []),
    ...(failed ? ['The last attempt to load it failed.'] : []),
  ];
}

/** The name of a ThemeIcon. Absent: nothing special is going on. */
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
  checking: 'looking what is there',
  waiting: 'waiting for the engine to begin',
  downloading: 'downloading',
  paused: 'paused in the engine',
  verifying: 'checking that all of it is there',
  loading: 'loading into memory',
};

/** How far the whole is, 0–1: what follows the download is its last bit. Absent: not told. */
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

/** What became of it, one sentence. */
export function ensureResultText({ model, outcome, loadMs }: EnsureResult): string {
  const took = loadMs === undefined ? '' : `, which took ${formatDuration(loadMs)}`;
  switch (outcome) {
    case 'was-loaded':
      return oneLine(`${model} is loaded already.`);
    case 'loaded':
      return oneLine(`${model} is loaded${took}.`);
    case 'pulled':
      return oneLine(`${model} is here${loadMs === undefined ? '' : ` and loaded${took}`}.`);
  }
}

/** `code, fill in the middle · 4.7 GB to download, about 6 GB of memory`. */
export const suggestionText = ({ uses, sizeBytes, memoryBytes }: ModelSuggestion): string =>
  `${uses.map((use) => useWords[use]).join(', ')} · ${formatBytes(sizeBytes)} to download, about ${formatBytes(memoryBytes)} of memory`;

const useWords: Readonly<Record<LocalUse, string>> = {
  code: 'code',
  general: 'plans and questions',
  simple: 'simple work',
  fill: 'completion while you type',
};
