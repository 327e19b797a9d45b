/** What holds of a model, what a refresh changes, and what it leaves as it was. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Http } from '../../../server/platform/http.ts';
import type { ModelEntry, ModelFacts } from '../../../server/registry/facts.ts';
import type { SourceRequest } from '../../../server/registry/fetch-source.ts';
import { modelsFile, type StoredFacts } from '../../../server/registry/models-file.ts';
import { modelRegistry, type RefreshOptions } from '../../../server/registry/registry.ts';
import { modelsDev } from '../../../server/registry/sources/models-dev.ts';
import { openaiPage } from '../../../server/registry/sources/openai-page.ts';
import { RumboError } from '../../../shared/errors.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-11-21T00:00:00Z');
const never = new AbortController().signal;

/** By URL: a body, a status, or a handler of the request. */
type Web = Record<string, string | number | ((signal: AbortSignal) => Promise<never>)>;

const over =
  (web: Web): Http =>
  async ({ url, signal }) => {
    const page = web[url] ?? 404;
    if (typeof page === 'function') return page(signal);
    const body = Buffer.from(typeof page === 'string' ? page : 'refused');
    return {
      status: typeof page === 'string' ? 200 : page,
      headers: {},
      body: (async function* () {
        yield body;
      })(),
    };
  };

/** A source whose body is the list of its facts. */
const source = (id: string, origin: SourceRequest['origin'], url = `https://${id}.test/`): SourceRequest => ({
  id,
  label: `The ${id}`,
  origin,
  url,
  limitBytes: 10_000,
  parse: (body) => JSON.parse(body) as ModelEntry[],
});

// The ids are those of real sources, since only those are accepted when the file is read again.
const page = source('openai-page', 'page');
const dev = source('models.dev', 'models.dev');
const list = source('xai-list', 'provider');

const says = (kind: string, name: string, facts: ModelFacts) => JSON.stringify([{ kind, name, facts }]);

function setUp({ folder = mkdtempSync(join(tmpdir(), 'rumbo-registry-')), now = start } = {}) {
  const clock = { now };
  const warnings: string[] = [];
  const make = () =>
    modelRegistry(
      folder,
      () => clock.now,
      (message) => warnings.push(message),
    );
  const models = make();
  const refresh = (
    web: Web,
    sources: readonly SourceRequest[] = [dev, page, list],
    more: Partial<RefreshOptions> = {},
  ) => models.refresh({ http: over(web), sources, signal: never, ...more });
  return { folder, clock, warnings, models, make, refresh };
}

test('a provider’s own list precedes a page, a page models.dev, and all precede the bundle', async () => {
  const { models, refresh } = setUp();
  const figure = () => {
    const { price, provenance } = models.lookUp('xai', 'grok-4.3');
    return [price?.input, provenance.price?.source];
  };
  assert.deepEqual(figure(), [1.25, 'bundle']);
  await refresh({ [dev.url]: says('xai', 'grok-4.3', { price: { input: 2, output: 4 } }) });
  assert.deepEqual(figure(), [2, 'models.dev']);
  await refresh({ [page.url]: says('xai', 'grok-4.3', { price: { input: 3, output: 4 } }) });
  assert.deepEqual(figure(), [3, 'openai-page']);
  await refresh({ [list.url]: says('xai', 'grok-4.3', { price: { input: 4, output: 4 } }) });
  assert.deepEqual(figure(), [4, 'xai-list']);
  assert.deepEqual(models.lookUp('xai', 'grok-4.3').provenance.price, {
    origin: 'provider',
    source: 'xai-list',
    atMs: start,
  });
});

test('each figure has its own origin and date', async () => {
  const { clock, models, refresh } = setUp();
  await refresh({
    [dev.url]: says('xai', 'grok-9', { contextTokens: 500_000, price: { input: 2, output: 6 } }),
  });
  clock.now += dayMs;
  await refresh({ [list.url]: says('xai', 'grok-9', { contextTokens: 400_000, vision: true }) });
  const { contextTokens, price, abilities, provenance, maxOutputTokens } = models.lookUp('xai', 'grok-9');
  assert.deepEqual(
    [contextTokens, price?.input, abilities.vision, maxOutputTokens],
    [400_000, 2, true, null],
  );
  assert.deepEqual(
    [provenance.contextTokens?.source, provenance.price?.source, provenance.maxOutputTokens],
    ['xai-list', 'models.dev', undefined],
  );
  assert.deepEqual([provenance.contextTokens?.atMs, provenance.price?.atMs], [start + dayMs, start]);
});

