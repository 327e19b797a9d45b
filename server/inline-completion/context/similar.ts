/** The passages of open files that are most like what stands around the cursor. */
import type { OpenDocument } from '../documents.ts';
import { likeness, type WordSet, wordSet, wordsOf } from './identifiers.ts';
import type { Passage, Reading } from './passages.ts';
import type { Shown } from './prefix-and-suffix.ts';

export type Found = {
  readonly document: OpenDocument;
  readonly reading: Reading;
  readonly passage: Passage;
};

/** UTF-16 units around the cursor that say what is being written. */
const around = { before: 1_600, after: 600 };
/** Jaccard; what is less alike shares nothing but habits. */
const leastLikeness = 0.08;
const leastWords = 3;
const most = 24;

export const wordsAround = ({ prefix, suffix }: Shown): WordSet =>
  wordSet(wordsOf(`${prefix.slice(-around.before)}\n${suffix.slice(0, around.after)}`));

/** The best so far, best first; equals by where they stand. */
export function ranking(words: WordSet) {
  const best: (Found & { readonly score: number })[] = [];
  return {
    best: best as readonly Found[],
    /** @param isShown the model reads the passage already */
    add(document: OpenDocument, reading: Reading, isShown: (passage: Passage) => boolean): void {
      for (const passage of reading.passages) {
        if (passage.words.length < leastWords) continue;
        const score = likeness(words, passage.words);
        const last = best.at(-1);
        if (score < leastLikeness || (best.length >= most && last && score < last.score)) continue;
        if (isShown(passage)) continue;
        const found = { document, reading, passage, score };
        const behind = best.findIndex((other) => isBetter(found, other));
        best.splice(behind < 0 ? best.length : behind, 0, found);
        if (best.length > most) best.pop();
      }
    },
  };
}

type Scored = Found & { readonly score: number };

const isBetter = (a: Scored, b: Scored): boolean =>
  a.score > b.score ||
  (a.score === b.score &&
    (a.document.uri < b.document.uri ||
      (a.document.uri === b.document.uri && a.passage.line < b.passage.line)));
