/** The Activity view: receipts of this window's answers, the latest first. */
import * as vscode from 'vscode';
import type { Receipt } from '../../shared/receipts.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { activityDescription, activityIcon, receiptTooltip, todayText } from '../format/activity.ts';
import { oneLine } from '../format/text.ts';
import type { ServerProcess } from '../server/process.ts';

export function createActivityView(server: ServerProcess, receipts: ReceiptHistory): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const tree = vscode.window.createTreeView<Receipt>('rumbo.activity', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (receipt) => (receipt ? [] : [...receipts.all]),
      getTreeItem: itemOf,
    },
  });
  const receiptListener = receipts.onAdded(() => changed.fire(undefined));
  const statusListener = server.onStatus(({ today }) => {
    tree.description = todayText(today);
  });
  return vscode.Disposable.from(tree, receiptListener, statusListener, changed);
}

function itemOf(receipt: Receipt): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(receipt.model));
  const description = activityDescription(receipt, vscode.env.language);
  item.id = receipt.id;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(activityIcon(receipt));
  item.tooltip = receiptTooltip(receipt);
  item.command = { command: 'rumbo.whyThisModel', title: 'Why This Model?', arguments: [receipt] };
  item.accessibilityInformation = { label: `${item.label}, ${description.replaceAll(' · ', ', ')}` };
  return item;
}
