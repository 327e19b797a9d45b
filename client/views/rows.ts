/** One row of the providers tree as VS Code draws it. Tooltips are plain text: foreign Markdown could load pictures. */
import * as vscode from 'vscode';
import type { Model } from '../../shared/models.ts';
import type { KeyStatus, ModelRest, ProviderStatus, RateWindow } from '../../shared/status.ts';
import {
  isAbsent,
  keyState,
  lastAction,
  modelDescription,
  modelIcon,
  modelTooltip,
  needOf,
  openWindows,
  providerDescription,
  providerTooltip,
  restWords,
  stateIcon,
  windowWords,
} from '../texts/provider.ts';
import { oneLine } from '../texts/words.ts';

/** `about`: the provider a remark belongs to. */
export type Row =
  | { readonly type: 'provider'; readonly provider: ProviderStatus }
  /** `rest` is absent while it may be asked. */
  | { readonly type: 'model'; readonly model: Model; readonly rest?: ModelRest }
  /** A model that rests and is not in the list. */
  | { readonly type: 'rest'; readonly rest: ModelRest; readonly about: string }
  | { readonly type: 'key'; readonly key: KeyStatus; readonly about: string }
  | { readonly type: 'window'; readonly window: RateWindow; readonly about: string }
  | { readonly type: 'last'; readonly last: NonNullable<ProviderStatus['last']>; readonly about: string }
  | { readonly type: 'text'; readonly text: string; readonly about: string };

/** What stands under a provider: what is said of it, its keys and limits, its models, what it last did. */
export function rowsOf(provider: ProviderStatus): Row[] {
  const { name: about, detail, models, note, resting, keys, last } = provider;
  const rests = new Map(resting.map((rest) => [rest.model, rest]));
  const listed = models.map((model): Row => {
    const rest = rests.get(model.name);
    rests.delete(model.name);
    return { type: 'model', model, ...(rest ? { rest } : {}) };
  });
  const said = detail ?? (models.length === 0 ? 'No models are known yet.' : undefined);
  return [
    ...(said ? [{ type: 'text', text: said, about } as const] : []),
    ...(note ? [{ type: 'text', text: note, about } as const] : []),
    ...keys.map((key): Row => ({ type: 'key', key, about })),
    ...openWindows(provider).map((window): Row => ({ type: 'window', window, about })),
    ...listed,
    ...[...rests.values()].map((rest): Row => ({ type: 'rest', rest, about })),
    ...(last ? [{ type: 'last', last, about } as const] : []),
  ];
}

export function rowItem(row: Row, locale?: string): vscode.TreeItem {
  switch (row.type) {
    case 'provider':
      return providerItem(row.provider, locale);
    case 'model':
      return modelItem(row.model, row.rest, locale);
    case 'rest':
      return remark(
        row.rest.model,
        'history',
        `${row.about}:rest:${row.rest.model}`,
        `${restWords(row.rest, locale)}: ${oneLine(row.rest.reason)}`,
      );
    case 'key':
      return remark(
        row.key.name,
        row.key.rests ? 'history' : 'key',
        `${row.about}:key:${row.key.name}`,
        keyState(row.key, locale),
      );
    case 'window': {
      const { left, until } = windowWords(row.window, locale);
      return remark(
        left,
        'dashboard',
        `${row.about}:window:${row.window.model ?? ''}:${row.window.unit}`,
        until,
      );
    }
    case 'last':
      return remark(`Last: ${row.last.model}`, 'pulse', `${row.about}:last`, lastAction(row.last, locale));
    case 'text':
      return remark(row.text, 'info', `${row.about}:${row.text}`);
  }
}

function providerItem(provider: ProviderStatus, locale?: string): vscode.TreeItem {
  const item = new vscode.TreeItem(provider.label, vscode.TreeItemCollapsibleState.Collapsed);
  const color = colorOf(provider);
  item.id = `provider:${provider.name}`;
  item.description = providerDescription(provider, locale);
  item.iconPath = new vscode.ThemeIcon(
    stateIcon(provider),
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
  item.tooltip = providerTooltip(provider, locale);
  const refused = needOf(provider) === 'key refused' ? 'refused;' : '';
  item.contextValue = `provider;key=${provider.key};${refused}${provider.state}`;
  item.accessibilityInformation = { label: `${provider.label}, ${item.description}` };
  return item;
}

/** Test results have the same three meanings. */
function colorOf(provider: ProviderStatus): string | undefined {
  if (needOf(provider)) return 'testing.iconErrored';
  return isAbsent(provider) ? undefined : colors[provider.state];
}
const colors: Readonly<Partial<Record<ProviderStatus['state'], string>>> = {
  ready: 'testing.iconPassed',
  unreachable: 'testing.iconErrored',
  resting: 'testing.iconQueued',
};

function modelItem(model: Model, rest?: ModelRest, locale?: string): vscode.TreeItem {
  const item = new vscode.TreeItem(model.name);
  item.id = `model:${model.id}`;
  item.description = modelDescription(model, rest, locale);
  item.iconPath = new vscode.ThemeIcon(modelIcon(model, rest));
  item.tooltip = modelTooltip(model, rest, locale);
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
