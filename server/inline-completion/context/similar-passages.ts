/** Ranks the passages of open files by their similarity to the text around the cursor. */
import type { OpenDocument } from '../documents.ts';
import { hashWords, jaccardSimilarity, type WordSet, wordSet } from './identifiers.ts';
import type { ParsedPassages, Passage } from './passages.ts';
import type { PrefixAndSuffix } from './prefix-and-suffix.ts';

export type SimilarPassage = {
  readonly document: OpenDocument;
  readonly parsed: ParsedPassages;
  readonly passage: Passage;
};

/** UTF-16 units around the cursor to compare with. */
const cursorWindow = { before: 1_600, after: 600 };
/** Jaccard similarity; less similar texts share only common words. */
const minSimilarity = 0.08;
const minWords = 3;
const maxPassages = 24;

export const cursorWords = ({ prefix, suffix }: PrefixAndSuffix): WordSet =>
  wordSet(hashWords(`${prefix.slice(-cursorWindow.before)}\n${suffix.slice(0, cursorWindow.after)}`));

/** Keeps the best passages, best first; equal ones by location. */
export function similarPassageRanking(words: WordSet) {
  const best: (SimilarPassage & { readonly score: number })[] = [];
  return {
    best: best as readonly SimilarPassage[],
    /** @param isVisible the prompt already contains the passage as the document's own text */
    add(document: OpenDocument, parsed: ParsedPassages, isVisible: (passage: Passage) => boolean): void {
      for (const passage of parsed.passages) {
        if (passage.words.length < minWords) continue;
        const score = jaccardSimilarity(words, passage.words);
        const last = best.at(-1);
        if (score < minSimilarity || (best.length >= maxPassages && last && score < last.score)) continue;
        if (isVisible(passage)) continue;
        const candidate = { document, parsed, passage, score };
        const index = best.findIndex((other) => isBetter(candidate, other));
        best.splice(index < 0 ? best.length : index, 0, candidate);
        if (best.length > maxPassages) best.pop();
      }
    },
  };
}

type ScoredPassage = SimilarPassage & { readonly score: number };

const isBetter = (a: ScoredPassage, b: ScoredPassage): boolean =>
  a.score > b.score ||
  (a.score === b.score &&
    (a.document.uri < b.document.uri ||
      (a.document.uri === b.document.uri && a.passage.line < b.passage.line)));
