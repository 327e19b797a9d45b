/** Says where discovery looked, for those who sit at one machine and run this on another. */
import { existsSync } from 'node:fs';
import { release } from 'node:os';

export type ScanEnvironment = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The kernel's release; WSL puts Microsoft's name into it. */
  readonly release: string;
  exists(file: string): boolean;
};

export const currentEnvironment = (env: ScanEnvironment['env']): ScanEnvironment => ({
  env,
  release: release(),
  exists: existsSync,
});

/** One sentence, with what to do about engines elsewhere. */
export function describeScanScope({ env, release, exists }: ScanEnvironment): string {
  const elsewhere = 'name engines outside of it in rumbo.local.endpoints';
  if (env['REMOTE_CONTAINERS'] || env['CODESPACES'] || containerMarkers.some(exists))
    return `Looked inside this container; ${elsewhere}.`;
  if (env['WSL_DISTRO_NAME'] || /microsoft/i.test(release))
    return `Looked inside Linux (WSL) on this machine; ${elsewhere}, those of Windows too.`;
  if (env['SSH_CONNECTION'])
    return `Looked on the machine that is reached by SSH; ${elsewhere}, those of your own machine too.`;
  return 'Looked on this machine.';
}

const containerMarkers = ['/.dockerenv', '/run/.containerenv'];
