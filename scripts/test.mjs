#!/usr/bin/env node
/** `npm test`: sets up what is missing, then runs everything. Runs on Node 20. */
import { installDependencies } from './set-up/dependencies.mjs';
import { continueUnderNode24 } from './set-up/newer-node.mjs';
import { report, run } from './set-up/report.mjs';

await run(async () => {
  await installDependencies(report(process.stdout));
  return continueUnderNode24('scripts/test/main.ts', process.argv.slice(2));
});