test('a fact that is a month older than another source’s no longer comes first', async () => {
  const { clock, models, refresh } = setUp();
  await refresh({ [page.url]: says('openai', 'gpt-9', { price: { input: 4, output: 8 } }) });
  clock.now += 20 * dayMs;
  await refresh({ [dev.url]: says('openai', 'gpt-9', { price: { input: 2, output: 4 } }) });
  assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 4);
  clock.now += 20 * dayMs;
  await refresh({ [dev.url]: says('openai', 'gpt-9', { price: { input: 2, output: 4 } }) });
  assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 2);
});

test('a price read before a scheduled change does not apply after it', async () => {
  const { clock, models, refresh } = setUp();
  await refresh({ [page.url]: says('gemini', 'gemini-3.8-flash', { price: { input: 0.8, output: 3.75 } }) });
  const price = () => models.lookUp('gemini', 'gemini-3.8-flash').price?.input;
  clock.now = Date.parse('2026-12-31T23:00:00Z');
  assert.equal(price(), 0.8);
  clock.now = Date.parse('2027-01-01T01:00:00Z');
  assert.equal(price(), 1.5);
  await refresh({ [page.url]: says('gemini', 'gemini-3.8-flash', { price: { input: 1.6, output: 7.5 } }) });
  assert.equal(price(), 1.6);
});

test('one price for the whole day does not replace hourly prices', async () => {
  const { models, refresh } = setUp({ now: Date.parse('2026-11-21T12:00:00Z') });
  await refresh({ [dev.url]: says('deepseek', 'deepseek-chat', { price: { input: 0.14, output: 0.28 } }) });
  assert.equal(models.lookUp('deepseek', 'deepseek-chat').provenance.price?.source, 'bundle');
});

test('figures missing from the best price come from others that agree with it', async () => {
  const { models, refresh } = setUp();
  await refresh({
    [list.url]: says('openai', 'gpt-9', { price: { input: 2, output: 10 } }),
    [page.url]: says('openai', 'gpt-9', {
      price: { input: 2, output: 10, cachedRead: 0.5, serviceTiers: { batch: { input: 1, output: 5 } } },
    }),
    [dev.url]: says('openai', 'gpt-9', { price: { input: 3, output: 10, cacheWrite: 2.5 } }),
  });
  assert.deepEqual(models.lookUp('openai', 'gpt-9').price, {
    input: 2,
    output: 10,
    cachedRead: 0.5,
    serviceTiers: { batch: { input: 1, output: 5 } },
  });
});

test('a dated name has the facts of its model, unless a source lists the snapshot itself', async () => {
  const { models, refresh } = setUp();
  await refresh({
    [dev.url]: JSON.stringify([
      { kind: 'openai', name: 'gpt-9', facts: { price: { input: 2, output: 10 } } },
      { kind: 'openai', name: 'gpt-9-2026-11-01', facts: { price: { input: 3, output: 10 } } },
    ]),
  });
  const inputOf = (name: string) => models.lookUp('openai', name).price?.input;
  assert.deepEqual(
    [inputOf('gpt-9-2026-11-01'), inputOf('gpt-9-2026-10-01'), inputOf('gpt-9-mini')],
    [3, 2, undefined],
  );
});

test('a refresh reports changed and new figures, and nothing otherwise', async () => {
  const { clock, refresh } = setUp();
  const web: Web = {
    [dev.url]: JSON.stringify([
      { kind: 'xai', name: 'grok-9', facts: { price: { input: 2, output: 6 }, contextTokens: 500_000 } },
      {
        kind: 'openai',
        name: 'gpt-6-sol',
        facts: { price: { input: 1, output: 5 }, contextTokens: 1_050_000 },
      },
    ]),
  };
  const first = await refresh(web, [dev]);
  assert.deepEqual(first, {
    requested: 1,
    readable: 1,
    changes: [
      'openai/gpt-6-sol now costs $1 in and $5 out per million tokens, previously $2 in and $10 out per million tokens (The models.dev).',
      ...first.changes.filter((sentence) => sentence.startsWith('openai/gpt-6-sol takes')),
      'xai/grok-9 now has a price: $2 in and $6 out per million tokens (The models.dev).',
    ],
    problems: [],
  });
  clock.now += dayMs;
  assert.deepEqual(await refresh(web, [dev]), { requested: 1, readable: 1, changes: [], problems: [] });
});

