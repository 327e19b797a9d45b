/** Money is kept in cents, so that sums stay exact. */
export type Cents = number;

export const sum = (amounts: readonly Cents[]): Cents => amounts.reduce((total, amount) => total + amount, 0);

// TODO: show an amount as people write it: 1234 → €12.34
