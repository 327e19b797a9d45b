/** Builds what ships: CommonJS bundles in dist/, and the keychain addon beside them. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundles } from './scripts/bundle-options.mjs';

process.chdir(dirname(fileURLToPath(import.meta.url)));
rmSync('dist', { recursive: true, force: true });

await Promise.all(bundles.map((options) => build(options)));
for (const name of ['client', 'server', 'server-main', 'keychain']) mustBeLatin(`dist/${name}.cjs`);
copyAddons();

/** With a single character beyond Latin-1, in a regular expression say, V8 keeps all of the text in twice the memory. */
function mustBeLatin(file) {
  const found = /.{0,40}[^\0-\xff]/.exec(readFileSync(file, 'utf8'));
  if (found) throw new Error(`${file} holds a character beyond Latin-1, write it as \\u….: ${found[0]}`);
}

/**
 * The addon for each platform VS Code runs on. Three Linux binaries of the package are for another processor than
 * their folder says, so each one's ELF machine is looked at; a wrong one stops the build.
 */
function copyAddons() {
  const prebuilds = 'node_modules/keytar/prebuilds';
  const elfMachines = { 'linux-x64': 62, 'linux-arm64': 183, 'linux-armv7l': 40, 'linuxmusl-x64': 62 };
  for (const name of [
    'darwin-arm64',
    'darwin-x64',
    'win32-arm64',
    'win32-x64',
    ...Object.keys(elfMachines),
  ]) {
    const from = join(prebuilds, name, 'keytar.node');
    const machine = elfMachines[name];
    if (machine !== undefined && readFileSync(from).readUInt16LE(18) !== machine) {
      throw new Error(`${from} is for another processor than ${name}.`);
    }
    const folder = join('dist/prebuilds', name === 'linux-armv7l' ? 'linux-arm' : name);
    mkdirSync(folder, { recursive: true });
    cpSync(from, join(folder, 'keytar.node'));
  }
}
