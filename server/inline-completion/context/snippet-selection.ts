/** What may be read beside a gap, and how the best of it is chosen: few changes from one keystroke to the next. */
import type { CodeSnippet } from '../../../shared/chat.ts';
import { estimateTokens } from '../../routing/tokens.ts';

/** A part of a file that may help. */
export type SnippetCandidate = {
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
export type SelectedSnippet = SnippetCandidate & { readonly tokens: number; readonly score: number };

/** Tokens that a name and what stands around an excerpt take, beside the text. */
const overheadTokens = 8;
const maxSnippets = 12;

/** Tokens it takes, with its name. */
export const snippetTokens = ({ name, text }: CodeSnippet): number =>
  estimateTokens(name) + estimateTokens(text) + overheadTokens;

/** As is usual: ranks weigh little, so that a second opinion counts more than a first place. */
const rankConstant = 60;
/** What was read before has been paid for: it stays until it falls far behind. */
const incumbentBonus = 1.5;

/**
 * Reciprocal rank fusion. https://plg.uwaterloo.ca/~gvcormac/cormacksigir09-rrf.pdf
 * @param rankings each best first
 * @returns score by `keyOf`
 */
export function fuseRankings(rankings: readonly (readonly SnippetCandidate[])[]): Map<string, number> {
  const scores = new Map<string, number>();
  for (const ranking of rankings) {
    for (const [rank, candidate] of ranking.entries()) {
      const key = snippetKey(candidate);
      scores.set(key, (scores.get(key) ?? 0) + 1 / (rankConstant + rank + 1));
    }
  }
  return scores;
}

/** The same text of the same file is the same candidate, on whatever line it stands. */
export const snippetKey = ({ uri, text }: SnippetCandidate): string => `${uri}\n${text}`;

/**
 * Those that fit, in the order in which they are read: what was read before keeps its place, what is new comes behind
 * it, by path and line. An engine reads anew whatever follows a change.
 * @param before what was chosen last time
 */
export function selectSnippets(
  candidates: readonly SnippetCandidate[],
  scores: ReadonlyMap<string, number>,
  before: readonly SelectedSnippet[],
  budgetTokens: number,
): readonly SelectedSnippet[] {
  const places = new Map(before.map((chosen, place) => [snippetKey(chosen), place]));
  const weighed = candidates
    .map((candidate) => {
      const key = snippetKey(candidate);
      const score = scores.get(key) ?? 0;
      return {
        candidate,
        place: places.get(key),
        score,
        weight: score * (places.has(key) ? incumbentBonus : 1),
      };
    })
    .sort((a, b) => b.weight - a.weight || byLocation(a.candidate, b.candidate));

  const chosen: { place: number | undefined; item: SelectedSnippet }[] = [];
  let left = budgetTokens;
  for (const { candidate, place, score } of weighed) {
    if (chosen.length >= maxSnippets) break;
    const tokens = snippetTokens(candidate);
    if (tokens > left || chosen.some(({ item }) => isDuplicate(item, candidate))) continue;
    left -= tokens;
    chosen.push({ place, item: { ...candidate, tokens, score } });
  }
  return chosen
    .sort(
      (a, b) =>
        (a.place ?? Number.POSITIVE_INFINITY) - (b.place ?? Number.POSITIVE_INFINITY) ||
        byLocation(a.item, b.item),
    )
    .map(({ item }) => item);
}

/** `Infinity - Infinity` is no number, which `||` passes over. */
const byLocation = (a: SnippetCandidate, b: SnippetCandidate): number =>
  compare(a.name, b.name) || compare(a.uri, b.uri) || a.line - b.line || compare(a.text, b.text);

/** By code units: the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A copy, or of one file what is there already. */
const isDuplicate = (a: SnippetCandidate, b: SnippetCandidate): boolean =>
  a.text === b.text ||
  (a.uri === b.uri &&
    // Signatures are lines from everywhere.
    (a.source === 'import' || b.source === 'import'
      ? containsLines(a, b) || containsLines(b, a)
      : a.line < endOf(b) && b.line < endOf(a)));

const containsLines = (a: SnippetCandidate, b: SnippetCandidate): boolean =>
  b.text.split('\n').every((line) => a.text.includes(line.trim()));

const endOf = ({ line, text }: SnippetCandidate): number => line + text.split('\n').length;
