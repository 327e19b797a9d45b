/** The receipts of this window's answers, for “Why This Model?”, the status bar and the Activity view. */
import * as vscode from 'vscode';
import type { Receipt } from '../shared/receipts.ts';

export type Receipts = {
  readonly last: Receipt | undefined;
  /** The last ones, newest first. */
  readonly all: readonly Receipt[];
  remember(receipt: Receipt): void;
  readonly onRemember: vscode.Event<Receipt>;
};

/** A list for a person: what is older is in the ledger. */
const most = 100;

export function receiptMemory(): Receipts & vscode.Disposable {
  const remembered = new vscode.EventEmitter<Receipt>();
  let all: readonly Receipt[] = [];
  return {
    get last() {
      return all[0];
    },
    get all() {
      return all;
    },
    remember(receipt) {
      all = [receipt, ...all.filter(({ id }) => id !== receipt.id)].slice(0, most);
      remembered.fire(receipt);
    },
    onRemember: remembered.event,
    dispose: () => remembered.dispose(),
  };
}
