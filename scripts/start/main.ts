/** The steps of `npm start` under Node 24. */
import { build } from '../set-up/build.ts';
import { report, run } from '../set-up/report.mjs';
import { openEditor } from './editor.ts';
import { runTerminal } from './terminal.ts';

const args = process.argv.slice(2);

await run(async () => {
  const out = report(args.length === 0 ? process.stdout : process.stderr);
  await build(out);
  return args.length === 0 ? openEditor(out) : runTerminal(args, out);
});
// A closed terminal or a killed parent must not keep this one alive.
process.exit();