test('an implausible figure is reported, and the previous one applies', async () => {
  const { models, refresh } = setUp();
  await refresh(
    { [dev.url]: says('xai', 'grok-9', { price: { input: 2, output: 6 }, contextTokens: 500_000 }) },
    [dev],
  );
  const result = await refresh(
    { [dev.url]: says('xai', 'grok-9', { price: { input: 20, output: 60 }, contextTokens: 600_000 }) },
    [dev],
  );
  const { price, contextTokens } = models.lookUp('xai', 'grok-9');
  assert.deepEqual([price?.input, contextTokens], [2, 600_000], 'what can be believed is');
  assert.deepEqual(result.problems, [
    'The models.dev states an implausible figure for xai/grok-9: $20 in and $60 out is far from $2 in and $6 out; the previous figure applies.',
  ]);
});

test('the first figures of a source are compared with the bundle', async () => {
  const { models, refresh } = setUp();
  await refresh({ [page.url]: says('openai', 'gpt-6-sol', { price: { input: 0.002, output: 0.01 } }) }, [
    page,
  ]);
  assert.equal(models.lookUp('openai', 'gpt-6-sol').price?.input, 2);
});

test('a page with mostly implausible prices is rejected as a whole', async () => {
  const { models, refresh } = setUp();
  const prices = (input: number[]) =>
    JSON.stringify(
      input.map((each, index) => ({
        kind: 'openai',
        name: `gpt-9-${index}`,
        facts: { price: { input: each, output: 8 } },
      })),
    );
  await refresh({ [page.url]: prices([2, 2, 2, 2, 2]) }, [page]);
  const { problems } = await refresh({ [page.url]: prices([200, 200, 200, 3, 2]) }, [page]);
  assert.equal(models.lookUp('openai', 'gpt-9-3').price?.input, 2);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^Most prices of The openai-page are not plausible/);
});

test('a source that cannot be read keeps its figures and does not affect others', async () => {
  const { models, refresh } = setUp();
  await refresh({ [page.url]: says('openai', 'gpt-9', { price: { input: 2, output: 6 } }) }, [page]);
  const table: [Web[string], RegExp][] = [
    [404, /responded with status 404/],
    ['[]', /contains no models in a known form/],
    ['<html>', /has an unknown form/],
    ['x'.repeat(10_001), /is larger than 0.01 MB/],
    [
      () => Promise.reject(new RumboError('Sent on.', { kind: 'blocked-redirect' })),
      /could not be read: Sent on; its/,
    ],
    [
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      /took longer than 0.02 seconds/,
    ],
  ];
  for (const [answer, expected] of table) {
    const result = await refresh(
      { [page.url]: answer, [dev.url]: says('xai', 'grok-9', { contextTokens: 500_000 }) },
      [page, dev],
      { timeoutMs: 20 },
    );
    assert.match(result.problems.join('\n'), expected);
    assert.match(result.problems[0] ?? '', /^The openai-page .*; its previous figures apply\.$/);
    assert.deepEqual([result.requested, result.readable], [2, 1]);
    assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 2);
    assert.equal(models.lookUp('xai', 'grok-9').contextTokens, 500_000);
  }
});

test('a model that a page no longer lists keeps its figures', async () => {
  const { models, refresh } = setUp();
  await refresh({ [page.url]: says('openai', 'gpt-9', { price: { input: 2, output: 6 } }) }, [page]);
  await refresh({ [page.url]: says('openai', 'gpt-10', { price: { input: 3, output: 6 } }) }, [page]);
  assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 2);
});

test('a refresh that is cancelled changes nothing', async () => {
  const { folder, models, refresh } = setUp();
  const stop = new AbortController();
  const cancelled = refresh(
    {
      [page.url]: says('openai', 'gpt-9', { price: { input: 2, output: 6 } }),
      [dev.url]: async (signal) => {
        stop.abort();
        throw signal.reason;
      },
    },
    [page, dev],
    { signal: stop.signal },
  );
  await assert.rejects(cancelled, (error) => error instanceof RumboError && error.kind === 'cancelled');
  assert.equal(models.lookUp('openai', 'gpt-9').price, null);
  assert.deepEqual(readdirSync(folder), []);
});

