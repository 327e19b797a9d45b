/** Diagnostics hold what a bug report needs, and no name, address, path, key or text of the user. */
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { test } from 'node:test';
import { logTo } from '../../../server/platform/log.ts';
import { rememberKey } from '../../../server/platform/redact-keys.ts';
import { collectDiagnostics } from '../../../server/rpc/diagnostics.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { sampleProvider, sampleStatus } from '../../client/samples.ts';

const key = 'Hn5Tz8Wq2Lk9Vb4Xc7Mp1Rd6';

test('they name states, counts and switches, and nothing that is the user’s', async () => {
  rememberKey(key);
  const silent = { info() {}, warn() {}, error() {} };
  const log = logTo(silent);
  log.warn(`The server at http://intranet.acme.test:8080/v1 refused ${key}`);
  log.error('Broken.', new Error(`${homedir()}/secret-project/a.ts`));
  log.warn('/srv/acme/secret-project/rumbo.json cannot be read');
  for (let count = 0; count < 40; count++) log.warn(`warning ${count}`);
  log.warn(`last ${key}`);
  const found = await collectDiagnostics({
    status: () =>
      sampleStatus({
        providers: [
          sampleProvider({
            name: 'acme-gpu',
            label: 'Acme GPU',
            kind: 'openai-compatible',
            origin: 'http://intranet.acme.test:8080',
            onOtherMachine: true,
            detail: 'secret words of a service',
            note: 'secret note',
          }),
          sampleProvider({ name: 'openai', kind: 'openai', source: 'api', origin: 'https://api.openai.com' }),
        ],
        problems: ['secret problem'],
      }),
    settings: () => ({
      ...defaultSettings,
      'routing.strategy': 'cost',
      'cache.enabled': false,
      'cache.maxEntries': 7,
      'privacy.localOnly': ['**/secret/**'],
      'network.certificateFile': '/home/secret/ca.pem',
    }),
    metrics: {
      read: () => ({
        counters: { 'rumbo_attempts_total{provider="acme-gpu",outcome="ok"}': 3, plain: 1 },
        histograms: {},
      }),
    },
    recentLog: log,
    network: { proxy: 'http://me:secret@proxy.acme.test' },
  });
  assert.doesNotMatch(JSON.stringify(found), /acme|secret|Hn5Tz8/i);
  assert.deepEqual(found.settings, {
    'routing.strategy': 'cost',
    'cache.enabled': 'false',
    'cache.maxEntries': '7',
    'privacy.localOnly': '1 entries',
    'network.certificateFile': 'set',
  });
  const [lab, openai] = found.providers;
  assert.equal(lab?.name, 'provider 1');
  assert.equal(lab?.place, 'another machine');
  assert.equal(lab?.isEncrypted, false);
  assert.deepEqual([openai?.name, openai?.place], ['openai', 'cloud']);
  assert.deepEqual(found.network, { proxy: true, certificateFile: true });
  assert.equal(found.problems, 1);
  assert.equal(found.counters['rumbo_attempts_total{provider="provider 1",outcome="ok"}'], 3);
  assert.equal(found.lastErrors.length, 30, 'the latest only');
  assert.equal(found.lastErrors.at(-1)?.message, 'last •••');
  assert.ok(found.eventLoopDelayMs.max >= 0 && found.memoryMB > 0);
});

test('addresses, folders and keys in the latest errors are replaced', async () => {
  const log = logTo({ info() {}, warn() {}, error() {} });
  log.warn(`http://intranet.acme.test:8080/v1 refused ${key} of ${homedir()}/acme/a.ts`);
  log.warn('http://127.0.0.1:11434 is not Ollama; /srv/acme/x/rumbo.json cannot be read');
  const { lastErrors } = await collectDiagnostics({
    status: () => sampleStatus(),
    settings: () => defaultSettings,
    metrics: { read: () => ({ counters: {}, histograms: {} }) },
    recentLog: log,
    network: undefined,
  });
  const [first = '', second = ''] = lastErrors.map(({ message }) => message);
  assert.doesNotMatch(first, /acme|Hn5T/);
  assert.match(first, /^<address> refused •••/);
  assert.equal(second, 'http://127.0.0.1:11434 is not Ollama; <path> cannot be read');
});
