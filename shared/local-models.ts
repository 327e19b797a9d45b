/** Models on this workstation, as both halves speak of them: where each one is, and how far on its way. */
import type { ModelId } from './chat.ts';

/**
 * `loaded`: in memory. `sleeping`: its memory is freed, the next request wakes it. `on-disk`: whole, not in memory.
 * `downloading`: on its way to the disk, whoever asked for it.
 */
export type LocalModelState = 'loaded' | 'loading' | 'sleeping' | 'on-disk' | 'downloading';

/** A model of a local engine, as the engine last told. */
export type LocalModel = {
  /** As the engine's own list names it. */
  readonly name: string;
  readonly state: LocalModelState;
  /** 0–1, of loading or downloading. Absent: not told. */
  readonly progress?: number;
  /** Bytes on disk. Absent: not told. */
  readonly sizeBytes?: number;
  /** Bytes in memory. Absent: it is in none, or the engine does not tell. */
  readonly memoryBytes?: number;
  /** ISO 8601; when the engine frees the memory by itself. */
  readonly until?: string;
  /** The last attempt to load it failed. */
  readonly failed?: boolean;
};

/** Where making a model available has got to. */
export type EnsureProgress = {
  /**
   * `checking`: what is there and whether it fits. `waiting`: the engine has not begun. `paused`: in the engine, by the
   * user. `verifying`: all bytes are there. Then `loading` into memory.
   */
  readonly stage: 'checking' | 'waiting' | 'downloading' | 'paused' | 'verifying' | 'loading';
  /** Bytes on disk; those of an earlier, broken-off download count. Absent outside a download. */
  readonly completedBytes?: number;
  /** Bytes in all, as far as told: later layers may add a little. Absent: not told yet. */
  readonly totalBytes?: number;
  /** Of the last seconds. Absent: too soon to tell. */
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  /** 0–1, of this stage. Absent: not told. */
  readonly fraction?: number;
};

export type EnsureParams = {
  /** `provider/model`, the model as its engine or the engine's registry names it. */
  readonly model: ModelId;
  /** Progress arrives as `$/progress` on this token, at most ten times a second. Absent: only the result is sent. */
  readonly progressToken?: string | number;
};

export type EnsureResult = {
  /** The model as the engine's list names it. */
  readonly model: ModelId;
  /** What had to be done. `pulled`: fetched and, where the engine can, loaded. */
  readonly outcome: 'was-loaded' | 'loaded' | 'pulled';
  /** Milliseconds that loading took. Absent: nothing was loaded. */
  readonly loadMs?: number;
};

/** What a model is good for here. `fill`: fill in the middle, while somebody types. */
export const localUses = ['code', 'general', 'simple', 'fill'] as const;
export type LocalUse = (typeof localUses)[number];

/** A model worth having on this workstation. */
export type ModelSuggestion = {
  readonly label: string;
  readonly uses: readonly LocalUse[];
  /** As each kind of engine is to be asked for it. */
  readonly names: Readonly<Record<string, string>>;
  /** Bytes to download, about. */
  readonly sizeBytes: number;
  /** Bytes of memory it takes with a usual context, about. */
  readonly memoryBytes: number;
};
