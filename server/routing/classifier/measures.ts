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
  const count = (...names: readonly ConceptName[]) =>
    names.reduce((sum, name) => sum + (conceptCounts[conceptNames.indexOf(name)] ?? 0), 0);
  const leads = (...names: readonly ConceptName[]) =>
    Number(names.some((name) => conceptNames[leadConcept] === name));
  const wants = (...names: readonly ConceptName[]) =>
    Number(names.some((name) => conceptNames[objectConcept] === name));
  return [
    log(length / 60),
    log(sentences.length),
    log(numbers),
    log(formulaMarks(prompt)),
    log(lines.code + lines.trace + lines.diff),
    log(lines.bullet),
    longWords(codes),
    Number(sentences.at(-1)?.asks ?? false),
    log(count('reasoning')),
    Math.min(1, count('reasoning')) * log(numbers),
    leads('who_when', 'which'),
    leads('what_is', 'explain', 'summarise', 'opinion', 'compare', 'discuss'),
    Math.max(wants('writing'), leads('creative', 'translate', 'proofread', 'writing')),
    wants('function', 'command', 'code_unit', 'class', 'app', 'feature', 'parts'),
    log(wants('app', 'feature', 'parts', 'class') * count('whole', 'parts', 'feature', 'app')),
    Number(
      wants('architecture', 'scale', 'pattern', 'data_model') === 1 ||
        leads('design', 'parts_that_talk', 'organise') === 1,
    ),
    leads('error', 'not_working', 'symptom', 'fix', 'performance', 'security'),
  ];
}

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
