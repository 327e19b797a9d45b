/** Ends a download that does not fit, with one sentence that says so. */
import { RumboError } from '../../shared/errors.ts';
import type { EngineLifecycle, EngineProgress } from './local-engine.ts';

/** Bytes left alone: a full disk stops more than a download. */
const reservedBytes = 1_000_000_000;

export type DiskSpaceCheckDeps = {
  readonly lifecycle: Pick<EngineLifecycle, 'label' | 'canCancelPull'>;
  /** Absent, or `undefined`: nobody can tell, and nothing is refused. */
  readonly freeBytes?: () => Promise<number | undefined>;
};

/**
 * Watches that what is fetched fits, as soon as the engine tells how much it is: before that nobody knows what is on
 * disk of an earlier download.
 */
export function diskSpaceCheck(
  name: string,
  { lifecycle, freeBytes }: DiskSpaceCheckDeps,
  caller: AbortSignal,
) {
  const own = new AbortController();
  let checkedBytes = 0;
  let failure: RumboError | undefined;
  const check = async (missingBytes: number): Promise<void> => {
    const free = await freeBytes?.();
    failure ??= free === undefined ? undefined : insufficientSpace(lifecycle, name, missingBytes, free);
    if (failure) own.abort();
  };
  return {
    /** Aborts with the caller's and when it does not fit. */
    signal: AbortSignal.any([caller, own.signal]),
    /** Why it does not fit. `undefined`: it does, as far as is known. */
    error: () => failure,
    /** Later layers add a little; only what is much more than was looked at before is looked at again. */
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
    `“${model}” needs ${gigabytes(missingBytes)} more, and the disk of ${label}’s models has ${gigabytes(free)} free.`,
    {
      kind: 'invalid-request',
      // Where nobody can end it from here, the user is told to.
      action: canCancelPull
        ? 'Free some space, or choose a smaller model.'
        : `Free some space, or stop the download in ${label}.`,
    },
  );
}

const gigabytes = (bytes: number): string =>
  bytes < 1e8 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
