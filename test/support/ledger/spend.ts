/**
 * A process that spends: reserves, settles and records requests in the ledger of a folder, prints a line for each that survives
 * it, leaves one in flight, and waits to be killed. Arguments: folder, name, count, limit in US dollars.
 */
import { createBudgets } from '../../../server/metrics/budget.ts';
import { createLedger } from '../../../server/metrics/ledger.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { receiptOf } from './receipt.ts';

const [folder = '', name = '', count = '1', limit = '1'] = process.argv.slice(2);
const owner = { provider: 'p', role: 'planner' };
const details = { kind: 'ask', model: 'p/m', role: 'planner', task: 'planning', input: 7 };
const now = () => Date.now();
const ledger = createLedger(folder, now, () => {});
const budgets = createBudgets(ledger.usage, now);
budgets.configure({ ...defaultSettings, 'budget.perDayUsd': Number(limit) });

const spend = async (index: number): Promise<void> => {
  const lease = await budgets.reserve(owner, 0.1, { details });
  if (!lease) return;
  ledger.add(receiptOf(`${name}-${index}`, 0.1, now()), lease.id);
  void budgets.settle(lease, 0.1);
  await ledger.whenWritten?.();
  process.stdout.write(`${name}-${index}\n`);
};
await Promise.all(Array.from({ length: Number(count) }, (_, index) => spend(index)));
const inFlight = await budgets.reserve(owner, 0.1, { details });
process.stdout.write(inFlight ? 'in flight\n' : 'over budget\n');
setInterval(() => {}, 1_000);
