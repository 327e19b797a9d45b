/** The facts of models in each page, list and file, in its documented structure. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ModelFacts } from '../../../../server/registry/facts.ts';
import { anthropicPage } from '../../../../server/registry/sources/anthropic-page.ts';
import { geminiPage } from '../../../../server/registry/sources/gemini-page.ts';
import { groqPage } from '../../../../server/registry/sources/groq-page.ts';
import { listSources } from '../../../../server/registry/sources/lists.ts';
import { modelsDev } from '../../../../server/registry/sources/models-dev.ts';
import { openaiPage } from '../../../../server/registry/sources/openai-page.ts';
import { publicSources } from '../../../../server/registry/sources/table.ts';
import { xaiPage } from '../../../../server/registry/sources/xai-page.ts';

const fixtures = new URL('../../../fixtures/registry/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, fixtures), 'utf8');
const november = Date.parse('2026-11-21T00:00:00Z');

type Readable = Pick<(typeof publicSources)[number], 'parse'>;

/** By `kind/name`. */
function factsIn(source: Readable, body: string, nowMs = november): Record<string, ModelFacts> {
  return Object.fromEntries(
    source.parse(body, nowMs).map(({ kind, name, facts }) => [`${kind}/${name}`, facts]),
  );
}

test('OpenAI’s page: rates, the cache, long prompts, and what batch, flex and fast mode cost', () => {
  const models = factsIn(openaiPage, fixture('openai-page.md'));
  assert.deepEqual(Object.keys(models), [
    'openai/gpt-6-astra',
    'openai/gpt-6-sol',
    'openai/gpt-5.5',
    'openai/gpt-5.4-mini',
  ]);
  assert.deepEqual(models['openai/gpt-6-sol']?.price, {
    input: 2,
    output: 10,
    cachedRead: 0.2,
    cacheWrite: 2.5,
    longContext: {
      overTokens: 272_000,
      rates: { input: 4, output: 15, cachedRead: 0.4, cacheWrite: 5 },
    },
    serviceTiers: {
      batch: {
        input: 1,
        output: 5,
        cachedRead: 0.1,
        cacheWrite: 1.25,
        longContext: {
          overTokens: 272_000,
          rates: { input: 2, output: 7.5, cachedRead: 0.2, cacheWrite: 2.5 },
        },
      },
      flex: { input: 1, output: 5, cachedRead: 0.1 },
      priority: { input: 4, output: 20, cachedRead: 0.4 },
    },
  });
  // A dash is no price, and the tokens of its pictures are not its usual ones.
  assert.deepEqual(models['openai/gpt-5.4-mini']?.price, { input: 0.75, output: 4.5, cachedRead: 0.075 });
});

test('OpenAI’s page without headings: the first table has the standard price, a second one has not', () => {
  const table = (input: string) => `Model | Input | Cached input | Output
--- | --- | --- | ---
gpt-6-sol | ${input} | $0.20 | $10.00
`;
  const page = `Prices per 1M tokens.\n\n${table('$2.00')}\nSomething else.\n\n${table('$1.00')}`;
  assert.equal(factsIn(openaiPage, page)['openai/gpt-6-sol']?.price?.input, 2);
});

test('OpenAI’s page in another unit is not read', () => {
  assert.throws(() =>
    openaiPage.parse(fixture('openai-page.md').replace('per 1M tokens', 'per 1K tokens'), november),
  );
});

test('Anthropic’s page: both kinds of cache writes, the batch price, names as in the API', () => {
  const models = factsIn(anthropicPage, fixture('anthropic-page.md'));
  assert.deepEqual(Object.keys(models), [
    'anthropic/claude-fable-5-1',
    'anthropic/claude-opus-5-5',
    'anthropic/claude-opus-5',
    'anthropic/claude-opus-4-1',
    'anthropic/claude-3-7-sonnet',
  ]);
  assert.deepEqual(models['anthropic/claude-opus-5-5']?.price, {
    input: 4,
    output: 20,
    cachedRead: 0.2,
    cacheWrite: 5,
    cacheWriteHour: 8,
    serviceTiers: { batch: { input: 2, output: 10 } },
  });
  assert.equal(models['anthropic/claude-fable-5-1']?.price?.cachedRead, 0.25);
});

