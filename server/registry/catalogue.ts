/** What is known of cloud models beside what their services list: prices and context lengths, bundled with Rumbo. */
import type { Price, Rates } from '../../shared/models.ts';
import bundled from './catalogue.json' with { type: 'json' };
import { tierOf } from './tiers.ts';

/** What the catalogue says of a model; `null` where it says nothing. */
export type CatalogueEntry = {
  /** `null`: unknown, which is never 0. */
  readonly price: Price | null;
  /** Tokens. */
  readonly contextTokens: number | null;
  /** Tokens. The source does not know it for any model yet. */
  readonly maxOutputTokens: number | null;
  /** 1 (small) – 5 (frontier). */
  readonly tier: number | null;
};

/** A prompt of more than `overTokens` is priced at these rates, all of it. */
export type LongContext = { readonly overTokens: number; readonly price: Rates };

/** The file as scripts/update-catalogue.ts writes it. */
export type Catalogue = {
  readonly source: string;
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

/**
 * By the engine's kind (`openai`, `gemini`, …) and the name its service knows. An exact name comes before a beginning,
 * the longest beginning before a pattern.
 * @param now milliseconds since 1970, for prices that change on a date or by the hour
 */
export function lookUp(kind: string, name: string, now = Date.now()): CatalogueEntry {
  const model = find(catalogue.providers[kind] ?? [], name);
  const changed = model?.later?.findLast(({ from }) => Date.parse(from) <= now);
  return {
    price: hourly(model, now) ?? priceOf(changed ?? model),
    contextTokens: model?.contextTokens ?? null,
    maxOutputTokens: null,
    tier: tierOf(name),
  };
}

function hourly(model: CatalogueModel | undefined, now: number): Price | undefined {
  const time = new Date(now).toISOString().slice(11, 16);
  return model?.hours?.find(({ from, to }) => from <= time && time < to)?.price;
}

function priceOf(found: Pick<CatalogueModel, 'price' | 'longContext'> | undefined): Price | null {
  if (!found?.price) return null;
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
