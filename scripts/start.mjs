#!/usr/bin/env node
/** `npm start`: sets up what is missing, then opens VS Code with Rumbo, or runs a command of the terminal. Runs on Node 20. */
import { installDependencies } from './set-up/dependencies.mjs';
import { continueUnderNode24 } from './set-up/newer-node.mjs';
import { report, run } from './set-up/report.mjs';

const args = process.argv.slice(2);

await run(async () => {
  await installDependencies(report(args.length === 0 ? process.stdout : process.stderr));
  return continueUnderNode24('scripts/start/main.ts', args);
});
