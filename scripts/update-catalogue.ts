/** Writes server/registry/catalogue.json from @pydantic/genai-prices: `node scripts/update-catalogue.ts`. https://github.com/pydantic/genai-prices */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProvider, type MatchLogic, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import { engines } from '../server/engines/table.ts';
import type { Catalogue, CatalogueModel, LongContext } from '../server/registry/catalogue.ts';
import type { Price } from '../shared/models.ts';

/** The date of this release of the source: prices that ended before are dropped. Change it with the version. */
const released = '2026-09-23';

/** The source's provider ids by our engine kinds. */
const kinds = engines.flatMap(({ kind, genaiPricesId }) =>
  genaiPricesId ? [[kind, genaiPricesId] as const] : [],
);

/** Models without chat, or (Claude at Google) of a service that no engine supports. */
const excluded =
  /embed|image|audio|realtime|transcribe|tts|whisper|moderation|voice|live|dall-e|sora|veo|davinci|babbage|ada\b|curie/;

/** The catalogue; the same release of the source gives the same catalogue. */
export function buildCatalogue(): Catalogue {
  const manifest = new URL('../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    source: `@pydantic/genai-prices ${version} of ${released}, https://github.com/pydantic/genai-prices`,
    released,
    licence: 'MIT, © Pydantic Services Inc.; see NOTICE',
    unit: 'US dollars per million tokens',
    providers: Object.fromEntries(
      kinds.map(([kind, id]) => {
        const models = findProvider({ providerId: id })?.models ?? [];
        const ours = models.filter(({ id }) => isOurs(kind, id)).flatMap(modelOf);
        return [kind, kind === 'anthropic' ? ours.map(withHourWrites) : ours];
      }),
    ),
  };
}

const isOurs = (kind: string, id: string): boolean =>
  !excluded.test(id) && (kind === 'anthropic' || !id.includes('claude'));

/**
 * The source has the price of cache writes for some minutes; for an hour the price is twice that of the input.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing
 */
function withHourWrites(model: CatalogueModel): CatalogueModel {
  if (model.price?.cacheWrite === undefined) return model;
  return { ...model, price: { ...model.price, cacheWriteHour: model.price.input * 2 } };
}

function modelOf(info: ModelInfo): CatalogueModel[] {
  const { base, later, hours } = pricesOf(info);
  if (!base.price && info.context_window === undefined) return [];
  return [
    {
      ...namesOf(info.match),
      ...(info.context_window === undefined ? {} : { contextTokens: info.context_window }),
      ...base,
      ...(later.length > 0 ? { later } : {}),
      ...(hours.length > 0 ? { hours } : {}),
    },
  ];
}

type Rates = { price?: Price; longContext?: LongContext };

type Prices = {
  base: Rates;
  later: NonNullable<CatalogueModel['later']>;
  hours: NonNullable<CatalogueModel['hours']>;
};

function pricesOf({ prices }: ModelInfo): Prices {
  if (!Array.isArray(prices)) return { base: ratesOf(prices), later: [], hours: [] };
  let base: Rates = {};
  const later: { from: string; price: Price; longContext?: LongContext }[] = [];
  const hours: { from: string; to: string; price: Price }[] = [];
  for (const { constraint, prices: each } of prices) {
    const rates = ratesOf(each);
    if (constraint?.type === 'time_of_date') {
      const { start_time: from, end_time: to } = constraint;
      if (rates.price) hours.push({ from: from.slice(0, 5), to: to.slice(0, 5), price: rates.price });
    } else if (!constraint || constraint.start_date <= released) base = rates;
    else if (rates.price) later.push({ from: constraint.start_date, ...rates, price: rates.price });
  }
  return { base, later, hours };
}

function ratesOf(prices: ModelPrice): Rates {
  const price = priceAt(prices, (value) => (typeof value === 'number' ? value : value?.base));
  if (!price) return {};
  const starts = Object.values(prices).flatMap((value) =>
    typeof value === 'object' ? value.tiers.map(({ start }) => start) : [],
  );
  if (starts.length === 0) return { price };
  const overTokens = Math.min(...starts);
  // Only the first step is used; no model has a second.
  const long = priceAt(prices, (value) =>
    typeof value === 'object'
      ? (value.tiers.find(({ start }) => start === overTokens)?.price ?? value.base)
      : value,
  );
  return long ? { price, longContext: { overTokens, price: long } } : { price };
}

function priceAt(
  prices: ModelPrice,
  read: (value: ModelPrice[string]) => number | undefined,
): Price | undefined {
  const input = read(prices['input_mtok']);
  const output = read(prices['output_mtok']);
  const cachedRead = read(prices['cache_read_mtok']);
  const cacheWrite = read(prices['cache_write_mtok']);
  if (input === undefined || output === undefined) return undefined;
  return {
    input,
    output,
    ...(cachedRead === undefined ? {} : { cachedRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  };
}

function namesOf(match: MatchLogic): Pick<CatalogueModel, 'equals' | 'startsWith' | 'patterns'> {
  const any = 'or' in match ? match.or : [match];
  const equals = any.flatMap((each) => ('equals' in each ? [each.equals] : []));
  const startsWith = any.flatMap((each) => ('starts_with' in each ? [each.starts_with] : []));
  const patterns = any.filter((each) => !('equals' in each || 'starts_with' in each)).map(patternOf);
  return {
    ...(equals.length > 0 ? { equals } : {}),
    ...(startsWith.length > 0 ? { startsWith } : {}),
    ...(patterns.length > 0 ? { patterns } : {}),
  };
}

function patternOf(match: MatchLogic): string {
  if ('regex' in match) return match.regex;
  if ('contains' in match) return literal(match.contains);
  if ('ends_with' in match) return `${literal(match.ends_with)}$`;
  if ('equals' in match) return `^${literal(match.equals)}$`;
  if ('starts_with' in match) return `^${literal(match.starts_with)}`;
  if ('or' in match) return match.or.map((each) => `(?:${patternOf(each)})`).join('|');
  // All of them: each is a lookahead from the start.
  return `^${match.and.map((each) => `(?=${patternOf(each).replace(/^(?!\^)/, '.*')})`).join('')}`;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

if (import.meta.main) {
  const target = fileURLToPath(new URL('../server/registry/catalogue.json', import.meta.url));
  writeFileSync(target, `${JSON.stringify(buildCatalogue(), null, 2)}\n`);
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));
  execFileSync(biome, ['format', '--write', target], { stdio: 'inherit' });
}
