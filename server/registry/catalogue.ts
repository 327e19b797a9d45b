/** What came with Rumbo of cloud models, beside what their services list: prices, limits and what they can do. */
import type { Price, Rates } from '../../shared/models.ts';
import bundled from './catalogue.json' with { type: 'json' };
import type { ModelFacts } from './facts.ts';
import { familyFacts } from './families.ts';

/** What the bundle says of a model, and since when it holds. */
export type BundledFacts = {
  readonly facts: ModelFacts;
  /** Milliseconds since 1970: the source's release, or the day since when the price has been this one. */
  readonly atMs: number;
  /** The price changes by the hour, so a page that gives one for the whole day knows less. */
  readonly hourly: boolean;
};

/** A prompt of more than `overTokens` is priced at these rates, all of it. */
export type LongContext = { readonly overTokens: number; readonly price: Rates };

/** The file as scripts/update-catalogue.ts writes it. */
export type Catalogue = {
  readonly source: string;
  /** ISO date, UTC, of the source's release. */
  readonly released: string;
  readonly licence: string;
  readonly unit: string;
  /** By engine kind. */
  readonly providers: Readonly<Record<string, readonly CatalogueModel[]>>;
};

export type CatalogueModel = {
  /** Names that are meant; at least one of the three. */
  readonly equals?: readonly string[];
  readonly startsWith?: readonly string[];
  /** Regular expressions. */
  readonly patterns?: readonly string[];
  readonly contextTokens?: number;
  readonly price?: Rates;
  /** Absent: one price for every length. */
  readonly longContext?: LongContext;
  /** What it will cost from a date on, soonest first. */
  readonly later?: readonly {
    /** ISO date, UTC. */
    readonly from: string;
    readonly price: Rates;
    readonly longContext?: LongContext;
  }[];
  /** What it costs at some hours of every day instead: `HH:MM`, UTC, `to` not included. */
  readonly hours?: readonly { readonly from: string; readonly to: string; readonly price: Rates }[];
};

export const catalogue: Catalogue = bundled;

const releasedMs = Date.parse(catalogue.released);

/**
 * By the engine's kind (`openai`, `gemini`, …) and the name its service knows. An exact name comes before a beginning,
 * the longest beginning before a pattern.
 * @param nowMs milliseconds since 1970, for prices that change on a date or by the hour
 */
export function bundledFacts(kind: string, name: string, nowMs: number): BundledFacts {
  const model = find(catalogue.providers[kind] ?? [], name);
  const changed = model?.later?.findLast(({ from }) => Date.parse(from) <= nowMs);
  const price = hourly(model, nowMs) ?? priceOf(changed ?? model);
  return {
    facts: {
      ...familyFacts(kind, name),
      ...(model?.contextTokens === undefined ? {} : { contextTokens: model.contextTokens }),
      ...(price ? { price } : {}),
    },
    atMs: changed ? Date.parse(changed.from) : releasedMs,
    hourly: model?.hours !== undefined,
  };
}

function hourly(model: CatalogueModel | undefined, nowMs: number): Price | undefined {
  const time = new Date(nowMs).toISOString().slice(11, 16);
  return model?.hours?.find(({ from, to }) => from <= time && time < to)?.price;
}

function priceOf(found: Pick<CatalogueModel, 'price' | 'longContext'> | undefined): Price | undefined {
  if (!found?.price) return;
  const { price, longContext } = found;
  return longContext
    ? { ...price, longContext: { overTokens: longContext.overTokens, rates: longContext.price } }
    : price;
}

function find(models: readonly CatalogueModel[], name: string): CatalogueModel | undefined {
  const exact = models.find(({ equals }) => equals?.includes(name));
  if (exact) return exact;
  let longest = '';
  let begun: CatalogueModel | undefined;
  for (const model of models) {
    for (const start of model.startsWith ?? []) {
      if (!name.startsWith(start) || start.length <= longest.length) continue;
      longest = start;
      begun = model;
    }
  }
  return begun ?? models.find(({ patterns }) => patterns?.some((pattern) => new RegExp(pattern).test(name)));
}
