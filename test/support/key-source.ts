/** A key source of one key that records its leases. */
import type { KeySource } from '../../server/engines/key-source.ts';
import type { RateReading } from '../../server/wire/rate-windows.ts';
import type { RumboError } from '../../shared/errors.ts';

export function keySource(key: string | undefined) {
  const leases: {
    readonly model: string | undefined;
    readonly reported: RateReading[];
    /** Each release: `ok` or the kind of failure. */
    readonly ends: string[];
  }[] = [];
  const source: KeySource = {
    async acquire(model) {
      const record = { model, reported: [] as RateReading[], ends: [] as string[] };
      leases.push(record);
      return {
        key,
        reportLimits: (windows) => void record.reported.push(...windows),
        release: (error?: RumboError) => void record.ends.push(error?.kind ?? 'ok'),
      };
    },
    hasKey: () => true,
  };
  return { ...source, leases };
}
