import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type FileAccessRules, fileAccess } from '../../../server/inline-completion/file-access.ts';

const rules: FileAccessRules = {
  languages: {},
  exclude: [],
  localOnly: [],
  maxCharacters: 1_000_000,
  maxLines: 20_000,
};
const localModel = { private: true };
const cloudModel = { private: false };
const denial = (path: string, more: Partial<FileAccessRules> = {}, reader = cloudModel) =>
  fileAccess({ ...rules, ...more }).denial({ uri: `file:///home/ana/project/${path}` }, reader);

for (const path of [
  '.env',
  '.env.local',
  '.ENV.Production',
  'deploy/prod.env',
  '.envrc',
  'certs/server.pem',
  'server.key',
  '.ssh/config',
  'id_rsa',
  'keys/id_ed25519',
  'release.keystore',
  '.aws/credentials',
  'credentials',
  'credentials.json',
  '.npmrc',
  '.netrc',
  '.git-credentials',
  '.git/config',
  '.kube/config',
  'kubeconfig',
  'staging.kubeconfig',
  'terraform.tfstate',
  'terraform.tfstate.backup',
  'prod.tfvars',
  'secrets.yaml',
  'k8s/db-secret.yaml',
  'client_secret_1.apps.json',
  '.pypirc',
  '.pgpass',
  '.bash_history',
  'a%2Eenv',
  '%2Eenv',
]) {
  test(`${path} is secret for every reader`, () => {
    assert.equal(denial(path), 'secret');
    assert.equal(denial(path, {}, localModel), 'secret');
  });
}

for (const path of [
  'src/env.ts',
  'src/environment.ts',
  'src/secrets.ts',
  'src/credentials/form.ts',
  'kubeconfig/load.go',
  'src/keys.ts',
  'id_rsa.pub',
  'locales/en/auth.json',
  'package.json',
  'main.tf',
]) {
  test(`${path} may be read`, () => assert.equal(denial(path), undefined));
}

test('no model reads an excluded file, and only private models a local-only one', () => {
  assert.equal(denial('legal/a.ts', { exclude: ['legal'] }, localModel), 'excluded');
  assert.equal(denial('legal/a.ts', { localOnly: ['legal'] }, cloudModel), 'local-only');
  assert.equal(denial('legal/a.ts', { localOnly: ['legal'] }, localModel), undefined);
});

test('a link counts as the secret or local-only file it leads to', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-may-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [target, name] of [
    ['.env', 'a.ts'],
    ['private.ts', 'b.ts'],
  ] as const) {
    writeFileSync(join(folder, target), '');
    symlinkSync(join(folder, target), join(folder, name));
  }
  const access = fileAccess({ ...rules, localOnly: ['private.ts'] });
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;
  assert.equal(access.denial({ uri: uri('a.ts') }, localModel), 'secret');
  assert.equal(access.denial({ uri: uri('b.ts') }, cloudModel), 'local-only');
  assert.equal(access.denial({ uri: uri('b.ts') }, localModel), undefined);
});

test('files in a linked folder count as files of its target: new ones, deleted ones and notebook cells too', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-may-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'private'));
  writeFileSync(join(folder, 'private', 'notes.ipynb'), '');
  symlinkSync(join(folder, 'private'), join(folder, 'link'));
  const access = fileAccess({ ...rules, localOnly: ['private'] });
  const path = pathToFileURL(join(folder, 'link')).pathname;
  for (const uri of [
    `file://${path}/gone.ts`,
    `file://${path}/no/folder/yet.ts`,
    `untitled:${path}/new.ts`,
    `vscode-notebook-cell:${path}/notes.ipynb#W0sZmlsZQ`,
  ])
    assert.equal(access.denial({ uri }, cloudModel), 'local-only', uri);
});

test('a redirected link is resolved again after a minute', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-may-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const link = join(folder, 'a.ts');
  writeFileSync(link, '');
  let now = 1;
  const access = fileAccess(rules, () => now);
  const look = () => access.denial({ uri: pathToFileURL(link).href }, localModel);
  assert.equal(look(), undefined);
  rmSync(link);
  writeFileSync(join(folder, '.env'), '');
  symlinkSync(join(folder, '.env'), link);
  now = 30_001;
  look();
  now = 60_002;
  assert.equal(look(), 'secret');
});

test('a language is on unless it, or every unlisted one, is off', () => {
  const off = (languageId: string, languages: FileAccessRules['languages']) =>
    fileAccess({ ...rules, languages }).denial({ uri: 'file:///a', languageId }, localModel);
  assert.equal(off('python', {}), undefined);
  assert.equal(off('markdown', { '*': true, markdown: false }), 'language');
  assert.equal(off('python', { '*': true, markdown: false }), undefined);
  assert.equal(off('python', { '*': false }), 'language');
  assert.equal(off('python', { '*': false, python: true }), undefined);
});

test('a file over a limit is large, one at the limit is not', () => {
  const access = fileAccess({ ...rules, maxCharacters: 100, maxLines: 10 });
  const uri = 'file:///a.ts';
  assert.equal(access.denial({ uri, characters: 100, lines: 10 }, localModel), undefined);
  assert.equal(access.denial({ uri, characters: 101, lines: 1 }, localModel), 'large');
  assert.equal(access.denial({ uri, characters: 1, lines: 11 }, localModel), 'large');
});

test('only files that users edit are read: no output, old version, settings page or unknown scheme', () => {
  const access = fileAccess(rules);
  for (const uri of ['output:log', 'git:/a.ts?%7B%7D', 'vscode-userdata:/settings.json', 'kubernetes:x', ''])
    assert.equal(access.denial({ uri }, localModel), 'not-editable', uri);
  for (const uri of [
    'file:///a.ts',
    'FILE:///a.ts',
    'untitled:Untitled-1',
    'vscode-remote://wsl/a.ts',
    'vscode-vfs://github/o/r/a.ts',
    'vscode-notebook-cell:/a.ipynb#W0sZmlsZQ',
  ])
    assert.equal(access.denial({ uri }, localModel), undefined, uri);
});

test('cloud models never read more than local ones, and no added rule lets a model read more', () => {
  const path = fc
    .array(fc.constantFrom('src', 'secrets', '.env', 'a.ts', 'legal', 'b.md'), { minLength: 1, maxLength: 4 })
    .map((parts) => `file:///home/${parts.join('/')}`);
  const patterns = fc.array(fc.constantFrom('legal', '**/*.md', 'src/**', 'a.ts'), { maxLength: 3 });
  fc.assert(
    fc.property(path, patterns, patterns, (uri, exclude, localOnly) => {
      const access = fileAccess({ ...rules, exclude, localOnly });
      if (access.mayRead({ uri }, cloudModel)) {
        assert.ok(access.mayRead({ uri }, localModel));
        assert.ok(fileAccess(rules).mayRead({ uri }, cloudModel));
      }
    }),
  );
});
