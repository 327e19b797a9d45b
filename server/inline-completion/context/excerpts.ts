/** What may be read beside a gap, and how the best of it is chosen: few changes from one keystroke to the next. */
import type { Excerpt } from '../../../shared/chat.ts';
import { estimateTokens } from '../../routing/tokens.ts';

/** A part of a file that may help. */
export type Candidate = {
  readonly uri: string;
  /** As `Excerpt.name`. */
  readonly name: string;
  /** From 0. */
  readonly line: number;
  /** Without secrets, never blank. */
  readonly text: string;
  /** Whoever found it. */
  readonly source: string;
};

/** One that was chosen. */
export type Chosen = Candidate & { readonly tokens: number; readonly score: number };

/** Tokens that a name and what stands around an excerpt take, beside the text. */
const perExcerpt = 8;
const mostExcerpts = 12;

/** Tokens it takes, with its name. */
export const tokensOf = ({ name, text }: Excerpt): number =>
  estimateTokens(name) + estimateTokens(text) + perExcerpt;

/** As is usual: ranks weigh little, so that a second opinion counts more than a first place. */
const evenness = 60;
/** What was read before has been paid for: it stays until it falls far behind. */
const staying = 1.5;

/**
 * Reciprocal rank fusion. https://plg.uwaterloo.ca/~gvcormac/cormacksigir09-rrf.pdf
 * @param rankings each best first
 * @returns score by `keyOf`
 */
export function fuse(rankings: readonly (readonly Candidate[])[]): Map<string, number> {
  const scores = new Map<string, number>();
  for (const ranking of rankings) {
    for (const [rank, candidate] of ranking.entries()) {
      const key = keyOf(candidate);
      scores.set(key, (scores.get(key) ?? 0) + 1 / (evenness + rank + 1));
    }
  }
  return scores;
}

/** The same text of the same file is the same candidate, on whatever line it stands. */
export const keyOf = ({ uri, text }: Candidate): string => `${uri}\n${text}`;

/**
 * Those that fit, in the order in which they are read: what was read before keeps its place, what is new comes behind
 * it, by path and line. An engine reads anew whatever follows a change.
 * @param before what was chosen last time
 */
export function choose(
  candidates: readonly Candidate[],
  scores: ReadonlyMap<string, number>,
  before: readonly Chosen[],
  budgetTokens: number,
): readonly Chosen[] {
  const places = new Map(before.map((chosen, place) => [keyOf(chosen), place]));
  const weighed = candidates
    .map((candidate) => {
      const key = keyOf(candidate);
      const score = scores.get(key) ?? 0;
      return { candidate, place: places.get(key), score, weight: score * (places.has(key) ? staying : 1) };
    })
    .sort((a, b) => b.weight - a.weight || byPlace(a.candidate, b.candidate));

  const chosen: { place: number | undefined; item: Chosen }[] = [];
  let left = budgetTokens;
  for (const { candidate, place, score } of weighed) {
    if (chosen.length >= mostExcerpts) break;
    const tokens = tokensOf(candidate);
    if (tokens > left || chosen.some(({ item }) => isSame(item, candidate))) continue;
    left -= tokens;
    chosen.push({ place, item: { ...candidate, tokens, score } });
  }
  return chosen
    .sort(
      (a, b) =>
        (a.place ?? Number.POSITIVE_INFINITY) - (b.place ?? Number.POSITIVE_INFINITY) ||
        byPlace(a.item, b.item),
    )
    .map(({ item }) => item);
}

/** `Infinity - Infinity` is no number, which `||` passes over. */
const byPlace = (a: Candidate, b: Candidate): number =>
  compare(a.name, b.name) || compare(a.uri, b.uri) || a.line - b.line || compare(a.text, b.text);

/** By code units: the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A copy, or of one file what is there already. */
const isSame = (a: Candidate, b: Candidate): boolean =>
  a.text === b.text ||
  (a.uri === b.uri &&
    // Signatures are lines from everywhere.
    (a.source === 'import' || b.source === 'import'
      ? holds(a, b) || holds(b, a)
      : a.line < endOf(b) && b.line < endOf(a)));

const holds = (a: Candidate, b: Candidate): boolean =>
  b.text.split('\n').every((line) => a.text.includes(line.trim()));

const endOf = ({ line, text }: Candidate): number => line + text.split('\n').length;
