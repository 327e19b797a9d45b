/**
 * The packages that are part of what ships, from esbuild's own list of its inputs: THIRD_PARTY_NOTICES with their
 * licences, and a CycloneDX list of materials. `node scripts/third-party.mjs` writes the notices again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundles } from './bundle-options.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Its binaries are copied beside the bundles. */
const copied = ['node_modules/keytar'];

/** @typedef {{ name: string, version: string, license: string, texts: string[], homepage: string }} BundledPackage */

/** Every package with a file in a bundle, by name. @returns {Promise<BundledPackage[]>} */
export async function bundledPackages() {
  const results = await Promise.all(
    bundles.map((options) => build({ ...options, absWorkingDir: root, metafile: true, write: false })),
  );
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  const folders = new Set([...copied, ...inputs.flatMap((path) => packageFolder(path) ?? [])]);
  const packages = [...folders].map(readPackage);
  const byId = new Map(packages.map((each) => [`${each.name}@${each.version}`, each]));
  return [...byId.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** `…/node_modules/@scope/name/lib/a.js` → `node_modules/@scope/name`; `undefined`: a file of ours. */
const packageFolder = (path) =>
  /^(?:.*\/)?(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

function readPackage(folder) {
  const {
    name,
    version,
    license,
    homepage = '',
  } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const texts = readdirSync(join(root, folder))
    .filter((file) => /^(?:licen[cs]e|copying|notice|third-?party-?notices?)/i.test(file))
    .sort()
    .map((file) =>
      readFileSync(join(root, folder, file), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim(),
    );
  // A package of a larger repository may leave its licence there.
  const own = join(root, 'scripts/licences', `${name.replace('/', '+')}.txt`);
  if (texts.length === 0 && existsSync(own)) texts.push(readFileSync(own, 'utf8').trim());
  if (texts.length === 0 || typeof license !== 'string')
    throw new Error(`${name} ${version} ships without a licence that can be read; look at ${folder}.`);
  return { name, version, license, texts, homepage };
}

/** @param {BundledPackage[]} packages */
export function noticesText(packages) {
  const parts = packages.map(({ name, version, license, texts, homepage }) => {
    const heading = `${'='.repeat(80)}\n${name} ${version} (${license})`;
    return [homepage ? `${heading}\n${homepage}` : heading, ...texts].join('\n\n');
  });
  const introduction =
    'Rumbo contains the packages below. Made by scripts/third-party.mjs from what esbuild bundles; data of others is in NOTICE.';
  return `${[introduction, ...parts].join('\n\n')}\n`;
}

/**
 * npm's list of materials without what does not ship. Throws when npm does not make one or misses a package.
 * @param {BundledPackage[]} packages
 */
export function materials(packages) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr.trim()}`);
  const whole = JSON.parse(stdout);
  const ids = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const components = whole.components.filter((each) => ids.has(each['bom-ref']));
  const missing = [...ids].filter((id) => !components.some((each) => each['bom-ref'] === id));
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}.`);
  const refs = new Set([whole.metadata.component['bom-ref'], ...ids]);
  const { name, ...own } = whole.metadata.component;
  return {
    ...whole,
    // npm names it after the folder.
    metadata: { ...whole.metadata, component: { ...own, name: 'rumbo' } },
    components: components.map((each) => ({ ...each, scope: 'required' })),
    dependencies: whole.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) })),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(root, 'THIRD_PARTY_NOTICES'), noticesText(await bundledPackages()));
