/** Runs the fail-over scenarios several times, with an outage of a whole minute; exits with 1 unless every run passes. `--runs 5` */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { projectFolder } from './set-up/folders.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
const runs = Number(values.runs);
const file = 'test/e2e/faults/failover.test.ts';

let passed = 0;
for (let run = 1; run <= runs; run += 1) {
  const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=spec', '--test-timeout=300000', file],
    { cwd: projectFolder, stdio: 'inherit', env: { ...process.env, RUMBO_OUTAGE_MS: '60000' } },
  );
  if (status === 0) passed += 1;
  process.stdout.write(`\nRun ${run} of ${runs}: ${status === 0 ? 'passed' : 'failed'}.\n\n`);
}
process.stdout.write(`${passed} of ${runs} runs passed.\n`);
process.exitCode = passed === runs ? 0 : 1;
