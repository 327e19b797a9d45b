/** The receipts of this window's answers, for “Why This Model?”, the status bar and the Activity view. */
import * as vscode from 'vscode';
import type { Receipt } from '../../shared/receipts.ts';
import { showInfo } from '../notifications/notify.ts';

export type ReceiptHistory = {
  readonly last: Receipt | undefined;
  /** The last ones, newest first. */
  readonly all: readonly Receipt[];
  /** @param askStronger asks the same again, of a stronger model than the one that answered */
  add(receipt: Receipt, askStronger?: () => unknown): void;
  /** Of the last answer. Absent: there is none, or it cannot be asked for again. */
  readonly askStronger: (() => unknown) | undefined;
  readonly onAdded: vscode.Event<Receipt>;
};

/** A list for a person: what is older is in the ledger. */
const maxReceipts = 100;

export function receiptHistory(): ReceiptHistory & vscode.Disposable {
  const remembered = new vscode.EventEmitter<Receipt>();
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
      remembered.fire(receipt);
    },
    onAdded: remembered.event,
    dispose: () => remembered.dispose(),
  };
}

/** What can be said of an answer when there is none yet. */
export async function showNoAnswerYet(): Promise<void> {
  const picked = await showInfo(
    'Nothing has been answered yet in this window. Ask something first.',
    'Plan…',
  );
  if (picked) await vscode.commands.executeCommand('rumbo.plan');
}
