/** Simple measures of a prompt, for the estimate of its difficulty. */
import { conceptNames, type Features } from './features.ts';
import type { ConceptName } from './lexicon.ts';

/** The names of the measures that `measuresOf` returns, in order. */
export const measureNames = [
  'length',
  'sentences',
  'numbers',
  'formulas',
  'code lines',
  'bullets',
  'long words',
  'asks',
  'reasoning',
  'quantity',
  'facts',
  'explaining',
  'writing',
  'making',
  'whole things',
  'design',
  'trouble',
] as const;

export function measuresOf(
  prompt: string,
  { parsed, conceptCounts, leadConcept, objectConcept }: Features,
): number[] {
  const { sentences, numbers, lines, codes, length } = parsed;
  const reasoning = countOf(conceptCounts, concepts.reasoning);
  return [
    log(length / 60),
    log(sentences.length),
    log(numbers),
    log(formulaMarks(prompt)),
    log(lines.code + lines.trace + lines.diff),
    log(lines.bullet),
    longWords(codes),
    Number(sentences.at(-1)?.asks ?? false),
    log(reasoning),
    Math.min(1, reasoning) * log(numbers),
    isOneOf(leadConcept, concepts.quantity),
    isOneOf(leadConcept, concepts.explaining),
    Math.max(isOneOf(objectConcept, concepts.text), isOneOf(leadConcept, concepts.writing)),
    isOneOf(objectConcept, concepts.making),
    log(isOneOf(objectConcept, concepts.whole) * countOf(conceptCounts, concepts.parts)),
    Math.max(isOneOf(objectConcept, concepts.designed), isOneOf(leadConcept, concepts.designing)),
    isOneOf(leadConcept, concepts.trouble),
  ];
}

const indicesOf = (...names: readonly ConceptName[]): readonly number[] =>
  names.map((name) => conceptNames.indexOf(name));

/** What the measures look for, by index in `conceptNames`. */
const concepts = {
  reasoning: indicesOf('reasoning'),
  quantity: indicesOf('who_when', 'which'),
  explaining: indicesOf('what_is', 'explain', 'summarise', 'opinion', 'compare', 'discuss'),
  text: indicesOf('writing'),
  writing: indicesOf('creative', 'translate', 'proofread', 'writing'),
  making: indicesOf('function', 'command', 'code_unit', 'class', 'app', 'feature', 'parts'),
  whole: indicesOf('app', 'feature', 'parts', 'class'),
  parts: indicesOf('whole', 'parts', 'feature', 'app'),
  designed: indicesOf('architecture', 'scale', 'pattern', 'data_model'),
  designing: indicesOf('design', 'parts_that_talk', 'organise'),
  trouble: indicesOf('error', 'not_working', 'symptom', 'fix', 'performance', 'security'),
};

function countOf(conceptCounts: Uint8Array, wanted: readonly number[]): number {
  let sum = 0;
  for (const concept of wanted) sum += conceptCounts[concept] ?? 0;
  return sum;
}

/** 1 where the concept is one of those, else 0. */
const isOneOf = (concept: number, wanted: readonly number[]): number => Number(wanted.includes(concept));

const log = (value: number): number => Math.log2(1 + value);

/** Characters that are read for formulas; more would not change the measure. */
const maxCharacters = 2_000;

function formulaMarks(prompt: string): number {
  let marks = 0;
  for (let index = Math.min(prompt.length, maxCharacters) - 1; index >= 0; index--) {
    const char = prompt.charCodeAt(index);
    if (char === 36 || char === 92 || char === 94 || char === 61 || char === 43) marks++;
  }
  return marks;
}

/** The share of words with eight or more letters, 0–1. */
function longWords(codes: Uint8Array): number {
  let [words, long, letters] = [0, 0, 0];
  for (const letter of codes) {
    if (letter > 0 && letter <= 26) letters++;
    else if (letters > 0) {
      words++;
      if (letters >= 8) long++;
      letters = 0;
    }
  }
  return words === 0 ? 0 : long / words;
}
