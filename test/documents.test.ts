/** The documents for readers: each path that they name exists, and each relative link leads somewhere. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { test } from 'node:test';

const documents = [
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'README.md',
  'samples/README.md',
  'server/routing/load_balancer_rules.md',
  ...globSync('docs/*.md').map((path) => path.replaceAll('\\', '/')),
];
/** What the build, the package and `npm start` write; not in the repository. */
const generated = /^(?:dist|node_modules|\.rumbo)\//;
const folders = /^(?:client|docs|media|samples|scripts|server|shared|test|\.ci)\//;

/** Paths in backquotes, without placeholders such as `<name>`; fenced blocks are not read. `{a,b}` names several. */
function pathsIn(text: string): string[] {
  return [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\s]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => folders.test(code) && !/[<>]/.test(code));
}

/** Links and pictures to files of the repository. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

test('every path that a document names exists', () => {
  for (const document of documents) {
    for (const path of pathsIn(readFileSync(document, 'utf8'))) {
      const exists = /[*{]/.test(path) ? globSync(path).length > 0 : existsSync(path);
      assert.ok(exists || generated.test(path), `${document} names ${path}`);
    }
  }
});

test('every relative link of a document resolves', () => {
  for (const document of documents) {
    for (const target of linksIn(readFileSync(document, 'utf8')))
      assert.ok(existsSync(normalize(join(dirname(document), target))), `${document} links to ${target}`);
  }
});

test('the map names every folder of the sources', () => {
  const map = readFileSync('ARCHITECTURE.md', 'utf8');
  const sources = globSync('{client,server}/*/').map((path) => path.replaceAll('\\', '/'));
  for (const folder of sources)
    assert.ok(map.includes(`\`${folder.replace(/\/$/, '')}/\``), `ARCHITECTURE.md does not name ${folder}`);
});

test('a path is read from backquotes only, and not from an example', () => {
  const text =
    'See `server/main.ts` and `npm start`.\n```sh\n`server/none.ts`\n```\nOr `test/fixtures/<name>/`.';
  assert.deepEqual(pathsIn(text), ['server/main.ts']);
});
