/** A key source of one key that writes down what it is told. */
import type { KeySource } from '../../server/engines/key-source.ts';
import type { RateReading } from '../../server/wire/rate-windows.ts';
import type { RumboError } from '../../shared/errors.ts';

export function keySource(key: string | undefined) {
  const leases: {
    readonly model: string | undefined;
    readonly told: RateReading[];
    /** How each end was told: `ok` or the kind of failure. */
    readonly ends: string[];
  }[] = [];
  const source: KeySource = {
    async acquire(model) {
      const record = { model, told: [] as RateReading[], ends: [] as string[] };
      leases.push(record);
      return {
        key,
        reportLimits: (windows) => void record.told.push(...windows),
        release: (error?: RumboError) => void record.ends.push(error?.kind ?? 'ok'),
      };
    },
    hasKey: () => true,
  };
  return { ...source, leases };
}
