/** The bundled catalogue of cloud models: prices, limits and abilities, in addition to what their services list. */
import type { Price, Rates } from '../../shared/models.ts';
import bundled from './catalogue.json' with { type: 'json' };
import type { ModelFacts } from './facts.ts';
import { familyFacts } from './families.ts';

/** The bundled facts of a model, and since when they apply. */
export type BundledFacts = {
  readonly facts: ModelFacts;
  /** Milliseconds since 1970: the release of the source, or the day from which this price applies. */
  readonly atMs: number;
  /** The price depends on the hour, so it takes precedence over a page with one price for the whole day. */
  readonly hourly: boolean;
};

/** A prompt of more than `overTokens` is billed at these rates as a whole. */
export type LongContext = { readonly overTokens: number; readonly price: Rates };

/** The file that scripts/update-catalogue.ts writes. */
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
  /** Exact names. At least one of the three is present. */
  readonly equals?: readonly string[];
  readonly startsWith?: readonly string[];
  /** Regular expressions. */
  readonly patterns?: readonly string[];
  readonly contextTokens?: number;
  readonly price?: Rates;
  /** Absent: one price for prompts of any length. */
  readonly longContext?: LongContext;
  /** Prices that apply from a date on, soonest first. */
  readonly later?: readonly {
    /** ISO date, UTC. */
    readonly from: string;
    readonly price: Rates;
    readonly longContext?: LongContext;
  }[];
  /** Prices that apply at some hours of every day: `HH:MM`, UTC, `to` exclusive. */
  readonly hours?: readonly { readonly from: string; readonly to: string; readonly price: Rates }[];
};

export const catalogue: Catalogue = bundled;

const releasedMs = Date.parse(catalogue.released);

/**
 * By engine kind (`openai`, `gemini`, …) and the service's model name. An exact name takes precedence over a prefix, the
 * longest prefix over a pattern.
 * @param nowMs milliseconds since 1970, for prices that depend on the date or the hour
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

function priceOf(model: Pick<CatalogueModel, 'price' | 'longContext'> | undefined): Price | undefined {
  if (!model?.price) return;
  const { price, longContext } = model;
  return longContext
    ? { ...price, longContext: { overTokens: longContext.overTokens, rates: longContext.price } }
    : price;
}

function find(models: readonly CatalogueModel[], name: string): CatalogueModel | undefined {
  const exact = models.find(({ equals }) => equals?.includes(name));
  if (exact) return exact;
  let longest = '';
  let prefixed: CatalogueModel | undefined;
  for (const model of models) {
    for (const start of model.startsWith ?? []) {
      if (!name.startsWith(start) || start.length <= longest.length) continue;
      longest = start;
      prefixed = model;
    }
  }
  return (
    prefixed ?? models.find(({ patterns }) => patterns?.some((pattern) => new RegExp(pattern).test(name)))
  );
}
