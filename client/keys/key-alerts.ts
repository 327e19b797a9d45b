/** Tells once of a refused key or an empty account that an answer had to go round: a failure that shows nowhere else. */
import * as vscode from 'vscode';
import { providerOf } from '../../shared/chat.ts';
import { errorPolicies } from '../../shared/error-kinds.ts';
import type { Attempt, Receipt } from '../../shared/receipts.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { errorButton } from '../notifications/error-messages.ts';
import { showWarning } from '../notifications/notify.ts';

const forTheUser = ['unauthorized', 'payment-required'] as const;
type Trouble = (typeof forTheUser)[number];
const isForTheUser = (outcome: Attempt['outcome']): outcome is Trouble =>
  forTheUser.some((kind) => kind === outcome);

/** Told again only after the provider has answered in between. */
export function showKeyAlerts(receipts: ReceiptHistory): vscode.Disposable {
  const told = new Set<string>();
  return receipts.onAdded((receipt) => {
    for (const attempt of receipt.attempts) {
      const provider = providerOf(attempt.model);
      if (attempt.outcome === 'ok') for (const kind of forTheUser) told.delete(`${provider} ${kind}`);
      if (!isForTheUser(attempt.outcome) || told.has(`${provider} ${attempt.outcome}`)) continue;
      told.add(`${provider} ${attempt.outcome}`);
      void tell(receipt, { ...attempt, outcome: attempt.outcome });
    }
  });
}

async function tell(
  receipt: Receipt,
  { model, outcome, message }: Attempt & { outcome: Trouble },
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
