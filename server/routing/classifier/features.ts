/**
 * The features of a prompt as a sparse vector: concepts of the lexicon and their order, words and their stems, and the
 * shape of the text. Training and the server share this file, so both compute the same.
 */
import { type ConceptName, lexicon } from './lexicon.ts';
import { charCode, isBoundary, type PhraseMatcher, phraseMatcher } from './phrases.ts';
import { type ParsedPrompt, parsePrompt, type Sentence } from './prompt-reader.ts';

/** Features are hashed: those with a meaning into the first indices, plain words into the others. */
export const meaningCount = 1 << 13;
export const dimension = meaningCount + (1 << 13);

export type Features = {
  /** Indices where the vector is not 0, each once. */
  readonly indices: Uint16Array;
  readonly values: Float32Array;
  readonly parsed: ParsedPrompt;
  /** How often each concept occurs, by its index in `conceptNames`. */
  readonly conceptCounts: Uint8Array;
  /** The first concept of the first request, and the object it asks for; -1: none. */
  readonly leadConcept: number;
  readonly objectConcept: number;
};

export const conceptNames = Object.keys(lexicon) as readonly ConceptName[];
/** Created for the first prompt: the start does not wait for it. */
let dictionary: PhraseMatcher | undefined;
const dictionaryOf = (): PhraseMatcher => {
  dictionary ??= phraseMatcher(
    Object.values(lexicon).map(({ words }) => words.split(',').map((word) => word.trim())),
  );
  return dictionary;
};

export function featuresOf(prompt: string): Features {
  const parsed = parsePrompt(prompt);
  const conceptCounts = new Uint8Array(conceptNames.length);
  const conceptsBySentence: number[][] = [];
  for (const sentence of parsed.sentences) conceptsBySentence.push(concepts(parsed.codes, sentence));
  const asking = askingSentences(parsed.sentences, conceptsBySentence);
  clearCollected();
  let words = 0;
  let leadConcept = none;
  let objectConcept = none;
  let index = -1;
  for (const sentence of parsed.sentences) {
    index += 1;
    const found = conceptsBySentence[index] ?? [];
    const isFirst = index === asking.first;
    const isLast = index === asking.last;
    const weight = isFirst || isLast ? 1 : sentence.isBullet ? 0.3 : isDemand(sentence, found) ? 0.7 : 0.4;
    const object = objectOf(found);
    if (object !== none) {
      if (isFirst) objectConcept = found[object] ?? none;
      collect(meaningIndex('object', found[object] ?? none), weight);
      collect(meaningIndex('deed', found[0] ?? none, found[object] ?? none), weight);
      if (isFirst) collect(meaningIndex('wanted', found[object] ?? none), 1);
    }
    let order = -1;
    for (const concept of found) {
      order += 1;
      conceptCounts[concept] = Math.min(255, (conceptCounts[concept] ?? 0) + 1);
      collect(meaningIndex('concept', concept), object !== none && order > object ? weight / 2 : weight);
      if (isFirst) collect(meaningIndex('first', concept), 1);
      if (isLast) collect(meaningIndex('last', concept), 1);
      if (order === 0) collect(meaningIndex(sentence.asks ? 'asked' : 'leading', concept), weight);
      const before = found[order - 1] ?? none;
      const earlier = found[order - 2] ?? none;
      if (before !== none) collect(meaningIndex('pair', before, concept), weight);
      if (earlier !== none) collect(meaningIndex('pair', earlier, concept), 0.6 * weight);
    }
    if (isFirst || leadConcept === none) leadConcept = found[0] ?? none;
    if (words < maxWords) words += addWords(parsed.codes, sentence, weight);
  }
  for (const shape of shapes(parsed, conceptCounts, asking.first)) {
    collect(meaningIndex('shape', shape), 1);
    if (shape < pastedShapes) collect(meaningIndex('pasted', shape, leadConcept), 1);
  }
  return { ...collectedFeatures(), parsed, conceptCounts, leadConcept, objectConcept };
}

/** The index of the object of a sentence's first demand among its concepts; what follows only describes it. */
function objectOf(found: readonly number[]): number {
  const demand = found.findIndex((concept) => demands.has(concept));
  return found.findIndex((concept, order) => order > demand && things.has(concept));
}

const none = -1;
const numbersOf = (names: readonly ConceptName[]): ReadonlySet<number> =>
  new Set(names.map((name) => conceptNames.indexOf(name)));