test('Google’s page: text, not sound; prompts, not hours of storage; the price of today', () => {
  const models = factsIn(geminiPage, fixture('gemini-page.md'));
  assert.deepEqual(Object.keys(models), [
    'gemini/gemini-3.8-flash',
    'gemini/gemini-3.1-pro-preview',
    'gemini/gemini-3.1-pro-preview-customtools',
    'gemini/gemini-2.5-flash',
  ]);
  assert.deepEqual(models['gemini/gemini-3.8-flash']?.price, {
    input: 0.75,
    output: 3.75,
    cachedRead: 0.075,
    serviceTiers: { batch: { input: 0.375, output: 1.875 }, priority: { input: 1.35, output: 6.75 } },
  });
  assert.deepEqual(models['gemini/gemini-3.1-pro-preview']?.price, {
    input: 2,
    output: 12,
    cachedRead: 0.2,
    longContext: { overTokens: 200_000, rates: { input: 4, output: 18, cachedRead: 0.4 } },
  });
  assert.deepEqual(models['gemini/gemini-2.5-flash']?.price, { input: 0.3, output: 2.5, cachedRead: 0.03 });
});

test('a price that Google’s page gives until a day applies on that day, the next one afterwards', () => {
  const inputAt = (date: string) =>
    factsIn(geminiPage, fixture('gemini-page.md'), Date.parse(date))['gemini/gemini-3.8-flash']?.price?.input;
  assert.equal(inputAt('2026-12-31T23:59:59Z'), 0.75);
  assert.equal(inputAt('2027-01-01T00:00:00Z'), 1.5);
});

test('Groq’s page: prices and limits by the name in the link, without models priced by the hour', () => {
  assert.deepEqual(factsIn(groqPage, fixture('groq-page.md')), {
    'groq/llama-3.3-70b-versatile': { contextTokens: 131_072, maxOutputTokens: 32_768 },
    'groq/openai/gpt-oss-120b': {
      price: { input: 0.15, output: 0.6 },
      contextTokens: 131_072,
      maxOutputTokens: 65_536,
    },
    'groq/qwen/qwen3.8-27b': {
      price: { input: 0.8, output: 4 },
      contextTokens: 131_042,
      maxOutputTokens: 16_384,
    },
  });
});

test('xAI’s page: a prompt that reaches the threshold is long; discounts and premiums are computed', () => {
  const models = factsIn(xaiPage, fixture('xai-page.md'));
  assert.deepEqual(Object.keys(models), ['xai/grok-4.7', 'xai/grok-4.3']);
  assert.deepEqual(models['xai/grok-4.3'], {
    contextTokens: 1_000_000,
    price: {
      input: 1.25,
      output: 2.5,
      cachedRead: 0.2,
      longContext: { overTokens: 199_999, rates: { input: 2.5, output: 5, cachedRead: 0.4 } },
      serviceTiers: {
        batch: {
          input: 1,
          output: 2,
          cachedRead: 0.16,
          longContext: { overTokens: 199_999, rates: { input: 2, output: 4, cachedRead: 0.32 } },
        },
        priority: {
          input: 2.5,
          output: 5,
          cachedRead: 0.4,
          longContext: { overTokens: 199_999, rates: { input: 5, output: 10, cachedRead: 0.8 } },
        },
      },
    },
  });
  assert.equal(models['xai/grok-4.7']?.price?.serviceTiers?.batch, undefined);
});

test('models.dev: prices, limits and abilities of known services only', () => {
  const models = factsIn(modelsDev, fixture('models-dev.json'));
  assert.deepEqual(Object.keys(models), [
    'gemini/gemini-2.5-pro',
    'gemini/gemma-3-27b-it',
    'openai/gpt-6-sol',
    'openai/text-embedding-3-small',
    'xai/grok-4.7',
  ]);
  assert.deepEqual(models['openai/gpt-6-sol'], {
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    tools: true,
    vision: true,
    reasoning: true,
    price: {
      input: 2,
      output: 10,
      cachedRead: 0.2,
      cacheWrite: 2.5,
      longContext: {
        overTokens: 272_000,
        rates: { input: 4, output: 15, cachedRead: 0.4, cacheWrite: 5 },
      },
      serviceTiers: { priority: { input: 4, output: 20, cachedRead: 0.4 } },
    },
  });
  assert.deepEqual(models['gemini/gemini-2.5-pro']?.price?.longContext, {
    overTokens: 200_000,
    rates: { input: 2.5, output: 15, cachedRead: 0.625 },
  });
  assert.equal(models['openai/text-embedding-3-small']?.embeds, true);
  assert.equal(models['gemini/gemma-3-27b-it']?.price, undefined, 'a price of 0 is not stated');
  assert.equal(models['xai/grok-4.7']?.maxOutputTokens, undefined, 'what cannot be read is not stated');
});

