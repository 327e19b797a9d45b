/** One row of a table of measurements: the figure and its aim. */

export type Row = {
  readonly what: string;
  /** In `unit`. `null`: it could not be measured, for the reason in `note`. */
  readonly figure: number | null;
  /** Empty: a count. */
  readonly unit: 'µs' | 'ms' | 's' | 'KB' | 'MB' | '×' | '%' | '';
  /** At most this, in `unit`. Absent: shown to compare with. */
  readonly aim?: number;
  /** At least this, in `unit`. */
  readonly min?: number;
  readonly note?: string;
};

/** Empty where there is no aim or no figure. */
export function verdict({ figure, aim, min }: Row): 'ok' | 'missed' | '' {
  if (figure === null || (aim === undefined && min === undefined)) return '';
  return figure <= (aim ?? Number.POSITIVE_INFINITY) && figure >= (min ?? Number.NEGATIVE_INFINITY)
    ? 'ok'
    : 'missed';
}

const aimOf = ({ aim, min, unit }: Row): string => {
  if (aim !== undefined) return `≤ ${aim} ${unit}`;
  return min === undefined ? '' : `≥ ${min} ${unit}`;
};

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.figure === null ? '–' : `${row.unit === '' ? row.figure : rounded(row.figure)} ${row.unit}`.trimEnd(),
    aimOf(row).trimEnd(),
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

/** A noisy machine measures three digits at most. */
const rounded = (figure: number): string =>
  Math.abs(figure) >= 100
    ? figure.toFixed(0)
    : Math.abs(figure) >= 10
      ? figure.toFixed(1)
      : figure.toFixed(2);
