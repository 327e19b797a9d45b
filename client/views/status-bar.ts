/** One short status-bar item, and one notification for each setting that cannot be read. */
import * as vscode from 'vscode';
import type { Receipt } from '../../shared/receipts.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { localOnlyUntil, statusBarText } from '../format/status.ts';
import { showWarning } from '../notifications/notify.ts';
import type { ServerProcess } from '../server/process.ts';
import { scheduledRefresh } from './scheduled-refresh.ts';

/** How long an answer's line stands in the status bar. */
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
    // The line of an answer leads to its reasons, everything else to the menu.
    item.command = recent ? 'rumbo.whyThisModel' : 'rumbo.showMenu';
    item.accessibilityInformation = { label: `Rumbo. ${tooltip}`, role: 'button' };
    const until = localOnlyUntil(server.status?.providers ?? []);
    redraw.schedule(until ? [until] : []);
  };
  const redraw = scheduledRefresh(draw);
  const shown = new Set<string>();
  const followed = server.onStatus(({ problems }) => {
    draw();
    tell(problems.filter((problem) => !shown.has(problem)));
    // A problem that was solved is told again when it comes back.
    shown.clear();
    for (const problem of problems) shown.add(problem);
  });
  const remembered = receipts.onAdded((receipt) => {
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
  return vscode.Disposable.from(item, followed, remembered, redraw, { dispose: () => clearTimeout(timer) });
}

/** One notification, however much is wrong; the item's tooltip lists it all. */
function tell([first, ...others]: readonly string[]): void {
  if (first === undefined) return;
  const rest = others.length > 0 ? ` (and ${others.length} more, listed in the status bar’s tooltip)` : '';
  const setting = /^rumbo(\.\w+)+/.exec(first)?.[0];
  void showWarning(`${first}${rest}`, 'Open Settings').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.openSettings', setting, 'json'),
  );
}
