/** Builds what ships: three small CommonJS bundles in dist/, and the keychain addon beside them. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(dirname(fileURLToPath(import.meta.url)));
rmSync('dist', { recursive: true, force: true });

const common = {
  bundle: true,
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // jsonc-parser's CommonJS build hides its requires from bundlers; its module build does not.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.md': 'text' },
};

// An older Node would stop somewhere inside with a stack trace; say it first and plainly.
const oldNode =
  "if(+process.versions.node.split('.')[0]<22){process.stderr.write('Rumbo\\'s server needs Node 22 or newer; this is Node '+process.versions.node+'. Install a newer Node and start it again.\\n');process.exit(1)}";

// Little lives from one request to the next. V8 would keep sixteen times as much room for it, in every window, and has
// to be told before the first module is loaded.
const smallHeap =
  "{const{setFlagsFromString:set}=require('node:v8');set('--optimize-for-size');set('--semi-space-growth-factor=1')}";

await Promise.all([
  build({ ...common, entryPoints: { client: 'client/extension.ts' }, external: ['vscode'] }),
  build({
    ...common,
    entryPoints: { server: 'server/main.ts' },
    banner: { js: `${oldNode};${smallHeap}` },
  }),
  build({ ...common, entryPoints: { keychain: 'server/secrets/keychain-process.ts' } }),
]);
for (const name of ['client', 'server', 'keychain']) mustBeLatin(`dist/${name}.cjs`);
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
