/** The last answer's receipt, for “Why This Model?” and the status bar. */
import * as vscode from 'vscode';
import type { Receipt } from '../shared/receipts.ts';

export type Receipts = {
  readonly last: Receipt | undefined;
  remember(receipt: Receipt): void;
  readonly onRemember: vscode.Event<Receipt>;
};

export function receiptMemory(): Receipts & vscode.Disposable {
  const remembered = new vscode.EventEmitter<Receipt>();
  let last: Receipt | undefined;
  return {
    get last() {
      return last;
    },
    remember(receipt) {
      last = receipt;
      remembered.fire(receipt);
    },
    onRemember: remembered.event,
    dispose: () => remembered.dispose(),
  };
}
