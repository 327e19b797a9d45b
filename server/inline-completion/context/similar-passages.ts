/** The passages of open files that are most like what stands around the cursor. */
import type { OpenDocument } from '../documents.ts';
import { hashWords, jaccardSimilarity, type WordSet, wordSet } from './identifiers.ts';
import type { ParsedPassages, Passage } from './passages.ts';
import type { PrefixAndSuffix } from './prefix-and-suffix.ts';

export type SimilarPassage = {
  readonly document: OpenDocument;
  readonly reading: ParsedPassages;
  readonly passage: Passage;
};

/** UTF-16 units around the cursor that say what is being written. */
const cursorWindow = { before: 1_600, after: 600 };
/** Jaccard; what is less alike shares nothing but habits. */
const minSimilarity = 0.08;
const minWords = 3;
const maxPassages = 24;

export const cursorWords = ({ prefix, suffix }: PrefixAndSuffix): WordSet =>
  wordSet(hashWords(`${prefix.slice(-cursorWindow.before)}\n${suffix.slice(0, cursorWindow.after)}`));

/** The best so far, best first; equals by where they stand. */
export function similarPassageRanking(words: WordSet) {
  const best: (SimilarPassage & { readonly score: number })[] = [];
  return {
    best: best as readonly SimilarPassage[],
    /** @param isShown the model reads the passage already */
    add(document: OpenDocument, reading: ParsedPassages, isShown: (passage: Passage) => boolean): void {
      for (const passage of reading.passages) {
        if (passage.words.length < minWords) continue;
        const score = jaccardSimilarity(words, passage.words);
        const last = best.at(-1);
        if (score < minSimilarity || (best.length >= maxPassages && last && score < last.score)) continue;
        if (isShown(passage)) continue;
        const found = { document, reading, passage, score };
        const behind = best.findIndex((other) => isBetter(found, other));
        best.splice(behind < 0 ? best.length : behind, 0, found);
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
