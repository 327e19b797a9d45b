/** What `npm test` says last. */
import type { StepResult } from './step.ts';

export function closingLines(results: readonly StepResult[]): { lines: string[]; failed: number } {
  const sum = (field: 'passed' | 'failed' | 'seconds') =>
    results.reduce((total, result) => total + result[field], 0);
  const rows = results.map(({ name, ok, seconds, passed, failed }) => {
    const tests = passed + failed > (ok ? 0 : 1) ? `  ${passed} passed, ${failed} failed` : '';
    return `${ok ? '✔' : '✖'} ${name.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s${tests}`;
  });
  const failed = sum('failed');
  return { lines: [...rows, '', `${sum('passed')} passed, ${failed} failed`], failed };
}
