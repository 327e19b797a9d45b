/** Settings that separate tests from engines that happen to run on this machine. */
import { engines } from '../../server/engines/table.ts';

export const withoutLocalEngines: Readonly<Record<string, { readonly enabled: false }>> = Object.fromEntries(
  engines
    .filter(({ source, baseUrl }) => source === 'local' && baseUrl !== undefined)
    .map(({ kind }) => [kind, { enabled: false }]),
);

/** Settings with which discovery scans only on request. */
export const withoutDiscovery = { 'rumbo.local.discoverEveryMinutes': 0 } as const;