test('one refresh runs at a time', async () => {
  const { refresh } = setUp();
  const web = { [page.url]: says('openai', 'gpt-9', { contextTokens: 1000 }) };
  const [first, second] = await Promise.all([refresh(web, [page]), refresh({}, [page])]);
  assert.equal(first, second);
});

test('a provider’s key is sent to its own list only', async () => {
  const { models } = setUp();
  const seen: [string, string | undefined][] = [];
  const http: Http = (request) => {
    seen.push([request.url, request.headers['authorization']]);
    return over({})(request);
  };
  const sources = [{ ...list, headers: { authorization: 'Bearer k' } }, page, dev];
  await models.refresh({ http, sources, signal: never });
  assert.deepEqual(seen, [
    [list.url, 'Bearer k'],
    [page.url, undefined],
    [dev.url, undefined],
  ]);
});

const folderWith = async () => {
  const set = setUp();
  await set.refresh({ [page.url]: says('openai', 'gpt-9', { price: { input: 2, output: 6 } }) });
  await set.refresh({ [page.url]: says('openai', 'gpt-9', { price: { input: 3, output: 6 } }) });
  return { ...set, file: join(set.folder, 'models.json') };
};
const inputAfterRestart = ({ make }: ReturnType<typeof setUp>) =>
  make().lookUp('openai', 'gpt-9').price?.input;

test('figures survive a restart, in a file that only the user can read', async () => {
  const set = await folderWith();
  assert.equal(inputAfterRestart(set), 3);
  assert.equal(set.make().refreshedAtMs(), start);
  assert.deepEqual(readdirSync(set.folder).sort(), ['models.json', 'models.json.bak']);
  const { version, unit } = JSON.parse(readFileSync(set.file, 'utf8'));
  assert.deepEqual([version, unit], [1, 'US dollars per million tokens; tokens; milliseconds since 1970']);
  assert.deepEqual(set.warnings, []);
});

test('a broken file is replaced by its backup, a broken backup by the bundle, with one warning', async () => {
  for (const broken of [
    '',
    '{',
    'null',
    '{"version":1}',
    '{"version":1,"refreshedAtMs":1,"unit":"","sources":{"openai-page":{"openai":{"gpt-9":{"price":{"value":{"input":-1,"output":1},"atMs":1}}}}}}',
  ]) {
    const set = await folderWith();
    writeFileSync(set.file, broken);
    assert.equal(inputAfterRestart(set), 2, broken);
    assert.deepEqual(set.warnings, [
      'The file of models (models.json) cannot be read; the previous figures apply.',
    ]);
    writeFileSync(`${set.file}.bak`, broken);
    assert.equal(inputAfterRestart(set), undefined, broken);
    assert.equal(
      set.warnings[1],
      'The file of models (models.json) cannot be read; the bundled figures apply.',
    );
    const again = set.make();
    for (let i = 0; i < 3; i++) again.refreshedAtMs();
    assert.equal(set.warnings.length, 3, 'it is reported once');
  }
});

test('a broken file does not become the backup, and the next refresh repairs it', async () => {
  const set = await folderWith();
  writeFileSync(set.file, '{');
  const web = { [page.url]: says('openai', 'gpt-9', { price: { input: 4, output: 6 } }) };
  await set.make().refresh({ http: over(web), sources: [page], signal: never });
  assert.equal(inputAfterRestart(set), 4);
  assert.match(readFileSync(`${set.file}.bak`, 'utf8'), /"input":2/);
});

test('a file of a newer version is not changed; one of an older format is replaced', async () => {
  const newer = await folderWith();
  const text = readFileSync(newer.file, 'utf8').replace('"version":1', '"version":2');
  writeFileSync(newer.file, text);
  assert.equal(inputAfterRestart(newer), 2, 'its backup is ours');
  assert.match(newer.warnings[0] ?? '', /was written by a newer version of Rumbo/);
  const web = { [page.url]: says('openai', 'gpt-9', { price: { input: 4, output: 6 } }) };
  const models = newer.make();
  await models.refresh({ http: over(web), sources: [page], signal: never });
  assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 4, 'it holds until the server stops');
  assert.equal(readFileSync(newer.file, 'utf8'), text);

  const { folder, make } = setUp();
  writeFileSync(join(folder, 'models.json'), '{"version":0,"models":[]}');
  const older = make();
  assert.equal(older.refreshedAtMs(), 0);
  await older.refresh({ http: over(web), sources: [page], signal: never });
  assert.equal(JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')).version, 1);
});

