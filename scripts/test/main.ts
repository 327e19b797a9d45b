/** `npm test` under Node 24: every step in order, all of them whatever fails, and one summary at the end. */
import { globSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { projectFolder } from '../set-up/folders.ts';
import { report, run, SetUpError } from '../set-up/report.mjs';
import { ensurePackages } from '../set-up/system-packages.ts';
import { runStep, type Step } from './step.ts';
import { closingLines } from './summary.ts';

const packages = ['chromium', 'dbus', 'dbus-x11', 'gnome-keyring', 'libsecret-1-0', 'libsecret-tools'];

const npm = (script: string): Step['command'] => ['npm', 'run', '--silent', script];
const nodeTest = (pattern: string, ...options: string[]): Step['command'] => [
  process.execPath,
  ...['--test', '--test-reporter=spec', '--test-timeout=300000', ...options, pattern],
];

/** The package is made before the editor suites, which install it. */
const steps: readonly Step[] = [
  { name: 'check', title: 'Types, lint, format, unused code', command: npm('check') },
  { name: 'build', title: 'Build', command: npm('build') },
  { name: 'unit', title: 'Unit tests', command: npm('test:unit') },
  { name: 'e2e', title: 'The server over its wire', ...suite('test/e2e/**/*.test.ts') },
  { name: 'package', title: 'Package', command: npm('package') },
  {
    name: 'editor',
    title: 'Inside VS Code',
    ...suite('test/editor/**/*.test.ts', '--test-concurrency=1'),
  },
];

await run(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    const names = steps.map(({ name }) => name).join(', ');
    throw new SetUpError(
      `There is no step ${unknown.join(', ')}. Name any of ${names}, or none for all of them.`,
    );
  }
  await ensurePackages(packages, report(process.stdout));

  const results = [];
  for (const step of steps) {
    const wanted = positionals.length === 0 || positionals.includes(step.name);
    if (wanted && (step.files === undefined || step.files.length > 0)) results.push(await runStep(step));
  }
  const { lines, failed } = closingLines(results);
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return failed === 0 ? 0 : 1;
});

function suite(pattern: string, ...options: string[]): Pick<Step, 'command' | 'files'> {
  return { command: nodeTest(pattern, ...options), files: globSync(pattern, { cwd: projectFolder }) };
}
