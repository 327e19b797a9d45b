/** Measures the accuracy and the calibration of guesses. */
import { taskTypes } from '../../shared/tasks.ts';
import type { Row } from './rows.ts';

export type Guess = {
  readonly row: Pick<Row, 'label' | 'lang' | 'weak_label' | 'synthetic'>;
  /** In the order of `taskTypes`; sums to 1. */
  readonly probabilities: ArrayLike<number>;
};

export type Quality = {
  readonly count: number;
  readonly accuracy: number;
  /** Mean F1 of the classes that occur. */
  readonly macroF1: number;
  /** Expected calibration error over ten bins of confidence. */
  readonly ece: number;
  /** Accuracy of the four fifths with the highest confidence. */
  readonly at80: number;
  /** Accuracy by class and by language. */
  readonly parts: ReadonlyMap<string, number>;
};

export function quality(guesses: readonly Guess[]): Quality {
  const judged = guesses.map(({ row, probabilities }) => {
    const best = bestOf(probabilities);
    return {
      row,
      task: taskTypes[best],
      confidence: probabilities[best] ?? 0,
      hit: taskTypes[best] === row.label,
    };
  });
  const accuracyOf = (some: readonly { hit: boolean }[]) =>
    some.filter(({ hit }) => hit).length / some.length;

  const f1 = taskTypes.flatMap((task) => {
    const meant = judged.filter(({ row }) => row.label === task).length;
    const guessed = judged.filter((guess) => guess.task === task).length;
    const right = judged.filter((guess) => guess.hit && guess.task === task).length;
    return meant === 0 ? [] : [(2 * right) / (meant + guessed)];
  });
  const bins = Map.groupBy(judged, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)));
  const ece = [...bins.values()].reduce((sum, bin) => {
    const confidence = bin.reduce((total, guess) => total + guess.confidence, 0);
    return sum + Math.abs(confidence - bin.filter(({ hit }) => hit).length) / judged.length;
  }, 0);
  const surest = judged
    .toSorted((a, b) => b.confidence - a.confidence)
    .slice(0, Math.round(judged.length * 0.8));
  const parts = new Map(
    [...taskTypes, 'en', 'es'].flatMap((part) => {
      const some = judged.filter(({ row }) => row.label === part || row.lang === part);
      return some.length === 0 ? [] : [[part, accuracyOf(some)] as const];
    }),
  );
  return {
    count: judged.length,
    accuracy: accuracyOf(judged),
    macroF1: f1.reduce((sum, value) => sum + value, 0) / f1.length,
    ece,
    at80: accuracyOf(surest),
    parts,
  };
}

export const bestOf = (probabilities: ArrayLike<number>): number =>
  Array.from(probabilities).reduce((best, value, index, all) => (value > (all[best] ?? 0) ? index : best), 0);

/** One line of the report. */
export function lineOf(name: string, { count, accuracy, macroF1, ece, at80, parts }: Quality): string {
  const percent = (value: number) => (100 * value).toFixed(1).padStart(5);
  const details = [...parts].map(([part, value]) => `${part} ${(100 * value).toFixed(0)}`).join(', ');
  return `${name.padEnd(44)} ${String(count).padStart(5)}  ${percent(accuracy)}  ${percent(macroF1)}  ${percent(ece)}  ${percent(at80)}   ${details}`;
}
export const head = `${''.padEnd(44)}  rows    acc     F1    ECE  @80 %   accuracy by class and language, %`;
