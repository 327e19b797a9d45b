/** The Models view: models by provider, each with a checkbox that includes it in routing. */
import * as vscode from 'vscode';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import { providerTooltip, sortProviders, stateIcon } from '../format/provider.ts';
import { displayedTimes } from '../format/status.ts';
import { toggleModel } from '../models/model-settings.ts';
import type { ServerProcess } from '../server/process.ts';
import { currentStatus } from './current-status.ts';
import { liveTree, type TreeNode } from './live-tree.ts';
import { rowTooltip } from './model-tooltip.ts';
import { userPins } from './pins.ts';
import { modelRows, type TreeRow, treeItemOf } from './rows.ts';
import { scheduledRefresh } from './scheduled-refresh.ts';

export function createModelsView(server: ServerProcess): vscode.Disposable {
  const rowsFor = ({ providers }: Status): TreeRow[] => {
    redraw.schedule(displayedTimes(providers));
    const pins = userPins();
    return sortProviders(providers)
      .filter((provider) => isUsable(provider) && modelRows(provider).length > 0)
      .map((provider) => ({ type: 'provider', provider, pins }));
  };
  const live = liveTree<TreeRow>({
    async roots() {
      const status = await currentStatus(server, () => live.redraw());
      return status ? rowsFor(status) : [];
    },
    children: (row) => (row.type === 'provider' ? modelRows(row.provider, row.pins) : []),
    item: itemOf,
    tooltip: (row) => rowTooltip(server, row),
  });
  const tree = vscode.window.createTreeView('rumbo.models', {
    treeDataProvider: live.provider,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  });
  const toggled = tree.onDidChangeCheckboxState(async ({ items }) => {
    for (const [shown, state] of items) await toggle(shown, state === vscode.TreeItemCheckboxState.Checked);
  });
  const toggle = async (shown: TreeNode<TreeRow>, on: boolean): Promise<void> => {
    if (shown.row.type !== 'model') return;
    // The workspace forbids it: the checkbox is reset.
    if (!(await toggleModel(shown.row.model, on))) live.redrawNode(shown);
  };
  const redraw = scheduledRefresh(() => live.redraw());
  const followed = server.onStatus((status) => live.update(rowsFor(status)));
  const reconfigured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (tree.visible && event.affectsConfiguration('rumbo.roles')) live.redraw();
  });
  return vscode.Disposable.from(tree, toggled, followed, reconfigured, redraw, live);
}

/** A provider that is off or has no key is shown in the Providers view only. */
const isUsable = ({ state, key }: ProviderStatus): boolean => state !== 'off' && key !== 'none';

function itemOf(row: TreeRow): vscode.TreeItem {
  if (row.type === 'provider') return groupItem(row.provider);
  const item = treeItemOf(row, vscode.env.language);
  if (row.type !== 'model') return item;
  const { model } = row;
  // A locked model is never used, so that it has no checkbox.
  if (!model.locked) item.checkboxState = checkbox(model.toggle, model.name);
  return item;
}

function checkbox(on: boolean, name: string) {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  const tooltip = on ? 'Enabled. Uncheck it to turn it off.' : 'Off: it is used only when pinned.';
  return {
    state: on ? Checked : Unchecked,
    tooltip,
    accessibilityInformation: { label: `${name} enabled`, role: 'checkbox' },
  };
}

function groupItem(provider: ProviderStatus): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const local = provider.source === 'local';
  const item = new vscode.TreeItem(provider.label, local ? Expanded : Collapsed);
  const on = provider.models.filter(({ toggle, locked }) => toggle && !locked).length;
  item.id = `group:${provider.name}`;
  item.description = `${on} of ${provider.models.length} enabled`;
  item.iconPath = new vscode.ThemeIcon(stateIcon(provider));
  item.tooltip = providerTooltip(provider, vscode.env.language);
  item.accessibilityInformation = { label: `${provider.label}, ${item.description}` };
  return item;
}
