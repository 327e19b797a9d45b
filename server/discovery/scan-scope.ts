/** Says where discovery looked, for users whose editor runs on another machine than the server. */
import { existsSync } from 'node:fs';
import { release } from 'node:os';

export type ScanEnvironment = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The kernel's release; in WSL it contains Microsoft's name. */
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
    return `Looked inside Linux (WSL) on this machine; ${elsewhere}, including those of Windows.`;
  if (env['SSH_CONNECTION'])
    return `Looked on the remote machine of this SSH connection; ${elsewhere}, including those of your own machine.`;
  return 'Looked on this machine.';
}

const containerMarkers = ['/.dockerenv', '/run/.containerenv'];
