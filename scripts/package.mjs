/** Packages one universal VSIX. Any warning of vsce that is not allowed here by name fails it; prints the size. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledPackages, materials, noticesText } from './third-party.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

/** The limit for the size of the package. */
const largestBytes = 1_500_000;

/** Allowed warnings: the sources have no public address yet. */
const allowed = [/repository' field is missing/i, /allow-missing-repository/i];

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const file = `${name}-${version}.vsix`;
rmSync(file, { force: true });

const built = spawnSync(process.execPath, ['esbuild.mjs'], { stdio: 'inherit' });
if (built.status !== 0) fail('The build failed; nothing was packaged.');

const packages = await bundledPackages();
if (readFileSync('THIRD_PARTY_NOTICES', 'utf8') !== noticesText(packages))
  fail('THIRD_PARTY_NOTICES is not about what is bundled. Run node scripts/third-party.mjs.');
const listFile = `${name}-${version}.cdx.json`;
writeFileSync(listFile, `${JSON.stringify(materials(packages), null, 2)}\n`);

const staged = mkdtempSync(join(tmpdir(), 'rumbo-package-'));
for (const each of [
  'package.json',
  '.vscodeignore',
  'LICENSE',
  'NOTICE',
  'THIRD_PARTY_NOTICES',
  'dist',
  'media',
]) {
  cpSync(each, join(staged, each), { recursive: true });
}
// An extension's page in VS Code cannot show relative addresses: pictures are left out, links become their text.
for (const page of ['README.md', 'CHANGELOG.md']) {
  const text = readFileSync(page, 'utf8')
    .replace(/<!-- pictures -->[\s\S]*<!-- \/pictures -->\n\n/, '')
    .replaceAll(/\[(.*?)\]\((?!https?:).*?\)/g, '$1');
  writeFileSync(join(staged, page), text);
}

const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
const packed = spawnSync(
  process.execPath,
  [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', join(root, file)],
  // Without a terminal vsce answers its own questions with yes; each question shows up as a warning here.
  { cwd: staged, encoding: 'utf8', input: '' },
);
rmSync(staged, { recursive: true, force: true });
const output = `${packed.stdout}\n${packed.stderr}`;
const warnings = output.split('\n').filter((line) => /\bWARNING\b|\bERROR\b|\[y\/N\]/i.test(line));
const unknown = warnings.filter((line) => !allowed.some((pattern) => pattern.test(line)));
if (packed.status !== 0 || unknown.length > 0) fail(`vsce says:\n${unknown.join('\n') || output}`);

const { size } = statSync(file);
console.log(`${file}: ${(size / 1e6).toFixed(2)} MB (at most ${largestBytes / 1e6} MB)`);
console.log(`${listFile}: ${packages.length} bundled packages`);
spawnSync(process.execPath, ['scripts/audit.mjs'], { stdio: 'inherit' });
if (size > largestBytes) fail('The package is too large.');

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
