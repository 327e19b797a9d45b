/** What holds of a model, from everything that was said of it: who says it best, and what fills the gaps. Pure. */
import type { Abilities, Price } from '../../shared/models.ts';
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

/** What is known of a model; `null` where nobody says. */
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
  /** It thinks before it answers. */
  readonly reasoning: boolean | null;
  /** It fills in the middle. */
  readonly fill: boolean | null;
  /** It turns texts into vectors and does not chat. */
  readonly embeds: boolean | null;
  /** By figure; absent where nobody says. */
  readonly provenance: Readonly<Partial<Record<FigureName, Provenance>>>;
};

/** A figure this much older than another's is no longer the better one, whoever said it. Milliseconds. */
const staleMs = 30 * 24 * 3_600_000;

/**
 * By the engine's kind (`openai`, `gemini`, …) and the name its service knows.
 * @param originOf who a source speaks for; `undefined`: no source of ours (any more)
 * @param nowMs milliseconds since 1970, for prices that change on a date or by the hour
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
    const said: Candidate<Name>[] = [];
    for (const [source, kinds] of Object.entries(sources)) {
      const origin = originOf(source);
      const found = (kinds[kind]?.[name] ?? kinds[kind]?.[withoutDate(name)])?.[figure];
      if (origin && found) said.push({ value: found.value, origin, source, atMs: found.atMs });
    }
    return inOrder(said, bundled(bundle, figure), figure === 'price' && bundle.hourly);
  };
  const settle = <Name extends FigureName>(figure: Name) => {
    const [best] = ranked(figure);
    if (!best) return;
    const { value, ...from } = best;
    facts[figure] = value;
    provenance[figure] = from;
  };
  for (const figure of figureNames) settle(figure);
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
 * Best first. What was read before the bundle was made, or before a date on which the bundle knows the price to have
 * changed, comes after it; what is much older than another's word comes after that.
 */
function inOrder<Name extends FigureName>(
  said: readonly Candidate<Name>[],
  bundle: Candidate<Name> | undefined,
  bundleKnowsBest: boolean,
): Candidate<Name>[] {
  const newest = Math.max(...said.map(({ atMs }) => atMs));
  const rank = ({ origin, atMs }: Candidate<Name>): number => {
    const outdated = bundle && (bundleKnowsBest || atMs < bundle.atMs);
    const place = origin === 'bundle' ? 2 : outdated ? 3 : atMs < newest - staleMs ? 1 : 0;
    return place * factOrigins.length + factOrigins.indexOf(origin);
  };
  return [...said, ...(bundle ? [bundle] : [])].toSorted((a, b) => rank(a) - rank(b) || b.atMs - a.atMs);
}

/** What the best price leaves out, from others that agree with it on prompts and answers. */
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

/** The model that a dated name is a snapshot of. */
const withoutDate = (name: string): string => name.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '');
