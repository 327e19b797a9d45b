/** Models on this workstation: the state of each one, and the progress of making one available. */
import type { ModelId } from './chat.ts';

/**
 * `loaded`: in memory. `sleeping`: its memory is freed, the next request wakes it. `on-disk`: complete, not in memory.
 * `downloading`: the engine is downloading it, whichever client started that.
 */
export type LocalModelState = 'loaded' | 'loading' | 'sleeping' | 'on-disk' | 'downloading';

/** A model of a local engine, as the engine last reported it. */
export type LocalModel = {
  /** As the engine's own list names it. */
  readonly name: string;
  readonly state: LocalModelState;
  /** 0–1, of loading or downloading. Absent: not reported. */
  readonly progress?: number;
  /** Bytes on disk. Absent: not reported. */
  readonly sizeBytes?: number;
  /** Bytes in memory. Absent: it is not in memory, or the engine does not report it. */
  readonly memoryBytes?: number;
  /** ISO 8601; when the engine frees the memory by itself. */
  readonly until?: string;
  /** The last attempt to load it failed. */
  readonly failed?: boolean;
};

/** Progress of making a model available. */
export type EnsureProgress = {
  /**
   * `checking`: what exists and whether it fits. `waiting`: the engine has not begun. `paused`: in the engine, by the
   * user. `verifying`: all bytes have arrived. Then `loading` into memory.
   */
  readonly stage: 'checking' | 'waiting' | 'downloading' | 'paused' | 'verifying' | 'loading';
  /** Bytes on disk; those of an earlier, interrupted download count. Absent outside a download. */
  readonly completedBytes?: number;
  /** Bytes in all, as far as reported: later layers may add a little. Absent: not reported yet. */
  readonly totalBytes?: number;
  /** Over the last seconds. Absent: too early to tell. */
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  /** 0–1, of this stage. Absent: not reported. */
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
  /** What was necessary. `pulled`: downloaded and, where the engine can, loaded. */
  readonly outcome: 'was-loaded' | 'loaded' | 'pulled';
  /** Milliseconds that loading took. Absent: nothing was loaded. */
  readonly loadMs?: number;
};

/** What a model is good for here. `fill`: fill in the middle, while the user types. */
export const localUses = ['code', 'general', 'simple', 'fill'] as const;
export type LocalUse = (typeof localUses)[number];

/** A model worth having on this workstation. */
export type ModelSuggestion = {
  readonly label: string;
  readonly uses: readonly LocalUse[];
  /** The name to pull it by, for each kind of engine. */
  readonly names: Readonly<Record<string, string>>;
  /** Bytes to download, about. */
  readonly sizeBytes: number;
  /** Bytes of memory it takes with a usual context, about. */
  readonly memoryBytes: number;
};
