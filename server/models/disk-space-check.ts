/** Cancels a download that does not fit on the disk, with one sentence that says so. */
import { RumboError } from '../../shared/errors.ts';
import type { EngineLifecycle, EngineProgress } from '../engines/local-engine.ts';

/** Bytes that stay free: a full disk breaks more than a download. */
const reservedBytes = 1_000_000_000;

export type DiskSpaceCheckDeps = {
  readonly lifecycle: Pick<EngineLifecycle, 'label' | 'canCancelPull'>;
  /** Absent, or `undefined`: unknown, and no download is cancelled. */
  readonly freeBytes?: () => Promise<number | undefined>;
};

/**
 * Checks that a download fits as soon as the engine reports its size: before that it is unknown how much of it an
 * earlier download has left on disk.
 */
export function diskSpaceCheck(
  model: string,
  { lifecycle, freeBytes }: DiskSpaceCheckDeps,
  callerSignal: AbortSignal,
) {
  const own = new AbortController();
  let checkedBytes = 0;
  let failure: RumboError | undefined;
  const check = async (missingBytes: number): Promise<void> => {
    const free = await freeBytes?.();
    failure ??= free === undefined ? undefined : insufficientSpace(lifecycle, model, missingBytes, free);
    if (failure) own.abort();
  };
  return {
    /** Aborts with the caller's, and when the download does not fit. */
    signal: AbortSignal.any([callerSignal, own.signal]),
    /** Why it does not fit. `undefined`: it does, as far as is known. */
    error: () => failure,
    /** Later layers add a little; only a total that has grown noticeably is checked again. */
    onProgress({ completedBytes = 0, totalBytes = 0 }: EngineProgress): void {
      if (totalBytes <= checkedBytes * 1.01) return;
      checkedBytes = totalBytes;
      void check(totalBytes - completedBytes);
    },
  };
}

function insufficientSpace(
  { label, canCancelPull }: DiskSpaceCheckDeps['lifecycle'],
  model: string,
  missingBytes: number,
  free: number,
): RumboError | undefined {
  if (missingBytes + reservedBytes <= free) return undefined;
  return new RumboError(
    `“${model}” needs ${formatGigabytes(missingBytes)} more, and the disk of ${label}’s models has ${formatGigabytes(free)} free.`,
    {
      kind: 'invalid-request',
      // A download that cannot be cancelled from here is left to the user.
      action: canCancelPull
        ? 'Free some space, or choose a smaller model.'
        : `Free some space, or stop the download in ${label}.`,
    },
  );
}

const formatGigabytes = (bytes: number): string =>
  bytes < 1e8 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
