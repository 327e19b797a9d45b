/** One row of the providers tree as VS Code draws it. Tooltips are plain text: foreign Markdown could load pictures. */
import * as vscode from 'vscode';
import type { Model } from '../../shared/models.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import {
  lastAction,
  modelDescription,
  modelIcon,
  modelTooltip,
  providerDescription,
  providerTooltip,
  stateIcon,
} from '../texts/provider.ts';

/** `about`: the provider a remark belongs to. */
export type Row =
  | { readonly type: 'provider'; readonly provider: ProviderStatus }
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'last'; readonly last: NonNullable<ProviderStatus['last']>; readonly about: string }
  | { readonly type: 'text'; readonly text: string; readonly about: string };

export function rowItem(row: Row, locale?: string): vscode.TreeItem {
  switch (row.type) {
    case 'provider':
      return providerItem(row.provider, locale);
    case 'model':
      return modelItem(row.model);
    case 'last':
      return remark(`Last: ${row.last.model}`, 'pulse', `${row.about}:last`, lastAction(row.last, locale));
    case 'text':
      return remark(row.text, 'info', `${row.about}:${row.text}`);
  }
}

function providerItem(provider: ProviderStatus, locale?: string): vscode.TreeItem {
  const item = new vscode.TreeItem(provider.label, vscode.TreeItemCollapsibleState.Collapsed);
  const color = colors[provider.state];
  item.id = `provider:${provider.name}`;
  item.description = providerDescription(provider, locale);
  item.iconPath = new vscode.ThemeIcon(
    stateIcon(provider.state),
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
  item.tooltip = providerTooltip(provider, locale);
  item.contextValue = `provider;key=${provider.key};${provider.state}`;
  item.accessibilityInformation = { label: `${provider.label}, ${item.description}` };
  return item;
}

/** Test results have the same three meanings. */
const colors: Readonly<Partial<Record<ProviderStatus['state'], string>>> = {
  ready: 'testing.iconPassed',
  unreachable: 'testing.iconErrored',
  resting: 'testing.iconQueued',
};

function modelItem(model: Model): vscode.TreeItem {
  const item = new vscode.TreeItem(model.name);
  item.id = `model:${model.id}`;
  item.description = modelDescription(model);
  item.iconPath = new vscode.ThemeIcon(modelIcon(model));
  item.tooltip = modelTooltip(model);
  item.contextValue = `model;${model.toggle ? 'on' : 'off'};${model.locked ? 'locked' : 'unlocked'}`;
  item.accessibilityInformation = { label: `${model.name}, ${item.description.replaceAll(' · ', ', ')}` };
  return item;
}

function remark(text: string, icon: string, id: string, description = ''): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.id = `remark:${id}`;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = [text, description].filter(Boolean).join(' · ');
  return item;
}
