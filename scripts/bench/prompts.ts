/** Prompts of two kilobytes, as developers write them: a task and some code. */

const wishes = [
  'Plan the migration of our billing service to events, with milestones and user stories.',
  'Fix this function: it fails with a TypeError when the list is empty. Add unit tests.',
  'Escribe una función que agrupe los pedidos por cliente y explica el resultado.',
  'Which database should we use for this data model? Name the trade-offs.',
  'Rename the method and refactor the class so that it is easier to read.',
  'Explain what this code does and summarize the difference between both branches.',
];

const code = `export function total(orders: readonly Order[], rates: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const { amount, currency } of orders) {
    const rate = rates.get(currency);
    if (rate === undefined) throw new Error(\`No rate for \${currency}\`);
    sum += amount * rate;
  }
  return Math.round(sum * 100) / 100;
}
`;

const sizeBytes = 2048;

/** The `index`-th of any number of prompts, no two alike. */
export const promptOf = (index: number): string =>
  `${wishes[index % wishes.length]}\nCase ${index}.\n\n${code.repeat(6)}`.slice(0, sizeBytes);
