/** **Rumbo: Use a Stronger Model**: repeats the last request with a stronger model; similar requests get a stronger model from then on. */
import { type ReceiptHistory, showNoAnswerYet } from './receipt-history.ts';

export async function askStrongerModel({ receipts }: { readonly receipts: ReceiptHistory }): Promise<void> {
  if (receipts.askStronger) await receipts.askStronger();
  else await showNoAnswerYet();
}
