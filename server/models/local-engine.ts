/** The one contract between making models available and the engines that hold them. */
import type { EnsureProgress, LocalModel } from '../../shared/local-models.ts';

/** What an engine says of a running download or load, as often as it likes. */
export type EngineProgress = Pick<EnsureProgress, 'stage' | 'completedBytes' | 'totalBytes' | 'fraction'> & {
  /** Bytes that were on disk before this download began; they say nothing of its rate. Absent: 0. */
  readonly resumedBytes?: number;
};
export type OnEngineProgress = (step: EngineProgress) => void;

export type LoadOptions = {
  /** Seconds the model stays in memory after a request; negative: for good. Absent: as the engine is set up. */
  readonly keepAliveSeconds?: number;
};

/** Every method rejects with `RumboError`, with `cancelled` when its signal aborts, which closes the socket. */
export interface EngineLifecycle {
  readonly label: string;
  /** The models on its disk, on their way there, and in memory. */
  list(signal: AbortSignal): Promise<readonly LocalModel[]>;
  /** One name for all that mean the same model here, with what a name may leave out. */
  canonicalName(name: string): string;
  /** Whether a model of `list` is the one that is meant by a name a user or a registry gives it. */
  isSameModel(listed: string, wanted: string): boolean;
  /**
   * Reads a model on disk into memory, or wakes it; one that is there already is left alone. Resolves when it can
   * answer, with the milliseconds that took when the engine tells. A load that is cancelled may go on in the engine.
   */
  load(
    name: string,
    options: LoadOptions,
    onStep: OnEngineProgress,
    signal: AbortSignal,
  ): Promise<number | undefined>;
  /** Frees its memory; resolves when that is done, or when there was nothing to free. */
  unload(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Fetches a model. Resolves only when the engine says that it is whole; what had arrived before is not fetched again.
   * Aborting stops the download where `stops` says so.
   */
  pull(name: string, onStep: OnEngineProgress, signal: AbortSignal): Promise<void>;
  /** Whether a download ends when nobody waits for it any more. Otherwise it goes on inside the engine. */
  readonly canCancelPull: boolean;
}
