/** `npm run test:engines`: the scenarios on real engines, each installed on first use. Arguments: the kinds to test. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { engineKinds, installEngine, type RealEngineKind } from './engines/install.ts';
import { projectFolder } from './set-up/folders.ts';
import { report, run, SetUpError } from './set-up/report.mjs';

const out = report(process.stdout);

/** Whether the scenarios passed; an engine that cannot be installed is reported and left out. */
async function test(kind: RealEngineKind): Promise<boolean> {
  try {
    const program = await out.step(`Preparing ${kind}`, async () => installEngine(kind));
    const file = join('test', 'engines', `${kind}.scenarios.ts`);
    const { status } = spawnSync(process.execPath, ['--test', '--test-timeout=300000', file], {
      cwd: projectFolder,
      stdio: 'inherit',
      env: { ...process.env, RUMBO_ENGINE: program },
    });
    return status === 0;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    out.line(error.message);
    return true;
  }
}

await run(async () => {
  const wanted = process.argv.slice(2);
  const kinds = engineKinds.filter((kind) => wanted.length === 0 || wanted.includes(kind));
  let hasPassed = true;
  for (const kind of kinds) hasPassed = (await test(kind)) && hasPassed;
  return hasPassed ? 0 : 1;
});
