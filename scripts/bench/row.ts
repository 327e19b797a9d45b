/** One line of the benchmark's table: what was measured, and what it should at most be. */

export type Row = {
  readonly what: string;
  /** In `unit`. `null`: it could not be measured, and `note` says why. */
  readonly figure: number | null;
  readonly unit: 'µs' | 'ms' | 'MB' | '×';
  /** At most this, in `unit`. Absent: shown to compare with. */
  readonly aim?: number;
  readonly note?: string;
};

/** Empty where there is no aim or no figure. */
export const verdict = ({ figure, aim }: Row): 'ok' | 'missed' | '' =>
  figure === null || aim === undefined ? '' : figure <= aim ? 'ok' : 'missed';

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.figure === null ? '–' : `${rounded(row.figure)} ${row.unit}`,
    row.aim === undefined ? '' : `≤ ${row.aim} ${row.unit}`,
    verdict(row),
    row.note ?? '',
  ]);
  const lines = [['What', 'Figure', 'Aim', '', ''], ...cells];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 1 || column === 2
            ? cell.padStart(widths?.[column] ?? 0)
            : cell.padEnd(widths?.[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three digits are all a noisy machine knows. */
const rounded = (figure: number): string =>
  Math.abs(figure) >= 100
    ? figure.toFixed(0)
    : Math.abs(figure) >= 10
      ? figure.toFixed(1)
      : figure.toFixed(2);
