/** Ranks snippet candidates and selects the best within a token budget, with few changes between keystrokes. */
import type { CodeSnippet } from '../../../shared/chat.ts';
import { estimateTokens } from '../../routing/tokens.ts';

/** A part of a file that may help the model. */
export type SnippetCandidate = {
  readonly uri: string;
  /** As `CodeSnippet.name`. */
  readonly name: string;
  /** From 0. */
  readonly line: number;
  /** Without secrets, never blank. */
  readonly text: string;
  /** The search that found it: `import`, `passage` or `definition`. */
  readonly source: string;
};

export type SelectedSnippet = SnippetCandidate & { readonly tokens: number; readonly score: number };

/** Tokens of the text around a snippet in the prompt. */
const overheadTokens = 8;
const maxSnippets = 12;

/** Tokens of a snippet with its name, estimated. */
export const snippetTokens = ({ name, text }: CodeSnippet): number =>
  estimateTokens(name) + estimateTokens(text) + overheadTokens;

/** The usual `k` of reciprocal rank fusion: presence in two rankings counts more than the first rank in one. */
const rankConstant = 60;
/** Factor for snippets that the engine has read before: they stay until they fall far behind. */
const incumbentBonus = 1.5;

/**
 * Reciprocal rank fusion. https://plg.uwaterloo.ca/~gvcormac/cormacksigir09-rrf.pdf
 * @param rankings each best first
 * @returns score by `snippetKey`
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

/** The same text of the same file is the same candidate, even on another line. */
export const snippetKey = ({ uri, text }: SnippetCandidate): string => `${uri}\n${text}`;

/**
 * The candidates that fit, in prompt order: snippets of the previous prompt keep their position, new ones follow, by path
 * and line. An engine reads everything after a change again.
 * @param previous the last selection
 */
export function selectSnippets(
  candidates: readonly SnippetCandidate[],
  scores: ReadonlyMap<string, number>,
  previous: readonly SelectedSnippet[],
  budgetTokens: number,
): readonly SelectedSnippet[] {
  const positions = new Map(previous.map((snippet, position) => [snippetKey(snippet), position]));
  const weighted = candidates
    .map((candidate) => {
      const key = snippetKey(candidate);
      const score = scores.get(key) ?? 0;
      return {
        candidate,
        position: positions.get(key),
        score,
        weight: score * (positions.has(key) ? incumbentBonus : 1),
      };
    })
    .sort((a, b) => b.weight - a.weight || byLocation(a.candidate, b.candidate));

  const selected: { position: number | undefined; item: SelectedSnippet }[] = [];
  let remainingTokens = budgetTokens;
  for (const { candidate, position, score } of weighted) {
    if (selected.length >= maxSnippets) break;
    const tokens = snippetTokens(candidate);
    if (tokens > remainingTokens || selected.some(({ item }) => isDuplicate(item, candidate))) continue;
    remainingTokens -= tokens;
    selected.push({ position, item: { ...candidate, tokens, score } });
  }
  return selected
    .sort(
      (a, b) =>
        (a.position ?? Number.POSITIVE_INFINITY) - (b.position ?? Number.POSITIVE_INFINITY) ||
        byLocation(a.item, b.item),
    )
    .map(({ item }) => item);
}

/** `Infinity - Infinity` is `NaN`, for which `||` continues here. */
const byLocation = (a: SnippetCandidate, b: SnippetCandidate): number =>
  compare(a.name, b.name) || compare(a.uri, b.uri) || a.line - b.line || compare(a.text, b.text);

/** By code units: independent of the locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Equal texts, or overlapping parts of one file. */
const isDuplicate = (a: SnippetCandidate, b: SnippetCandidate): boolean =>
  a.text === b.text ||
  (a.uri === b.uri &&
    // Signatures are lines from the whole file.
    (a.source === 'import' || b.source === 'import'
      ? containsLines(a, b) || containsLines(b, a)
      : a.line < endOf(b) && b.line < endOf(a)));

const containsLines = (a: SnippetCandidate, b: SnippetCandidate): boolean =>
  b.text.split('\n').every((line) => a.text.includes(line.trim()));

const endOf = ({ line, text }: SnippetCandidate): number => line + text.split('\n').length;