const persona = conceptNames.indexOf('persona');
const demands = numbersOf([
  'write',
  'create',
  'implement',
  'add',
  'change',
  'fix',
  'review',
  'analyse',
  'explain',
  'design',
  'recommend',
  'plan_verb',
]);
const questions = numbersOf([
  'how_to',
  'what_is',
  'why',
  'which',
  'organise',
  'estimate',
  'prioritise',
  'break_down',
  'not_working',
  'summarise',
  'translate',
  'compare',
  'find',
  'proofread',
]);
const things = numbersOf([
  'plan',
  'story',
  'this_story',
  'task',
  'architecture',
  'data_model',
  'diagram',
  'pattern',
  'app',
  'feature',
  'parts',
  'class',
  'function',
  'command',
  'ui_unit',
  'code_unit',
  'test',
  'error',
  'writing',
  'mail',
  'store',
]);

/** The concepts of a sentence in order. A persona ("as an architect, …") is not part of the request. */
function concepts(codes: Uint8Array, { start, end }: Sentence): number[] {
  const { longestMatchAt } = dictionaryOf();
  const found: number[] = [];
  let isPersona = false;
  for (let at = start; at < end; ) {
    const letter = codes[at] ?? charCode.end;
    if (isBoundary(letter)) {
      if (letter === charCode.pause) isPersona = false;
      at++;
      continue;
    }
    const match = longestMatchAt(codes, at);
    if (match >= 0) {
      const concept = match >> 8;
      at += match & 255;
      if (concept === persona) isPersona = true;
      else if (!isPersona || demands.has(concept)) {
        isPersona = false;
        if (found[found.length - 1] !== concept) found.push(concept);
      }
    }
    while (at < end && !isBoundary(codes[at] ?? charCode.end)) at++;
  }
  return found;
}

/** Adds words, their stems and pairs of neighbours. Names in code are skipped: they say little. */
function addWords(codes: Uint8Array, { start, end }: Sentence, weight: number): number {
  let count = 0;
  let neighbour = 0;
  for (let at = start; at < end; at++) {
    let hash = 0x811c9dc5;
    let beginning = 0;
    let isName = false;
    const from = at;
    for (; at < end; at++) {
      const letter = codes[at] ?? charCode.end;
      if (isBoundary(letter)) break;
      if (letter > charCode.blank) isName = true;
      hash = Math.imul(hash ^ letter, 0x01000193);
      if (at - from === stem - 1) beginning = hash;
    }
    if (at === from || isName) {
      if (isName) neighbour = 0;
      continue;
    }
    count++;
    collect(word('word', hash), weight);
    if (beginning !== 0) collect(word('beginning', beginning), weight);
    if (neighbour !== 0) collect(word('neighbours', neighbour, hash), weight);
    neighbour = hash;
  }
  return count;
}

/** Letters of a stem: what `implementa`, `implementar` and `implement` share. */
const stem = 5;
const maxWords = 160;

/** The shape features of a prompt. Those below `pastedShapes` are of pasted text. */
function shapes(
  { codes, lines, fences, sentences, spanishMarks, names, numbers, length }: ParsedPrompt,
  conceptCounts: Uint8Array,
  first: number,
): number[] {
  const found: number[] = [];
  if (lines.prose + lines.bullet + lines.code + lines.trace + lines.diff === 0) return found;
  let words = 0;
  let asks = false;
  for (const sentence of sentences) {
    words += sentence.end - sentence.start;
    asks ||= sentence.asks;
  }
  const is = (shape: number, holds: boolean) => {
    if (holds) found.push(shape);
  };
  is(0, lines.code > 0 || fences > 0);
  is(1, lines.trace > 0);
  is(2, lines.diff > 0);
  is(3, lines.bullet > 0);
  is(10 + Math.min(3, Math.floor(Math.log2(1 + lines.code) / 1.5)), lines.code > 0);
  is(20 + Math.min(4, Math.floor(Math.log2(1 + lines.bullet))), lines.bullet > 0);
  is(30 + Math.min(6, Math.floor(Math.log2(1 + words / 20))), true);
  is(40 + Math.min(4, sentences.length), true);
  is(50, sentences.at(-1)?.asks ?? false);
  is(51, sentences[0]?.asks ?? false);
  is(52, spanishMarks > 0);
  is(53, names > 0);
  is(54, numbers > 2);
  is(55, sentences.length === 0);
  is(56, length > 1_000);
  is(57, words > 0 && lines.code === 0 && lines.trace === 0 && asks);
  const { start = 0, end = 0 } = sentences[first] ?? {};
  let commas = 0;
  for (let at = start; at < end; at++) if (codes[at] === charCode.pause) commas++;
  is(70 + Math.min(4, Math.floor(commas / 2)), sentences.length > 0);
  let distinct = 0;
  for (const times of conceptCounts) if (times > 0) distinct++;
  is(60 + Math.min(8, distinct), true);
  return found;
}
const pastedShapes = 10;

