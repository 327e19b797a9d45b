/** `npm run test:engines`: the scenarios on real engines, each installed on first use. Arguments: the kinds to test. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { engineKinds, installEngine, type RealEngineKind } from './engines/install.ts';
import { projectFolder } from './set-up/folders.ts';
import { report, run, SetUpError } from './set-up/report.mjs';

const out = report(process.stdout);

/** What came of the scenarios; an engine that cannot be installed is reported and left out. */
async function test(kind: RealEngineKind): Promise<'passed' | 'failed' | 'left out'> {
  try {
    const program = await out.step(`Preparing ${kind}`, async () => installEngine(kind));
    const file = join('test', 'engines', `${kind}.scenarios.ts`);
    const { status } = spawnSync(process.execPath, ['--test', '--test-timeout=300000', file], {
      cwd: projectFolder,
      stdio: 'inherit',
      env: { ...process.env, RUMBO_ENGINE: program },
    });
    return status === 0 ? 'passed' : 'failed';
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    out.line(error.message);
    return 'left out';
  }
}

await run(async () => {
  const wanted = process.argv.slice(2);
  const kinds = engineKinds.filter((kind) => wanted.length === 0 || wanted.includes(kind));
  const outcomes: string[] = [];
  for (const kind of kinds) outcomes.push(await test(kind));
  // Nothing is proven where no engine could be installed.
  return outcomes.includes('passed') && !outcomes.includes('failed') ? 0 : 1;
});
