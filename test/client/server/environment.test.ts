import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyVariablesOf, serverEnvironment } from '../../../client/server/environment.ts';

const forwarded = (environment: Record<string, string>, named: string[] = []) =>
  serverEnvironment(environment, named, false);

test('secrets that are not meant for the server are removed', () => {
  const secrets = [
    [
      'GITHUB_TOKEN',
      'NPM_TOKEN',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_ACCESS_KEY_ID',
      'AWS_SESSION_TOKEN',
      'AZURE_CLIENT_SECRET',
    ],
    [
      'OPENROUTER_API_KEY',
      'SOME_APIKEY',
      'PGPASSWORD',
      'MYSQL_PWD',
      'DB_PASSWORD',
      'GOOGLE_APPLICATION_CREDENTIALS',
    ],
    [
      'NPM_CONFIG__AUTH',
      'GH_PAT',
      'SENTRY_DSN',
      'SESSION_COOKIE',
      'SSH_PASSPHRASE',
      'my_secret',
      'HF_TOKEN',
      'STRIPE_KEYS',
    ],
  ].flat();
  for (const name of secrets) assert.deepEqual(forwarded({ [name]: 'x' }), {}, name);
});

test('a URL with credentials is removed, whatever its name', () => {
  assert.deepEqual(
    forwarded({ DATABASE_URL: 'postgres://me:secret@db/app', HOMEPAGE: 'https://example.org/a' }),
    {
      HOMEPAGE: 'https://example.org/a',
    },
  );
});

test('what a program needs to run and to reach the keychain is passed on', () => {
  const needed = {
    PATH: '/usr/bin',
    HOME: '/home/me',
    PWD: '/home/me',
    LANG: 'en_GB.UTF-8',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus',
    GNOME_KEYRING_CONTROL: '/run/keyring',
    XDG_RUNTIME_DIR: '/run/user/1000',
    XAUTHORITY: '/home/me/.Xauthority',
    NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
    SSL_CERT_FILE: '/etc/ca.pem',
    SystemRoot: 'C:\\Windows',
  };
  assert.deepEqual(forwarded(needed), needed);
});

test('Rumbo’s own variables and those that the user names are passed on', () => {
  const own = {
    OPENAI_API_KEY: 'a',
    GEMINI_API_KEY_2: 'b',
    LLM_PRIORITY_ORDER: 'local',
    OLLAMA_HOST: '127.0.0.1',
  };
  assert.deepEqual(forwarded(own), own);
  assert.deepEqual(forwarded({ LAB_KEY: 'c', OTHER_KEY: 'd' }, ['LAB_KEY']), { LAB_KEY: 'c' });
});

test('nothing that changes how Node runs is passed on, even when it is named', () => {
  const meddling = {
    NODE_OPTIONS: '--require evil.js',
    NODE_PATH: '/evil',
    VSCODE_INSPECTOR_OPTIONS: '{}',
    VSCODE_IPC_HOOK: '/run/x',
    ELECTRON_RUN_AS_NODE: '1',
    LD_PRELOAD: 'evil.so',
    NODE_CHANNEL_FD: '3',
  };
  assert.deepEqual(forwarded(meddling, Object.keys(meddling)), {});
});

test('on Electron the binary runs as Node', () => {
  assert.equal(serverEnvironment({}, [], true)['ELECTRON_RUN_AS_NODE'], '1');
  assert.equal(serverEnvironment({}, [], false)['ELECTRON_RUN_AS_NODE'], undefined);
});

test('the variables named by keyEnv are read, malformed providers are not', () => {
  assert.deepEqual(keyVariablesOf({ lab: { keyEnv: 'LAB_KEY' }, b: null, c: {}, d: { keyEnv: 4 }, e: 'x' }), [
    'LAB_KEY',
  ]);
  for (const malformed of [undefined, null, 'x', 4]) assert.deepEqual(keyVariablesOf(malformed), []);
});
