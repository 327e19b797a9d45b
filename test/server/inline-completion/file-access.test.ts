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
const here = { private: true };
const away = { private: false };
const denial = (path: string, more: Partial<FileAccessRules> = {}, reader = away) =>
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
  test(`${path} is secret, for every reader`, () => {
    assert.equal(denial(path), 'secret');
    assert.equal(denial(path, {}, here), 'secret');
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

test('an excluded file is read by nobody, a local-only one by private models alone', () => {
  assert.equal(denial('legal/a.ts', { exclude: ['legal'] }, here), 'excluded');
  assert.equal(denial('legal/a.ts', { localOnly: ['legal'] }, away), 'local-only');
  assert.equal(denial('legal/a.ts', { localOnly: ['legal'] }, here), undefined);
});

test('a link to a secret or a local-only file is that file', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-may-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [target, name] of [
    ['.env', 'a.ts'],
    ['private.ts', 'b.ts'],
  ] as const) {
    writeFileSync(join(folder, target), '');
    symlinkSync(join(folder, target), join(folder, name));
  }
  const guard = fileAccess({ ...rules, localOnly: ['private.ts'] });
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;
  assert.equal(guard.denial({ uri: uri('a.ts') }, here), 'secret');
  assert.equal(guard.denial({ uri: uri('b.ts') }, away), 'local-only');
  assert.equal(guard.denial({ uri: uri('b.ts') }, here), undefined);
});

test('what is in a linked folder is there, also a new file, one deleted meanwhile, and a cell of a notebook', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-may-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'private'));
  writeFileSync(join(folder, 'private', 'notes.ipynb'), '');
  symlinkSync(join(folder, 'private'), join(folder, 'link'));
  const guard = fileAccess({ ...rules, localOnly: ['private'] });
  const path = pathToFileURL(join(folder, 'link')).pathname;
  for (const uri of [
    `file://${path}/gone.ts`,
    `file://${path}/no/folder/yet.ts`,
    `untitled:${path}/new.ts`,
    `vscode-notebook-cell:${path}/notes.ipynb#W0sZmlsZQ`,
  ])
    assert.equal(guard.denial({ uri }, away), 'local-only', uri);
});

test('a link that leads elsewhere is looked at again after a minute', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-may-read-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const link = join(folder, 'a.ts');
  writeFileSync(link, '');
  let now = 1;
  const guard = fileAccess(rules, () => now);
  const look = () => guard.denial({ uri: pathToFileURL(link).href }, here);
  assert.equal(look(), undefined);
  rmSync(link);
  writeFileSync(join(folder, '.env'), '');
  symlinkSync(join(folder, '.env'), link);
  now = 30_001;
  look();
  now = 60_002;
  assert.equal(look(), 'secret');
});

test('a language is on unless it, or every one not named, is off', () => {
  const off = (languageId: string, languages: FileAccessRules['languages']) =>
    fileAccess({ ...rules, languages }).denial({ uri: 'file:///a', languageId }, here);
  assert.equal(off('python', {}), undefined);
  assert.equal(off('markdown', { '*': true, markdown: false }), 'language');
  assert.equal(off('python', { '*': true, markdown: false }), undefined);
  assert.equal(off('python', { '*': false }), 'language');
  assert.equal(off('python', { '*': false, python: true }), undefined);
});

test('a file over a limit is large, one at the limit is not', () => {
  const guard = fileAccess({ ...rules, maxCharacters: 100, maxLines: 10 });
  const uri = 'file:///a.ts';
  assert.equal(guard.denial({ uri, characters: 100, lines: 10 }, here), undefined);
  assert.equal(guard.denial({ uri, characters: 101, lines: 1 }, here), 'large');
  assert.equal(guard.denial({ uri, characters: 1, lines: 11 }, here), 'large');
});

test('only what users edit is read: no output, old version, settings page or unknown place', () => {
  const guard = fileAccess(rules);
  for (const uri of ['output:log', 'git:/a.ts?%7B%7D', 'vscode-userdata:/settings.json', 'kubernetes:x', ''])
    assert.equal(guard.denial({ uri }, here), 'not-editable', uri);
  for (const uri of [
    'file:///a.ts',
    'FILE:///a.ts',
    'untitled:Untitled-1',
    'vscode-remote://wsl/a.ts',
    'vscode-vfs://github/o/r/a.ts',
    'vscode-notebook-cell:/a.ipynb#W0sZmlsZQ',
  ])
    assert.equal(guard.denial({ uri }, here), undefined, uri);
});

test('whatever a file is, nobody who is away reads what nobody here may, and no rule added lets more be read', () => {
  const path = fc
    .array(fc.constantFrom('src', 'secrets', '.env', 'a.ts', 'legal', 'b.md'), { minLength: 1, maxLength: 4 })
    .map((parts) => `file:///home/${parts.join('/')}`);
  const patterns = fc.array(fc.constantFrom('legal', '**/*.md', 'src/**', 'a.ts'), { maxLength: 3 });
  fc.assert(
    fc.property(path, patterns, patterns, (uri, exclude, localOnly) => {
      const guard = fileAccess({ ...rules, exclude, localOnly });
      if (guard.mayRead({ uri }, away)) {
        assert.ok(guard.mayRead({ uri }, here));
        assert.ok(fileAccess(rules).mayRead({ uri }, away));
      }
    }),
  );
});