test('the services’ own lists: limits and abilities, and xAI’s prices', () => {
  const list = (kind: string) => {
    const source = listSources.find((each) => each.kind === kind);
    assert.ok(source);
    return factsIn(source, fixture(`${kind}-list.json`));
  };
  assert.deepEqual(list('anthropic'), {
    'anthropic/claude-opus-5-5': {
      contextTokens: 1_000_000,
      maxOutputTokens: 128_000,
      vision: true,
      reasoning: true,
    },
  });
  assert.deepEqual(list('gemini'), {
    'gemini/gemini-3.8-flash': { contextTokens: 1_048_576, maxOutputTokens: 65_536, reasoning: true },
    'gemini/gemini-embedding-001': { contextTokens: 2_048, embeds: true },
  });
  assert.deepEqual(list('groq'), {
    'groq/openai/gpt-oss-120b': { contextTokens: 131_072, maxOutputTokens: 65_536 },
  });
  assert.deepEqual(list('mistral'), {
    'mistral/codestral-latest': { contextTokens: 256_000, tools: true, vision: false, fill: true },
  });
  assert.deepEqual(list('xai'), {
    'xai/grok-4.7': {
      contextTokens: 500_000,
      vision: true,
      price: {
        input: 2,
        output: 6,
        cachedRead: 0.5,
        longContext: { overTokens: 199_999, rates: { input: 4, output: 12, cachedRead: 1 } },
      },
    },
    'xai/grok-unpriced': { contextTokens: 256_000 },
  });
});

test('every source has a fixture, its own https address, a limit and a name', () => {
  const files = readdirSync(fixtures).map((name) => name.replace(/\.\w+$/, ''));
  for (const { id, label, limitBytes } of [...publicSources, ...listSources]) {
    assert.ok(files.includes(id.replace('.', '-')), id);
    assert.ok(label.length > 0 && limitBytes <= 16_000_000, id);
  }
  const addresses = publicSources.map(({ url }) => new URL(url));
  assert.ok(addresses.every(({ protocol, search }) => protocol === 'https:' && search === ''));
  const ids = [...publicSources, ...listSources].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('a page with other content yields no entry or an error, never a figure', () => {
  const others = [
    '',
    '<!doctype html><html><body><h1>Just a moment…</h1></body></html>',
    '{"error":{"message":"Too many requests"}}',
    '| a | b |\n|---|---|\n| $1 | $2 |',
    '|||||\n|-|-|\n',
    '[]',
    'null',
  ];
  for (const source of [...publicSources, ...listSources]) {
    for (const body of others) {
      let found: readonly unknown[] = [];
      try {
        found = source.parse(body, november);
      } catch {
        continue;
      }
      assert.deepEqual(found, [], `${source.id}: ${body}`);
    }
  }
});

test('a page truncated anywhere yields the same figures or none', () => {
  for (const source of publicSources.filter(({ origin }) => origin === 'page')) {
    const lines = fixture(`${source.id}.md`).split('\n');
    const whole = factsIn(source, lines.join('\n'));
    for (let length = 0; length < lines.length; length++) {
      let part: Record<string, ModelFacts> = {};
      try {
        part = factsIn(source, lines.slice(0, length).join('\n'));
      } catch {
        continue;
      }
      for (const [id, { price }] of Object.entries(part)) {
        const { input, output } = whole[id]?.price ?? {};
        if (price)
          assert.deepEqual([price.input, price.output], [input, output], `${id} after ${length} lines`);
      }
    }
  }
});

test('a page without one of its columns yields no figure of that column', () => {
  const without = (page: string, column: RegExp) =>
    page
      .split('\n')
      .map((line) => line.replace(column, 'Something else'))
      .join('\n');
  const priced = (source: Readable, page: string) =>
    Object.values(factsIn(source, page)).filter(({ price }) => price !== undefined).length;
  assert.equal(priced(openaiPage, without(fixture('openai-page.md'), /\bOutput\b.*/)), 0);
  assert.equal(
    priced(anthropicPage, without(fixture('anthropic-page.md'), /Base input tokens|Batch input/)),
    0,
  );
  assert.equal(priced(geminiPage, without(fixture('gemini-page.md'), /Paid Tier, per 1M tokens in USD/)), 0);
  assert.equal(priced(groqPage, without(fixture('groq-page.md'), /PRICE PER 1M TOKENS/)), 0);
  assert.equal(priced(xaiPage, without(fixture('xai-page.md'), /Output \/ 1M tokens/)), 0);
});
