/** Warns once when another model answered because a key was refused or an account is empty: no other view shows it. */
import * as vscode from 'vscode';
import { providerOf } from '../../shared/chat.ts';
import { type ErrorKind, errorPolicies } from '../../shared/error-policies.ts';
import type { Attempt, Receipt } from '../../shared/receipts.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { errorButton } from '../notifications/error-messages.ts';
import { showWarning } from '../notifications/notify.ts';

/** Whether only the user can help: a key that is blocked for all models has to be replaced or paid for. */
const needsUser = (outcome: Attempt['outcome']): outcome is ErrorKind =>
  outcome !== 'ok' && errorPolicies[outcome].keyCooldown?.blocks === 'all-models';

/** Each problem is shown once, and again only after the provider has answered in between. */
export function showKeyAlerts(receipts: ReceiptHistory): vscode.Disposable {
  const shown = new Map<string, Set<ErrorKind>>();
  return receipts.onAdded((receipt) => {
    for (const attempt of receipt.attempts) {
      const provider = providerOf(attempt.model);
      const { outcome } = attempt;
      if (outcome === 'ok') shown.delete(provider);
      if (!needsUser(outcome)) continue;
      const kinds = shown.get(provider) ?? new Set();
      shown.set(provider, kinds);
      if (kinds.has(outcome)) continue;
      kinds.add(outcome);
      void showAlert(receipt, { ...attempt, outcome });
    }
  });
}

async function showAlert(
  receipt: Receipt,
  { model, outcome, message }: Attempt & { outcome: ErrorKind },
): Promise<void> {
  const button = errorButton({ kind: outcome, message: '', provider: providerOf(model) });
  const sentences = [
    `${model} did not answer: ${message ?? `${outcome.replaceAll('-', ' ')}.`}`,
    `${receipt.model} answered instead.`,
    errorPolicies[outcome].action,
  ];
  const picked = await showWarning(sentences.join(' '), ...(button ? [button.label] : []));
  if (picked && typeof button?.action === 'object')
    await vscode.commands.executeCommand(button.action.command, ...(button.action.arguments ?? []));
}
