/** Merges the facts that all sources state about a model: the best source per fact, missing facts from the others. Pure. */

import type { Abilities } from '../../shared/abilities.ts';
import type { Price } from '../../shared/models.ts';
import { bundledFacts } from './catalogue.ts';
import {
  type FactOrigin,
  type FigureName,
  factOrigins,
  figureNames,
  type ModelFacts,
  type Provenance,
} from './facts.ts';
import type { FactsBySource } from './models-file.ts';
import { guessTier } from './tiers.ts';

/** The facts of a model; `null`: no source states it. */
export type MergedFacts = {
  /** US dollars per million tokens. `null`: unknown, which is never 0. */
  readonly price: Price | null;
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number | null;
  /** Tokens of one answer. */
  readonly maxOutputTokens: number | null;
  /** 1 (small) – 5 (frontier). */
  readonly tier: number | null;
  readonly abilities: Abilities;
  /** It reasons before it answers. */
  readonly reasoning: boolean | null;
  /** It supports fill in the middle. */
  readonly fill: boolean | null;
  /** It is an embedding model and does not chat. */
  readonly embeds: boolean | null;
  /** By fact. Absent: no source states it. */
  readonly provenance: Readonly<Partial<Record<FigureName, Provenance>>>;
};

/** A fact this much older than another source's no longer takes precedence. Milliseconds. */
const staleMs = 30 * 24 * 3_600_000;

/**
 * By engine kind (`openai`, `gemini`, …) and the service's model name.
 * @param originOf the origin of a source; `undefined`: an unknown source, or one of an earlier version
 * @param nowMs milliseconds since 1970, for prices that depend on the date or the hour
 */
export function mergeFacts(
  kind: string,
  name: string,
  sources: FactsBySource,
  originOf: (source: string) => FactOrigin | undefined,
  nowMs: number,
): MergedFacts {
  const bundle = bundledFacts(kind, name, nowMs);
  const facts: { -readonly [Name in FigureName]?: ModelFacts[Name] } = {};
  const provenance: { [Name in FigureName]?: Provenance } = {};
  const ranked = <Name extends FigureName>(figure: Name): Candidate<Name>[] => {
    const candidates: Candidate<Name>[] = [];
    for (const [source, kinds] of Object.entries(sources)) {
      const origin = originOf(source);
      const fact = (kinds[kind]?.[name] ?? kinds[kind]?.[withoutDate(name)])?.[figure];
      if (origin && fact) candidates.push({ value: fact.value, origin, source, atMs: fact.atMs });
    }
    return inOrder(candidates, bundled(bundle, figure), figure === 'price' && bundle.hourly);
  };
  const choose = <Name extends FigureName>(figure: Name) => {
    const [best] = ranked(figure);
    if (!best) return;
    const { value, ...from } = best;
    facts[figure] = value;
    provenance[figure] = from;
  };
  for (const figure of figureNames) choose(figure);
  if (facts.price)
    facts.price = filled(
      facts.price,
      ranked('price').map(({ value }) => value),
    );
  return {
    price: facts.price ?? null,
    contextTokens: facts.contextTokens ?? null,
    maxOutputTokens: facts.maxOutputTokens ?? null,
    tier: guessTier(name),
    abilities: { tools: facts.tools ?? null, vision: facts.vision ?? null },
    reasoning: facts.reasoning ?? null,
    fill: facts.fill ?? null,
    embeds: facts.embeds ?? null,
    provenance,
  };
}

type Candidate<Name extends FigureName> = Provenance & { readonly value: NonNullable<ModelFacts[Name]> };

function bundled<Name extends FigureName>(
  { facts, atMs }: ReturnType<typeof bundledFacts>,
  figure: Name,
): Candidate<Name> | undefined {
  const value: ModelFacts[Name] = facts[figure];
  if (value === undefined || value === null) return;
  return { value, origin: 'bundle', source: 'bundle', atMs };
}

/**
 * Best first. A fact that was read before the bundle was made, or before the date of a price change that the bundle
 * contains, comes after the bundle; one that is much older than another source's comes after the recent ones.
 */
function inOrder<Name extends FigureName>(
  candidates: readonly Candidate<Name>[],
  bundle: Candidate<Name> | undefined,
  bundleIsHourly: boolean,
): Candidate<Name>[] {
  const newest = Math.max(...candidates.map(({ atMs }) => atMs));
  const rank = ({ origin, atMs }: Candidate<Name>): number => {
    const outdated = bundle && (bundleIsHourly || atMs < bundle.atMs);
    const group = origin === 'bundle' ? 2 : outdated ? 3 : atMs < newest - staleMs ? 1 : 0;
    return group * factOrigins.length + factOrigins.indexOf(origin);
  };
  return [...candidates, ...(bundle ? [bundle] : [])].toSorted(
    (a, b) => rank(a) - rank(b) || b.atMs - a.atMs,
  );
}

/** Completes the best price from others with the same input and output rates. */
function filled(best: Price, others: readonly Price[]): Price {
  let price = best;
  for (const other of others) {
    if (other.input !== best.input || other.output !== best.output) continue;
    const serviceTiers = { ...other.serviceTiers, ...price.serviceTiers };
    price = {
      ...other,
      ...price,
      ...(Object.keys(serviceTiers).length > 0 ? { serviceTiers } : {}),
    };
  }
  return price;
}

/** The model name without the date of a snapshot. */
const withoutDate = (name: string): string => name.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '');
