/** What engines, the registry and another model tell of models; what they do not tell stays unknown. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { engineLoader, toListedModel } from '../../../server/models/loaders/engine.ts';
import { cheapestDescriber, llmDescriptionLoader } from '../../../server/models/loaders/llm-description.ts';
import type { NativeGet } from '../../../server/models/loaders/native.ts';
import { parseSize } from '../../../server/models/loaders/reading.ts';
import { registryLoader } from '../../../server/models/loaders/registry.ts';
import { engineDetails } from '../../../server/models/loaders/table.ts';
import { type ListedModel, toServedModels } from '../../../server/models/model-set.ts';
import '../../support/load-undici.ts';
import { readText, undiciHttp } from '../../../server/platform/http.ts';
import type { MergedFacts } from '../../../server/registry/merged-facts.ts';
import { RumboError } from '../../../shared/errors.ts';
import type { Model } from '../../../shared/models.ts';
import { type PageServer, pageServer } from '../../support/page-server.ts';
import { recordedLlamaServer } from '../../support/recorded-server.ts';

const { http, dispose } = undiciHttp();
const closers: (() => unknown)[] = [dispose];
after(async () => {
  for (const close of closers) await close();
});
const signal = AbortSignal.timeout(20_000);

const askAt =
  ({ root }: PageServer): NativeGet =>
  async ({ path, body }, over) => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await http({ method, url: `${root}${path}`, headers: {}, body, signal: over });
    const text = await readText(answer.body, 1_000_000);
    if (answer.status >= 400) throw new RumboError(text, { kind: 'model-not-found' });
    return JSON.parse(text);
  };
const started = <Server extends PageServer>(server: Server): Server => {
  closers.push(server.close);
  return server;
};
const interfaceOf = (kind: string) => {
  const found = engineDetails.find((each) => each.kind === kind);
  assert.ok(found);
  return found;
};
const modelsOf = (kind: string, listed: readonly ListedModel[]) =>
  toServedModels({ provider: kind, kind, source: 'local' }, listed);
/** List and details of a server, by name. */
async function told(kind: string, server: PageServer) {
  const ask = askAt(server);
  const models = modelsOf(kind, await interfaceOf(kind).list(ask, signal));
  const loader = engineLoader(engineDetails, () => ask);
  const found = await loader.load(
    models.filter((model) => loader.appliesTo(model)),
    signal,
  );
  return { models, found, requests: server.requests.map(({ method, path }) => `${method} ${path}`) };
}
const fixture = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/wire/${path}`, import.meta.url), 'utf8'));

test('Ollama tells what is on disk, what is allocated, and what each model can', async () => {
  const show = (body: unknown) =>
    (body as { model: string }).model === 'qwen3:8b'
      ? {
          body: {
            license: '\n  Apache License\n  Version 2.0, January 2004\n',
            details: { parameter_size: '8.2B', quantization_level: 'Q4_K_M' },
            model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 },
            capabilities: ['completion', 'tools', 'insert'],
          },
        }
      : { status: 500, body: { error: 'broken' } };
  const server = started(
    await pageServer({
      '/api/tags': { body: fixture('ollama/documented-tags.json') },
      '/api/ps': { body: { models: [{ name: 'qwen3:8b', context_length: 8192 }] } },
      'POST /api/show': show,
    }),
  );
  const { models, found } = await told('ollama', server);
  const [qwen, cloud] = models;
  assert.deepEqual(qwen, {
    id: 'ollama/qwen3:8b',
    provider: 'ollama',
    kind: 'ollama',
    source: 'local',
    name: 'qwen3:8b',
    version: '500a1f067a9f',
    facts: {
      sizeBytes: 5_225_388_164,
      contextTokens: 8192,
      parameters: '8.2B',
      quantisation: 'Q4_K_M',
    },
  });
  assert.deepEqual([cloud?.source, cloud?.facts?.sizeBytes], ['api', undefined], 'it runs elsewhere');
  assert.deepEqual(models.find(({ name }) => name === 'bge:latest')?.facts, {
    sizeBytes: 1,
    chat: false,
    fim: false,
    embedding: true,
    vision: false,
    tools: false,
  });
  assert.deepEqual(
    [...found],
    [
      [
        'ollama/qwen3:8b',
        {
          chat: true,
          fim: true,
          embedding: false,
          vision: false,
          tools: true,
          trainedContextTokens: 40_960,
          parameters: '8.2B',
          quantisation: 'Q4_K_M',
          licence: '  Apache License',
        },
      ],
    ],
  );
});

test('Ollama’s list stands without what is loaded', async () => {
  const server = started(await pageServer({ '/api/tags': { body: { models: [{ name: 'a' }] } } }));
  assert.deepEqual(await interfaceOf('ollama').list(askAt(server), signal), [{ name: 'a', facts: {} }]);
});

test('llama.cpp with one model tells what it has allocated and whether it can call tools', async () => {
  const server = started(await recordedLlamaServer('v1-models', 'props-tools'));
  server.pages['/models'] = server.pages['/v1/models'] ?? {};
  const { models, found } = await told('llama-cpp', server);
  assert.deepEqual(
    models.map(({ name, facts }) => [name, facts]),
    [
      [
        'tiny-chat',
        {
          contextTokens: 512,
          trainedContextTokens: 2048,
          sizeBytes: 383_744,
          parameters: '96K',
          quantisation: 'all F32',
        },
      ],
    ],
  );
  assert.deepEqual(found.get('llama-cpp/tiny-chat'), {
    chat: true,
    vision: false,
    tools: true,
    contextTokens: 2048,
    quantisation: 'all F32',
  });
});

test('llama.cpp’s router is asked for details of loaded models only, and loads none for that', async () => {
  const server = started(
    await recordedLlamaServer('router-models-loaded', 'router-props', 'router-props-model'),
  );
  const page = server.pages['/props?model=tiny-chat'];
  assert.ok(page);
  server.pages['/props?model=tiny-chat&autoload=false'] = page;
  const { models, found, requests } = await told('llama-cpp', server);
  assert.deepEqual(
    models.map(({ name, loaded }) => [name, loaded]),
    [
      ['broken', false],
      ['tiny-chat', true],
      ['tiny-tools', false],
    ],
  );
  assert.deepEqual(requests, ['GET /models', 'GET /props?model=tiny-chat&autoload=false']);
  assert.equal(found.get('llama-cpp/tiny-chat')?.contextTokens, 512);
});

test('the file a llama.cpp model came from is not told', async () => {
  const server = started(await recordedLlamaServer('v1-models-noalias'));
  server.pages['/models'] = server.pages['/v1/models'] ?? {};
  const [model] = await interfaceOf('llama-cpp').list(askAt(server), signal);
  assert.equal(model?.name, 'tiny-nofim.gguf');
});

test('Docker Model Runner tells sizes in words', async () => {
  const gguf = {
    'general.architecture': 'llama',
    'llama.context_length': '8192',
    'general.license': 'apache-2.0',
  };
  const entry = (tag: string, config: object) => ({ id: `sha256:${tag}`, tags: [tag], created: 1, config });
  const body = [
    entry('ai/smollm2:latest', {
      format: 'gguf',
      quantization: 'IQ2_XXS/Q4_K_M',
      parameters: '361.82 M',
      architecture: 'llama',
      size: '256.35 MiB',
      context_size: 4096,
      gguf,
    }),
    entry('ai/mxbai-embed-large', { architecture: 'bert' }),
    { id: 'sha256:untagged' },
  ];
  const server = started(await pageServer({ '/models': { body } }));
  const [smol, embed, untagged] = await interfaceOf('docker-model-runner').list(askAt(server), signal);
  assert.deepEqual(smol, {
    name: 'ai/smollm2:latest',
    version: 'sha256:ai/smollm2:latest',
    facts: {
      chat: true,
      embedding: false,
      sizeBytes: 268_802_458,
      contextTokens: 4096,
      trainedContextTokens: 8192,
      parameters: '361.82 M',
      quantisation: 'IQ2_XXS/Q4_K_M',
      licence: 'apache-2.0',
    },
  });
  assert.deepEqual(embed?.facts, { chat: false, embedding: true });
  assert.deepEqual(untagged, { name: 'sha256:untagged', version: 'sha256:untagged', facts: {} });
});

test('LM Studio’s own list tells everything', async () => {
  const body = fixture('lm-studio/documented-models.json');
  const server = started(await pageServer({ '/api/v1/models': { body } }));
  const [qwen, gemma, nomic] = await interfaceOf('lm-studio').list(askAt(server), signal);
  assert.deepEqual(qwen?.facts, {
    chat: true,
    embedding: false,
    vision: false,
    tools: true,
    contextTokens: 8192,
    trainedContextTokens: 262_144,
    sizeBytes: 2_497_280_256,
    parameters: '4B',
    quantisation: 'Q4_K_M',
  });
  assert.deepEqual([gemma?.facts?.vision, gemma?.facts?.contextTokens], [true, undefined]);
  assert.deepEqual([nomic?.facts?.chat, nomic?.facts?.embedding], [false, true]);
});

test('a list that is none is a failure; an entry that cannot be read is left out', async () => {
  const server = started(
    await pageServer({ '/api/tags': { body: { error: 'no' } }, '/models': { body: [1, {}] } }),
  );
  await assert.rejects(interfaceOf('ollama').list(askAt(server), signal), (error: RumboError) => {
    assert.equal(error.kind, 'bad-response');
    return true;
  });
  assert.deepEqual(await interfaceOf('docker-model-runner').list(askAt(server), signal), []);
});

test('sizes in words are bytes', () => {
  for (const [size, bytes] of [
    ['1 KiB', 1024],
    ['4.7GB', 4_700_000_000],
    ['12 B', 12],
    ['a lot', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const)
    assert.equal(parseSize(size), bytes, size);
});

const nothingKnown: MergedFacts = {
  price: null,
  contextTokens: null,
  maxOutputTokens: null,
  tier: null,
  abilities: { tools: null, vision: null },
  reasoning: null,
  fill: null,
  embeds: null,
  provenance: {},
};

test('the registry tells prices and limits of services, and nothing of what a local engine allocates', async () => {
  const price = { input: 1, output: 2 };
  const loader = registryLoader(() => ({
    ...nothingKnown,
    price,
    contextTokens: 1000,
    embeds: false,
    abilities: { tools: true, vision: null },
  }));
  const local = modelsOf('ollama', [{ name: 'a' }, { name: 'b:cloud', remote: true }]);
  const found = await loader.load(local, signal);
  assert.deepEqual(found.get('ollama/a'), {
    chat: true,
    embedding: false,
    tools: true,
    trainedContextTokens: 1000,
    price: { input: 0, output: 0 },
  });
  const remote = found.get('ollama/b:cloud');
  assert.deepEqual([remote?.contextTokens, remote?.price], [1000, price]);
  const unknown = await registryLoader(() => nothingKnown).load(
    toServedModels({ provider: 'openai', kind: 'openai', source: 'api' }, [{ name: 'x' }]),
    signal,
  );
  assert.deepEqual(unknown.get('openai/x'), {});
});

test('a service without an interface of its own tells what its ordinary list does', () => {
  assert.deepEqual(toListedModel({ name: 'a', contextTokens: 4096, tools: true }), {
    name: 'a',
    facts: { chat: true, contextTokens: 4096, tools: true },
  });
});

const model = (id: Model['id'], more: Partial<Model> = {}): Model => ({
  id,
  provider: 'p',
  name: 'm',
  source: 'api',
  private: false,
  toggle: true,
  locked: false,
  tier: null,
  contextTokens: null,
  maxOutputTokens: null,
  abilities: { tools: null, vision: null },
  price: null,
  ...more,
});
const local = { source: 'local', private: true, price: { input: 0, output: 0 } } as const;

test('the cheapest allowed model describes the others, and never a paid one unless allowed', () => {
  const dear = model('p/dear', { price: { input: 5, output: 25 } });
  const cheap = model('p/cheap', { price: { input: 0.1, output: 0.4 } });
  const small = model('l/small', { ...local, tier: 1 });
  const large = model('l/large', { ...local, tier: 3 });
  const all = [dear, model('p/unknown'), cheap, small, large];
  assert.equal(cheapestDescriber(all, 'off'), undefined);
  assert.equal(cheapestDescriber(all, 'free'), 'l/large');
  assert.equal(cheapestDescriber(all, 'paid'), 'l/large');
  assert.equal(cheapestDescriber([dear, cheap], 'free'), undefined);
  assert.equal(cheapestDescriber([dear, cheap], 'paid'), 'p/cheap');
  assert.equal(cheapestDescriber([{ ...cheap, price: { input: 0, output: 0 } }], 'free'), undefined);
  assert.equal(cheapestDescriber([{ ...small, private: false }], 'free'), undefined);
  for (const kept of [{ locked: true }, { toggle: false }])
    assert.equal(cheapestDescriber([{ ...small, ...kept }], 'paid'), undefined);
});

const described = (answer: string) => {
  const asked: string[] = [];
  const loader = llmDescriptionLoader({
    describer: () => 'l/small',
    ask: async (_model, prompt) => {
      asked.push(prompt);
      return answer;
    },
  });
  return { loader, asked };
};
const [a, b] = modelsOf('p', [{ name: 'a' }, { name: 'b"\\n' }]);
assert.ok(a && b);

test('a batch is one question, and the answer is read whatever a model puts around it', async () => {
  const list = '[{"model": "p/a", "summary": "Writes code.", "types": ["chat", "fim", "magic"]}]';
  for (const answer of [
    list,
    `Sure!\n\`\`\`json\n${list}\n\`\`\`\nDone.`,
    `{"models": ${list}}`,
    list.slice(1, -1),
  ]) {
    const { loader, asked } = described(answer);
    const found = await loader.load([a, b], signal);
    assert.deepEqual(
      [...found],
      [
        ['p/a', { summary: 'Writes code.', chat: true, fim: true }],
        [b.id, {}],
      ],
      answer,
    );
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? '', /"p\/a"\n"p\/b\\"\\\\n"/);
  }
});

test('words of other models, of another shape, or no JSON at all are not believed', async () => {
  const odd = [
    { model: 'p/else', summary: 'x', types: [] },
    { model: 'p/a', summary: 7, types: ['chat'] },
    { model: 'p/a' },
    'p/a',
  ];
  const { loader } = described(JSON.stringify(odd));
  assert.deepEqual((await loader.load([a], signal)).get('p/a'), {});
  for (const answer of ['I cannot.', '[{"model": "p/a"', ''])
    await assert.rejects(described(answer).loader.load([a], signal));
});

test('where no model may be asked, none is', () => {
  const loader = llmDescriptionLoader({ describer: () => undefined, ask: () => assert.fail('asked') });
  assert.equal(loader.appliesTo(a), false);
});
