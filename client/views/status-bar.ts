/** The status-bar item, and notifications of invalid settings. */
import * as vscode from 'vscode';
import type { Receipt } from '../../shared/receipts.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { localOnlyUntil, statusBarText } from '../format/status.ts';
import { showWarning } from '../notifications/notify.ts';
import type { ServerProcess } from '../server/process.ts';
import { scheduledRefresh } from './scheduled-refresh.ts';

/** Milliseconds that the receipt of an answer is shown. */
const recentMs = 20_000;

export function createStatusBar(server: ServerProcess, receipts: ReceiptHistory): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('rumbo.status', vscode.StatusBarAlignment.Right, 90);
  item.name = 'Rumbo';
  let recent: Receipt | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const { text, tooltip } = statusBarText(server.status, recent, vscode.env.language);
    item.text = text;
    item.tooltip = tooltip;
    // A receipt opens its explanation, everything else the menu.
    item.command = recent ? 'rumbo.whyThisModel' : 'rumbo.showMenu';
    item.accessibilityInformation = { label: `Rumbo. ${tooltip}`, role: 'button' };
    const until = localOnlyUntil(server.status?.providers ?? []);
    redraw.schedule(until ? [until] : []);
  };
  const redraw = scheduledRefresh(draw);
  const shownProblems = new Set<string>();
  const statusListener = server.onStatus(({ problems }) => {
    draw();
    showProblems(problems.filter((problem) => !shownProblems.has(problem)));
    // A problem that was solved is shown again when it returns.
    shownProblems.clear();
    for (const problem of problems) shownProblems.add(problem);
  });
  const receiptListener = receipts.onAdded((receipt) => {
    recent = receipt;
    clearTimeout(timer);
    timer = setTimeout(() => {
      recent = undefined;
      draw();
    }, recentMs);
    draw();
  });
  draw();
  item.show();
  return vscode.Disposable.from(item, statusListener, receiptListener, redraw, {
    dispose: () => clearTimeout(timer),
  });
}

/** One notification for several problems; the item's tooltip lists all of them. */
function showProblems([first, ...others]: readonly string[]): void {
  if (first === undefined) return;
  const rest = others.length > 0 ? ` (and ${others.length} more, listed in the status bar’s tooltip)` : '';
  const setting = /^rumbo(\.\w+)+/.exec(first)?.[0];
  void showWarning(`${first}${rest}`, 'Open Settings').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.openSettings', setting, 'json'),
  );
}
