/** Prices and context lengths: what is known, what is not, and where it comes from. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildCatalogue } from '../../../scripts/update-catalogue.ts';
import { engines } from '../../../server/engines/table.ts';
import { catalogue } from '../../../server/registry/catalogue.ts';
import { mergeFacts } from '../../../server/registry/merged-facts.ts';

const now = Date.parse('2026-11-21T00:00:00Z');

/** Without any word from outside. */
const lookUp = (kind: string, name: string, nowMs: number) =>
  mergeFacts(kind, name, {}, () => undefined, nowMs);

test('known models have a price per million tokens, limits, abilities and provenance', () => {
  const { provenance, ...opus } = lookUp('anthropic', 'claude-opus-5-5', now);
  assert.deepEqual(opus, {
    price: { input: 4, output: 20, cachedRead: 0.2, cacheWrite: 5, cacheWriteHour: 8 },
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    tier: 5,
    abilities: { tools: true, vision: true },
    reasoning: true,
    fill: null,
    embeds: null,
  });
  const released = Date.parse('2026-09-23');
  assert.deepEqual(provenance.price, { origin: 'bundle', source: 'bundle', atMs: released });
  assert.deepEqual(lookUp('groq', 'openai/gpt-oss-120b', now).price, {
    input: 0.15,
    output: 0.6,
    cachedRead: 0.075,
  });
});

test('a long prompt has a price of its own', () => {
  const { price } = lookUp('openai', 'gpt-6-sol', now);
  const longContext = price?.longContext;
  assert.deepEqual([price?.input, price?.output], [2, 10]);
  assert.equal(longContext?.overTokens, 272_000);
  assert.deepEqual([longContext?.rates.input, longContext?.rates.output], [4, 15]);
});

test('a price that changes on a date changes on that date', () => {
  const inputAt = (date: string) => lookUp('gemini', 'gemini-3.8-flash', Date.parse(date)).price?.input;
  assert.equal(inputAt('2026-12-31T23:59:59Z'), 0.75);
  assert.equal(inputAt('2027-01-01T00:00:00Z'), 1.5);
});

test('an hourly price applies at its hours only', () => {
  const inputAt = (time: string) =>
    lookUp('deepseek', 'deepseek-chat', Date.parse(`2026-11-21T${time}Z`)).price?.input;
  assert.deepEqual(
    [inputAt('00:29:59'), inputAt('00:30:00'), inputAt('16:29:00'), inputAt('16:30:00')],
    [0.135, 0.27, 0.27, 0.135],
  );
});

test('an unknown model has no price, which is not 0', () => {
  for (const [kind, name] of [
    ['xai', 'grok-4.7'],
    ['openai', 'gpt-99'],
    ['openai-compatible', 'gpt-6-sol'],
    ['ollama', 'qwen3:8b'],
  ] as const) {
    const { price, contextTokens } = lookUp(kind, name, now);
    assert.deepEqual([price, contextTokens], [null, null], name);
  }
});

test('an exact name precedes a prefix, the longest prefix a shorter one', () => {
  const inputOf = (name: string) => lookUp('gemini', name, now).price?.input;
  assert.equal(inputOf('gemini-3.5-flash'), 1.5);
  assert.equal(inputOf('gemini-3.5-flash-lite'), 0.3);
  assert.equal(inputOf('gemini-3.5-flash-lite-preview-09'), 0.3);
  assert.equal(inputOf('gemini-3.5-flash-002'), 1.5);
});

test('a dated name has the facts of its model', () => {
  assert.deepEqual(lookUp('openai', 'gpt-6-sol-2026-09-01', now), lookUp('openai', 'gpt-6-sol', now));
  assert.deepEqual(
    lookUp('anthropic', 'claude-opus-5-5-20261001', now).price,
    lookUp('anthropic', 'claude-opus-5-5', now).price,
  );
});

test('speech at a model’s name does not take the model’s price', () => {
  assert.equal(lookUp('gemini', 'gemini-2.5-pro-preview-tts', now).price, null);
  assert.equal(lookUp('gemini', 'gemini-2.5-pro-preview-06-05', now).price?.input, 1.25);
});

test('every model in rotation by default has a known price', () => {
  for (const { kind, defaultModels = [] } of engines) {
    for (const name of defaultModels) assert.ok(lookUp(kind, name, now).price, `${kind}/${name}`);
  }
});

test('no price in the catalogue is negative, and every model has a name', () => {
  for (const [kind, models] of Object.entries(catalogue.providers)) {
    for (const { price, equals = [], startsWith = [], patterns = [] } of models) {
      assert.ok(equals.length + startsWith.length + patterns.length > 0, kind);
      for (const value of Object.values(price ?? {})) assert.ok(value >= 0);
    }
  }
});

test('the catalogue matches its source, is small, and names its licence', () => {
  assert.deepEqual(catalogue, buildCatalogue(), 'run: node scripts/update-catalogue.ts');
  const file = readFileSync(new URL('../../../server/registry/catalogue.json', import.meta.url));
  assert.ok(file.length <= 60 * 1024, `${file.length} bytes`);
  assert.match(catalogue.source, /@pydantic\/genai-prices/);
  const notice = readFileSync(new URL('../../../NOTICE', import.meta.url), 'utf8');
  assert.match(notice, /genai-prices/);
  assert.match(notice, /MIT License/);
});
