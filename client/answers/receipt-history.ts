/** The receipts of this window's answers, for “Why This Model?”, the status bar and the Activity view. */
import * as vscode from 'vscode';
import type { Receipt } from '../../shared/receipts.ts';
import { showInfo } from '../notifications/notify.ts';

export type ReceiptHistory = {
  readonly last: Receipt | undefined;
  /** The latest receipts, newest first. */
  readonly all: readonly Receipt[];
  /** @param askStronger repeats the request with a stronger model than the one that answered */
  add(receipt: Receipt, askStronger?: () => unknown): void;
  /** Repeats the last request with a stronger model. Absent: there was none, or it cannot be repeated. */
  readonly askStronger: (() => unknown) | undefined;
  readonly onAdded: vscode.Event<Receipt>;
};

/** Enough for the Activity view; the server's ledger has the older ones. */
const maxReceipts = 100;

export function receiptHistory(): ReceiptHistory & vscode.Disposable {
  const added = new vscode.EventEmitter<Receipt>();
  let all: readonly Receipt[] = [];
  let askStronger: (() => unknown) | undefined;
  return {
    get last() {
      return all[0];
    },
    get all() {
      return all;
    },
    get askStronger() {
      return askStronger;
    },
    add(receipt, stronger) {
      askStronger = stronger;
      all = [receipt, ...all.filter(({ id }) => id !== receipt.id)].slice(0, maxReceipts);
      added.fire(receipt);
    },
    onAdded: added.event,
    dispose: () => added.dispose(),
  };
}

/** For commands about the last answer, when there is none. */
export async function showNoAnswerYet(): Promise<void> {
  const picked = await showInfo('This window has no answers yet. Send a request first.', 'Plan…');
  if (picked) await vscode.commands.executeCommand('rumbo.plan');
}
