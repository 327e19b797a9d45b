/** Warns once when another model answered because a key was refused or an account is empty: nothing else shows that failure. */
import * as vscode from 'vscode';
import { providerOf } from '../../shared/chat.ts';
import { errorPolicies } from '../../shared/error-kinds.ts';
import type { Attempt, Receipt } from '../../shared/receipts.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { errorButton } from '../notifications/error-messages.ts';
import { showWarning } from '../notifications/notify.ts';

const alertKinds = ['unauthorized', 'payment-required'] as const;
type AlertKind = (typeof alertKinds)[number];
const isAlertKind = (outcome: Attempt['outcome']): outcome is AlertKind =>
  alertKinds.some((kind) => kind === outcome);

/** Warns again only after the provider has answered in between. */
export function showKeyAlerts(receipts: ReceiptHistory): vscode.Disposable {
  const alerted = new Set<string>();
  return receipts.onAdded((receipt) => {
    for (const attempt of receipt.attempts) {
      const provider = providerOf(attempt.model);
      if (attempt.outcome === 'ok') for (const kind of alertKinds) alerted.delete(`${provider} ${kind}`);
      if (!isAlertKind(attempt.outcome) || alerted.has(`${provider} ${attempt.outcome}`)) continue;
      alerted.add(`${provider} ${attempt.outcome}`);
      void showAlert(receipt, { ...attempt, outcome: attempt.outcome });
    }
  });
}

async function showAlert(
  receipt: Receipt,
  { model, outcome, message }: Attempt & { outcome: AlertKind },
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
