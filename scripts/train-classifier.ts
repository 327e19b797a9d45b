/**
 * Trains the classifier's model and reports its quality: `node scripts/train-classifier.ts <data folder>`.
 * The same data gives the same model and the same report. `--report` does not write the model.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { featuresOf } from '../server/routing/classifier/features.ts';
import { measureNames } from '../server/routing/classifier/measures.ts';
import {
  chanceOf,
  costQuality,
  learnDifficulty,
  type Measured,
  measured,
  spread,
} from './train-classifier/difficulty.ts';
import { examplesOf } from './train-classifier/examples.ts';
import { type Guess, head, lineOf, quality } from './train-classifier/measure.ts';
import { atTemperature, bestTemperature, modelFileOf } from './train-classifier/model-file.ts';
import { random } from './train-classifier/random.ts';
import { leanings, learn, probabilities, type Weights } from './train-classifier/regression.ts';
import {
  complexityRows,
  heldOutRows,
  othersRows,
  practiceRows,
  type Row,
  realRows,
  shippable,
  unseenRows,
} from './train-classifier/rows.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { report: { type: 'boolean' } },
});
const [folder] = positionals;
if (!folder) {
  process.stderr.write('Usage: node scripts/train-classifier.ts <data folder> [--report]\n');
  process.exit(1);
}
const data = resolve(folder);
process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const print = (line = '') => process.stdout.write(`${line}\n`);

const others = shippable(othersRows(data));
const practice = practiceRows();
const all = [...others, ...practice];
const seed = 1;
const variationsEach = 3;
const train = (rows: readonly Row[], times = variationsEach): Weights =>
  learn(examplesOf(rows, times), random(seed));
const guess = (weights: Weights, rows: readonly Row[], at = 1): Guess[] =>
  rows.map((row) => {
    const { indices, values } = featuresOf(row.text);
    return { row, probabilities: probabilities(weights, indices, values, at) };
  });

const folds = 5;
const byFolds = <T>(rows: readonly T[], judge: (rest: T[], fold: T[]) => Guess[]): Guess[] =>
  Array.from({ length: folds }, (_, fold) =>
    judge(
      rows.filter((_, index) => index % folds !== fold),
      rows.filter((_, index) => index % folds === fold),
    ),
  ).flat();

// The calibration uses prompts that the weights were not trained on: our own by folds, others' by source.
const practiceGuesses = byFolds(practice, (rest, fold) => guess(train([...others, ...rest], 2), fold));
const sourceGuesses = new Map(
  [...Map.groupBy(others, ({ source }) => source)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, rows]) => [
      source,
      guess(
        train(
          all.filter((row) => row.source !== source),
          1,
        ),
        rows,
      ),
    ]),
);
const temperature = bestTemperature([
  ...practiceGuesses,
  ...[...sourceGuesses.values()].flat().filter(({ row }) => !row.weak_label && !row.synthetic),
]);
const calibrated = (guesses: readonly Guess[]) => guesses.map((guess) => atTemperature(guess, temperature));
const weights = train(all);

print(head);
const sets = {
  'our own, written last': unseenRows(),
  'our own, held out': heldOutRows(),
  'real, Spanish, labelled by us': realRows(data),
};
for (const [name, rows] of Object.entries(sets)) {
  const report = (what: string, learnedFrom: Weights, at = temperature) =>
    print(lineOf(`${name}: ${what}`, quality(guess(learnedFrom, rows, at))));
  report('lexicon only', leanings(), 1);
  report('lexicon and others’ rows', train(others));
  report('lexicon and our practice', train(practice));
  report('all', weights);
}
print(lineOf('our own practice, by folds', quality(calibrated(practiceGuesses))));
print();
print('Leave one source out');
for (const [source, guesses] of sourceGuesses) print(lineOf(source, quality(calibrated(guesses))));
print(lineOf('all of them', quality(calibrated([...sourceGuesses.values()].flat()))));

print();
const complexity = measured(complexityRows(data));
const difficulty = learnDifficulty(complexity);
const scored = (blockOf: (index: number) => number, blocks: number): (Measured & { score: number })[] =>
  Array.from({ length: blocks }, (_, block) => {
    const learnedFrom = learnDifficulty(complexity.filter((_, index) => blockOf(index) !== block));
    return complexity
      .filter((_, index) => blockOf(index) === block)
      .map((row) => ({ ...row, score: chanceOf(learnedFrom, row.measures) }));
  }).flat();
// The file is ordered by data set, so a block is mostly of one that the rest does not contain.
const blocks = 14;
const curves = {
  'five folds': costQuality(scored((index) => index % folds, folds)),
  'fourteen blocks of neighbours': costQuality(
    scored((index) => Math.floor((index * blocks) / complexity.length), blocks),
  ),
  'length alone': costQuality(complexity.map((row) => ({ ...row, score: row.query.length }))),
};
print('Difficulty: quality when the hardest-looking share goes to the strong model');
print(
  `${'share'.padEnd(32)} ${Array.from({ length: 11 }, (_, tenth) => `${tenth * 10} %`.padStart(6)).join('')}   APGR`,
);
for (const [name, { curve, apgr }] of Object.entries(curves))
  print(
    `${name.padEnd(32)} ${curve.map(({ quality }) => quality.toFixed(3).padStart(6)).join('')}  ${apgr.toFixed(3)}`,
  );
print(measureNames.map((name, index) => `${name} ${(difficulty.weights[index] ?? 0).toFixed(2)}`).join(', '));

if (!values.report) {
  const file = 'server/routing/classifier/model.json';
  const text = `${JSON.stringify(modelFileOf(weights, temperature, spread(difficulty, complexity)), null, 1)}\n`;
  writeFileSync(file, text);
  execFileSync('node_modules/.bin/biome', ['format', '--write', file], { stdio: 'ignore' });
  print();
  print(`${file}: ${Math.round(text.length / 1024)} KB, temperature ${temperature}`);
}
