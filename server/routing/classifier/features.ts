/**
 * What a prompt is like, as a sparse vector: concepts of the lexicon and how they follow each other, words and their
 * beginnings, and the shape of the whole. Training and the running extension share this page, so both see the same.
 */
import { type ConceptName, lexicon } from './lexicon.ts';
import { charCode, isBoundary, type PhraseMatcher, phraseMatcher } from './phrases.ts';
import { type ParsedPrompt, parsePrompt, type Sentence } from './prompt-reader.ts';

/** Features are hashed: what has meaning into the first places, words as such into those after. */
export const meaningCount = 1 << 13;
export const dimension = meaningCount + (1 << 13);

export type Features = {
  /** Where the vector is not 0, each place once. */
  readonly indices: Uint16Array;
  readonly values: Float32Array;
  readonly parsed: ParsedPrompt;
  /** How often each concept is said, by its place in `conceptNames`. */
  readonly conceptCounts: Uint8Array;
  /** The concept that opens the first sentence that asks, and the thing it asks for; -1 for none. */
  readonly leadConcept: number;
  readonly objectConcept: number;
};

export const conceptNames = Object.keys(lexicon) as readonly ConceptName[];
/** Made for the first prompt: a start does not wait for it. */
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
  const heard = parsed.sentences.map((sentence) => concepts(parsed.codes, sentence));
  const asking = askingSentences(parsed.sentences, heard);
  const gathered = gatherer();
  let words = 0;
  let leadConcept = none;
  let wanted = none;
  for (const [index, sentence] of parsed.sentences.entries()) {
    const found = heard[index] ?? [];
    const isFirst = index === asking.first;
    const isLast = index === asking.last;
    const weight = isFirst || isLast ? 1 : sentence.isBullet ? 0.3 : isDemand(sentence, found) ? 0.7 : 0.4;
    const object = objectOf(found);
    if (object !== none) {
      if (isFirst) wanted = found[object] ?? none;
      gathered.add(meaningIndex('object', found[object] ?? none), weight);
      gathered.add(meaningIndex('deed', found[0] ?? none, found[object] ?? none), weight);
      if (isFirst) gathered.add(meaningIndex('wanted', found[object] ?? none), 1);
    }
    for (const [order, concept] of found.entries()) {
      conceptCounts[concept] = Math.min(255, (conceptCounts[concept] ?? 0) + 1);
      gathered.add(meaningIndex('concept', concept), object !== none && order > object ? weight / 2 : weight);
      if (isFirst) gathered.add(meaningIndex('first', concept), 1);
      if (isLast) gathered.add(meaningIndex('last', concept), 1);
      if (order === 0) gathered.add(meaningIndex(sentence.asks ? 'asked' : 'leading', concept), weight);
      const [before = none, earlier = none] = [found[order - 1], found[order - 2]];
      if (before !== none) gathered.add(meaningIndex('pair', before, concept), weight);
      if (earlier !== none) gathered.add(meaningIndex('pair', earlier, concept), 0.6 * weight);
    }
    if (isFirst || leadConcept === none) leadConcept = found[0] ?? none;
    if (words < mostWords) words += addWords(parsed.codes, sentence, weight, gathered);
  }
  for (const shape of shapes(parsed, conceptCounts, asking.first)) {
    gathered.add(meaningIndex('shape', shape), 1);
    if (shape < pastedShapes) gathered.add(meaningIndex('pasted', shape, leadConcept), 1);
  }
  return { ...gathered.finish(), parsed, conceptCounts, leadConcept, objectConcept: wanted };
}

/** Where in a sentence's concepts the thing is that its first demand is for; what follows only describes it. */
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

/** The concepts of a sentence in their order. Who the model is to be ("as an architect, …") is not what is asked. */
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