test('without a folder nothing is written, and a read-only folder is reported once', async () => {
  const web = { [page.url]: says('openai', 'gpt-9', { price: { input: 2, output: 6 } }) };
  const parts = { http: over(web), sources: [page], signal: never };
  const memory = modelRegistry(undefined, () => start, assert.fail);
  await memory.refresh(parts);
  assert.equal(memory.lookUp('openai', 'gpt-9').price?.input, 2);

  const { folder, warnings, clock } = setUp();
  const notAFolder = join(folder, 'file');
  writeFileSync(notAFolder, '');
  const models = modelRegistry(
    notAFolder,
    () => clock.now,
    (message) => warnings.push(message),
  );
  await models.refresh(parts);
  clock.now += dayMs;
  await models.refresh({ ...parts, http: over({}) });
  assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 2);
  assert.ok(warnings.some((message) => message.includes('cannot be written')));
  assert.equal(new Set(warnings).size, warnings.length);
});

test('a refresh in another window takes effect', async () => {
  const { models, make, refresh, clock } = setUp();
  assert.equal(models.refreshedAtMs(), 0);
  const other = make();
  clock.now += dayMs;
  const web = { [page.url]: says('openai', 'gpt-9', { price: { input: 2, output: 6 } }) };
  await other.refresh({ http: over(web), sources: [page], signal: never });
  assert.equal(models.refreshedAtMs(), start + dayMs);
  assert.equal(models.lookUp('openai', 'gpt-9').price?.input, 2);
  await refresh({ [dev.url]: says('xai', 'grok-9', { contextTokens: 1000 }) }, [dev]);
  assert.equal(inputAfterRestart({ make } as ReturnType<typeof setUp>), 2, 'ours is added to theirs');
});

test('with two processes writing at once, a reader finds a whole file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-registry-'));
  const module = new URL('../../../server/registry/models-file.ts', import.meta.url).href;
  const writer = (id: number) =>
    spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { modelsFile } from ${JSON.stringify(module)};
         const file = modelsFile(${JSON.stringify(folder)}, () => process.exit(2));
         const figure = { contextTokens: { value: 1000 + ${id}, atMs: ${id} } };
         const models = Object.fromEntries(Array.from({ length: 300 }, (_, n) => ['model-' + n, figure]));
         for (let n = 1; n <= 60; n++) file.write({ refreshedAtMs: ${id}, sources: { 'models.dev': { openai: models } } });`,
      ],
      { stdio: 'inherit' },
    );
  const processes = [writer(1), writer(2)];
  const ends = Promise.all(processes.map(async (each) => (await once(each, 'exit'))[0]));
  let done = false;
  void ends.then(() => {
    done = true;
  });
  const torn: string[] = [];
  const reader = modelsFile(folder, (message) => torn.push(message));
  const seen = new Set<number>();
  const look = (): StoredFacts => {
    const read = reader.read();
    const figures = Object.values(read.sources['models.dev']?.['openai'] ?? {});
    for (const { contextTokens } of figures) assert.equal(contextTokens?.value, 1000 + read.refreshedAtMs);
    if (read.refreshedAtMs > 0) assert.equal(figures.length, 300);
    seen.add(read.refreshedAtMs);
    return read;
  };
  while (!done) {
    look();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(await ends, [0, 0]);
  assert.ok([1, 2].includes(look().refreshedAtMs), [...seen].join());
  assert.deepEqual(torn, []);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
  assert.ok(existsSync(join(folder, 'models.json.bak')));
});

test('the real parsers fill the registry: models.dev and OpenAI’s page agree on a price', async () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../fixtures/registry/${name}`, import.meta.url), 'utf8');
  const { models, refresh } = setUp();
  const result = await refresh(
    { [modelsDev.url]: fixture('models-dev.json'), [openaiPage.url]: fixture('openai-page.md') },
    [modelsDev, openaiPage],
  );
  assert.deepEqual(result.problems, []);
  assert.deepEqual(models.lookUp('openai', 'text-embedding-3-small').price, { input: 0.02, output: 0 });
  const { price, maxOutputTokens, provenance } = models.lookUp('openai', 'gpt-6-sol');
  assert.equal(price?.serviceTiers?.flex?.input, 1);
  assert.equal(maxOutputTokens, 128_000);
  assert.equal(provenance.price?.source, 'openai-page');
  assert.equal(models.lookUp('xai', 'grok-4.7').price?.input, 2, 'a price that did not come with Rumbo');
});
