/** Warns when a budget is nearly spent and when it is spent: once each per budget period. */
import type * as vscode from 'vscode';
import type { Budget, Status } from '../../shared/status.ts';
import { formatDollars } from '../format/text.ts';
import { openSettings } from '../settings/open-settings.ts';
import { showWarning } from './notify.ts';

const open = 'Open Settings';

/** @param onStatus fires with each status of the server */
export function showBudgetWarnings(onStatus: vscode.Event<Status>): vscode.Disposable {
  const warnedEvents = new Set<string>();
  return onStatus(({ budgets }) => {
    for (const budget of budgets) {
      if (!budget.warns) continue;
      const spent = budget.spentUsd >= budget.limitUsd;
      const event = [budget.name, budget.freesAt, spent].join(' ');
      if (warnedEvents.has(event)) continue;
      warnedEvents.add(event);
      void showBudgetWarning(budget, spent);
    }
  });
}

async function showBudgetWarning(
  { name, spentUsd, limitUsd, freesAt }: Budget,
  spent: boolean,
): Promise<void> {
  const amounts = `${formatDollars(spentUsd)} of ${formatDollars(limitUsd)}`;
  const until = new Date(freesAt).toLocaleDateString();
  const sentence = spent
    ? `The budget ${name} is spent (${amounts}). Local models answer until it resets on ${until}.`
    : `The budget ${name} is nearly spent (${amounts}).`;
  if ((await showWarning(sentence, open)) === open) await openSettings('rumbo.budget');
}