/** Words, what they begin with, and neighbours. Names in code say little and are left out. */
function addWords(codes: Uint8Array, { start, end }: Sentence, weight: number, gathered: Gatherer): number {
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
      if (letter > charCode.gap) isName = true;
      hash = Math.imul(hash ^ letter, 0x01000193);
      if (at - from === stem - 1) beginning = hash;
    }
    if (at === from || isName) {
      if (isName) neighbour = 0;
      continue;
    }
    count++;
    gathered.add(word('word', hash), weight);
    if (beginning !== 0) gathered.add(word('beginning', beginning), weight);
    if (neighbour !== 0) gathered.add(word('neighbours', neighbour, hash), weight);
    neighbour = hash;
  }
  return count;
}

/** Letters of a word's beginning: what `implementa`, `implementar` and `implement` share. */
const stem = 5;
const mostWords = 160;

/** What a bare look at the prompt tells. Those below `pastedShapes` are of what was pasted beside the words. */
function shapes(
  { codes, lines, fences, sentences, spanishMarks, names, numbers, length }: ParsedPrompt,
  said: Uint8Array,
  first: number,
): number[] {
  const found: number[] = [];
  if (Object.values(lines).every((count) => count === 0)) return found;
  const words = sentences.reduce((sum, { start, end }) => sum + end - start, 0);
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
  is(57, words > 0 && lines.code === 0 && lines.trace === 0 && sentences.some(({ asks }) => asks));
  const { start = 0, end = 0 } = sentences[first] ?? {};
  let commas = 0;
  for (let at = start; at < end; at++) if (codes[at] === charCode.pause) commas++;
  is(70 + Math.min(4, Math.floor(commas / 2)), sentences.length > 0);
  const spoken = said.reduce((sum, times) => sum + Math.min(1, times), 0);
  is(60 + Math.min(8, spoken), true);
  return found;
}
const pastedShapes = 10;

/** The first and the last sentence that ask for something; greetings, reasons and pasted lists stand around them. */
function askingSentences(
  sentences: readonly Sentence[],
  heard: readonly (readonly number[])[],
): { first: number; last: number } {
  const asks = (sentence: Sentence, index: number) =>
    !sentence.isBullet && isDemand(sentence, heard[index] ?? []);
  const first = sentences.findIndex(asks);
  if (first >= 0) return { first, last: sentences.findLastIndex(asks) };
  const spoken = sentences.findIndex(({ start, end, isBullet }) => !isBullet && end - start > 9);
  return { first: Math.max(0, spoken), last: sentences.findLastIndex(({ isBullet }) => !isBullet) };
}

const isDemand = ({ asks }: Sentence, found: readonly number[]): boolean =>
  asks || found.some((concept) => demands.has(concept) || questions.has(concept));

/** Kinds of features, so that one number in two kinds is two features. */
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

/** The place of what has a meaning. */
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

type Gatherer = {
  /** A feature counts once, at its greatest. */
  readonly add: (place: number, value: number) => void;
  readonly finish: () => Pick<Features, 'indices' | 'values'>;
};

/** Emptied by `finish`; nothing in them outlives a call of `featuresOf`. */
const board = new Float32Array(dimension);
const touched = new Uint16Array(dimension);

function gatherer(): Gatherer {
  let count = 0;
  return {
    add(place, value) {
      const before = board[place] ?? 0;
      if (before === 0) touched[count++] = place;
      if (value > before) board[place] = value;
    },
    finish() {
      const indices = touched.slice(0, count);
      const values = new Float32Array(count);
      let [meant, spelled] = [0, 0];
      for (const place of indices) {
        const square = (board[place] ?? 0) ** 2;
        if (place < meaningCount) meant += square;
        else spelled += square;
      }
      // A long prompt is no louder than a short one.
      const meaningScale = meant > loudest ? Math.sqrt(loudest / meant) : 1;
      const wordScale = spelled > 0 ? wordLoudness / Math.sqrt(spelled) : 0;
      for (let index = 0; index < count; index++) {
        const place = indices[index] ?? 0;
        values[index] = (board[place] ?? 0) * (place < meaningCount ? meaningScale : wordScale);
        board[place] = 0;
      }
      return { indices, values };
    },
  };
}
const loudest = 16;
const wordLoudness = 1.6;