/** The first and the last sentence that contain a request, between greetings, reasons and pasted lists. */
function askingSentences(
  sentences: readonly Sentence[],
  conceptsBySentence: readonly (readonly number[])[],
): { first: number; last: number } {
  let first = -1;
  let last = -1;
  let index = -1;
  for (const sentence of sentences) {
    index += 1;
    if (sentence.isBullet || !isDemand(sentence, conceptsBySentence[index] ?? [])) continue;
    if (first < 0) first = index;
    last = index;
  }
  if (first >= 0) return { first, last };
  const firstLong = sentences.findIndex(({ start, end, isBullet }) => !isBullet && end - start > 9);
  return { first: Math.max(0, firstLong), last: sentences.findLastIndex(({ isBullet }) => !isBullet) };
}

const isDemand = ({ asks }: Sentence, found: readonly number[]): boolean =>
  asks || found.some(isDemandConcept);
const isDemandConcept = (concept: number): boolean => demands.has(concept) || questions.has(concept);

/** Kinds of features: one number in two kinds is two features. */
const kinds = [
  'concept',
  'first',
  'last',
  'leading',
  'asked',
  'object',
  'deed',
  'wanted',
  'pair',
  'shape',
  'pasted',
  'word',
  'beginning',
  'neighbours',
] as const;
type Kind = (typeof kinds)[number];
const seeds = Object.fromEntries(
  kinds.map((kind, index) => [kind, Math.imul(index + 1, 0x9e3779b1)]),
) as Record<Kind, number>;

/** The index of a feature with a meaning. */
export const meaningIndex = (kind: Kind, a: number, b = 0): number =>
  hashOf(seeds[kind], a, b) % meaningCount;
const word = (kind: Kind, a: number, b = 0): number =>
  meaningCount + (hashOf(seeds[kind], a, b) % (dimension - meaningCount));

function hashOf(seed: number, a: number, b: number): number {
  let hash = Math.imul(seed ^ Math.imul(a + 0x7f4a7, 0x85ebca6b), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15) ^ Math.imul(b + 0x165667, 0x27d4eb2f), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The features of the prompt that is being read. One prompt is read at a time, so they need no object of their own. */
const valueAt = new Float32Array(dimension);
const touched = new Uint16Array(dimension);
let touchedCount = 0;

function clearCollected(): void {
  for (let index = 0; index < touchedCount; index++) valueAt[touched[index] ?? 0] = 0;
  touchedCount = 0;
}

/** A feature counts once, with its largest value. */
function collect(featureIndex: number, value: number): void {
  const before = valueAt[featureIndex] ?? 0;
  if (before === 0) touched[touchedCount++] = featureIndex;
  if (value > before) valueAt[featureIndex] = value;
}

function collectedFeatures(): Pick<Features, 'indices' | 'values'> {
  const indices = touched.slice(0, touchedCount);
  const values = new Float32Array(touchedCount);
  let meaningSquares = 0;
  let wordSquares = 0;
  for (let index = 0; index < indices.length; index++) {
    const featureIndex = indices[index] ?? 0;
    const square = (valueAt[featureIndex] ?? 0) ** 2;
    if (featureIndex < meaningCount) meaningSquares += square;
    else wordSquares += square;
  }
  // A long prompt has no larger norm than a short one.
  const meaningScale = meaningSquares > maxMeaningSquares ? Math.sqrt(maxMeaningSquares / meaningSquares) : 1;
  const wordScale = wordSquares > 0 ? wordNorm / Math.sqrt(wordSquares) : 0;
  for (let index = 0; index < indices.length; index++) {
    const featureIndex = indices[index] ?? 0;
    values[index] = (valueAt[featureIndex] ?? 0) * (featureIndex < meaningCount ? meaningScale : wordScale);
  }
  return { indices, values };
}
/** Largest squared norm of the features with a meaning, and the norm of the words. */
const maxMeaningSquares = 16;
const wordNorm = 1.6;
