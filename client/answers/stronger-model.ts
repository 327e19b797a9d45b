/** **Rumbo: Use a Stronger Model**: asks the last question again; questions like it get a stronger model from then on. */
import { askFirst, type Receipts } from './receipt-history.ts';

export async function useStrongerModel({ receipts }: { readonly receipts: Receipts }): Promise<void> {
  if (receipts.askStronger) await receipts.askStronger();
  else await askFirst();
}
