/** Ends a download that does not fit, with one sentence that says so. */
import { RumboError } from '../../shared/errors.ts';
import type { LocalModelHost, Step } from './local-engine.ts';

/** Bytes left alone: a full disk stops more than a download. */
const spareBytes = 1_000_000_000;

export type Room = {
  readonly models: Pick<LocalModelHost, 'label' | 'stops'>;
  /** Absent, or `undefined`: nobody can tell, and nothing is refused. */
  readonly freeBytes?: () => Promise<number | undefined>;
};

/**
 * Watches that what is fetched fits, as soon as the engine tells how much it is: before that nobody knows what is on
 * disk of an earlier download.
 */
export function spaceGuard(name: string, { models, freeBytes }: Room, caller: AbortSignal) {
  const own = new AbortController();
  let lookedAtBytes = 0;
  let refusal: RumboError | undefined;
  const look = async (missingBytes: number): Promise<void> => {
    const free = await freeBytes?.();
    refusal ??= free === undefined ? undefined : tooLarge(models, name, missingBytes, free);
    if (refusal) own.abort();
  };
  return {
    /** Aborts with the caller's and when it does not fit. */
    signal: AbortSignal.any([caller, own.signal]),
    /** Why it does not fit. `undefined`: it does, as far as is known. */
    refusal: () => refusal,
    /** Later layers add a little; only what is much more than was looked at before is looked at again. */
    heard({ completedBytes = 0, totalBytes = 0 }: Step): void {
      if (totalBytes <= lookedAtBytes * 1.01) return;
      lookedAtBytes = totalBytes;
      void look(totalBytes - completedBytes);
    },
  };
}

function tooLarge(
  { label, stops }: Room['models'],
  model: string,
  missingBytes: number,
  free: number,
): RumboError | undefined {
  if (missingBytes + spareBytes <= free) return undefined;
  return new RumboError(
    `“${model}” needs ${gigabytes(missingBytes)} more, and the disk of ${label}’s models has ${gigabytes(free)} free.`,
    {
      kind: 'invalid-request',
      // Where nobody can end it from here, the user is told to.
      action: stops
        ? 'Free some space, or choose a smaller model.'
        : `Free some space, or stop the download in ${label}.`,
    },
  );
}

const gigabytes = (bytes: number): string =>
  bytes < 1e8 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
