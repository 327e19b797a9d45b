/** The rows of the trees and their items. Tooltips are plain text: foreign Markdown could load pictures. */
import * as vscode from 'vscode';
import { modelId } from '../../shared/chat.ts';
import type { DiscoveredEndpoint } from '../../shared/discovery.ts';
import { visibleText } from '../../shared/hidden-characters.ts';
import type { KeyProblem } from '../../shared/keys.ts';
import type { LocalModel } from '../../shared/local-models.ts';
import type { KeyStatus, ModelCooldown, ProviderStatus, RateWindow } from '../../shared/status.ts';
import { endpointDetail, endpointHost, endpointTooltip } from '../format/discovery.ts';
import { localIcon, localStateText } from '../format/local-model.ts';
import { type ModelState, modelDescription, modelIcon } from '../format/model.ts';
import {
  activeRateWindows,
  cooldownText,
  isCoolingDown,
  isNotRunning,
  keyStateText,
  lastRequestText,
  providerDescription,
  providerTooltip,
  rateWindowText,
  stateIcon,
  userProblem,
} from '../format/provider.ts';
import { oneLine } from '../format/text.ts';

/** `providerName`: the name of the provider that a detail row belongs to. */
export type TreeRow =
  | { readonly type: 'provider'; readonly provider: ProviderStatus; readonly pins?: PinnedRoles }
  /** A discovered server that is not in the settings. */
  | { readonly type: 'endpoint'; readonly endpoint: DiscoveredEndpoint }
  | ({ readonly type: 'model' } & ModelState)
  /** A model that is being downloaded or loaded and is not in the list yet. */
  | { readonly type: 'in-progress'; readonly local: LocalModel; readonly providerName: string }
  /** A model that is cooling down and is not in the list. */
  | { readonly type: 'cooldown'; readonly cooldown: ModelCooldown; readonly providerName: string }
  | { readonly type: 'key'; readonly key: KeyStatus; readonly providerName: string }
  | { readonly type: 'key-problem'; readonly problem: KeyProblem; readonly providerName: string }
  | { readonly type: 'window'; readonly window: RateWindow; readonly providerName: string }
  | {
      readonly type: 'last';
      readonly last: NonNullable<ProviderStatus['lastOutcome']>;
      readonly providerName: string;
    }
  | { readonly type: 'text'; readonly text: string; readonly providerName: string };

/** Labels of the roles that are pinned to a model, by its id. */
export type PinnedRoles = ReadonlyMap<string, readonly string[]>;

/** Further models are not listed; the settings can name them. */
const maxModels = 500;

/** The rows under a provider: its detail and note, keys, rate limits, models, and its last request. */
export function providerRows(provider: ProviderStatus, pins?: PinnedRoles): TreeRow[] {
  const { name: providerName, detail, models, local, note, keys, keyProblem, lastOutcome } = provider;
  const empty = models.length === 0 && !local?.some(isInProgress);
  // The row of the problem says it already.
  const ownDetail = keyProblem && detail?.includes(keyProblem.message) ? undefined : detail;
  const message = ownDetail ?? (empty && !keyProblem ? 'No models are known yet.' : undefined);
  return [
    ...(keyProblem ? [{ type: 'key-problem', problem: keyProblem, providerName } as const] : []),
    ...(message ? [{ type: 'text', text: message, providerName } as const] : []),
    ...(note ? [{ type: 'text', text: note, providerName } as const] : []),
    ...keys.map((key): TreeRow => ({ type: 'key', key, providerName })),
    ...activeRateWindows(provider).map((window): TreeRow => ({ type: 'window', window, providerName })),
    ...modelRows(provider, pins),
    ...(lastOutcome ? [{ type: 'last', last: lastOutcome, providerName } as const] : []),
  ];
}

/** The models of a provider: those in progress, those in its list, and those that are cooling down and in no list. */
export function modelRows(provider: ProviderStatus, pins?: PinnedRoles): TreeRow[] {
  const { name: providerName, models, local = [], modelCooldowns } = provider;
  const cooldowns = new Map(modelCooldowns.map((each) => [each.model, each]));
  const localModels = new Map(local.map((each) => [each.name, each]));
  const names = new Set(models.map(({ name }) => name));
  const modelRows = models.slice(0, maxModels).map((model): TreeRow => {
    const [cooldown, localModel, pinnedTo] = [
      cooldowns.get(model.name),
      localModels.get(model.name),
      pins?.get(model.id),
    ];
    return {
      type: 'model',
      model,
      ...(cooldown ? { cooldown } : {}),
      ...(localModel ? { local: localModel } : {}),
      ...(pinnedTo ? { pinnedTo } : {}),
    };
  });
  const more = models.length - modelRows.length;
  const left = `${more} more are not listed; add those you use to rumbo.providers.${providerName}.models.`;
  return [
    ...local
      .filter((each) => isInProgress(each) && !names.has(each.name))
      .map((each) => pendingRow(each, providerName)),
    ...modelRows,
    ...(more > 0 ? [{ type: 'text', text: left, providerName } as const] : []),
    ...modelCooldowns
      .filter(({ model }) => !names.has(model))
      .map((cooldown): TreeRow => ({ type: 'cooldown', cooldown, providerName })),
  ];
}

const isInProgress = ({ state }: LocalModel): boolean => state === 'downloading' || state === 'loading';
const pendingRow = (local: LocalModel, providerName: string): TreeRow => ({
  type: 'in-progress',
  local,
  providerName,
});

/** Names and texts of providers are shown with their hidden characters. */
export function treeItemOf(row: TreeRow, locale?: string): vscode.TreeItem {
  const item = itemOf(row, locale);
  if (typeof item.label === 'string') item.label = visibleText(item.label);
  if (typeof item.description === 'string') item.description = visibleText(item.description);
  if (typeof item.tooltip === 'string') item.tooltip = visibleText(item.tooltip);
  return item;
}

function itemOf(row: TreeRow, locale?: string): vscode.TreeItem {
  switch (row.type) {
    case 'provider':
      return providerItem(row.provider, locale);
    case 'endpoint':
      return endpointItem(row.endpoint);
    case 'model':
      return modelItem(row, locale);
    case 'in-progress':
      return pendingItem(row.local, row.providerName);
    case 'cooldown':
      return detailItem(
        row.cooldown.model,
        'history',
        `${row.providerName}:cooldown:${row.cooldown.model}`,
        `${cooldownText(row.cooldown, locale)}: ${oneLine(row.cooldown.reason)}`,
      );
    case 'key':
      return keyItem(row.key, row.providerName, locale);
    case 'key-problem':
      return keyProblemItem(row.problem, row.providerName);
    case 'window': {
      const { left, until } = rateWindowText(row.window, locale);
      return detailItem(
        left,
        'dashboard',
        `${row.providerName}:window:${row.window.model ?? ''}:${row.window.unit}`,
        until,
        'Rate limit',
      );
    }
    case 'last':
      return detailItem(
        `Last: ${row.last.model}`,
        'pulse',
        `${row.providerName}:last`,
        lastRequestText(row.last, locale),
      );
    case 'text':
      return detailItem(row.text, 'info', `${row.providerName}:${row.text}`);
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
  const refused = userProblem(provider) === 'key refused' ? 'refused;' : '';
  const cooldown = isCoolingDown(provider) ? 'cooldown;' : '';
  const pulls = provider.local && provider.state !== 'off' ? 'pulls;' : '';
  item.contextValue = `provider;key=${provider.key};${refused}${cooldown}${pulls}${provider.state}`;
  item.accessibilityInformation = {
    label: `${provider.label}, ${item.description.replaceAll(' · ', ', ')}`,
  };
  return item;
}

/** The colours of test results have the same three meanings. */
function colorOf(provider: ProviderStatus): string | undefined {
  if (userProblem(provider)) return 'testing.iconErrored';
  return isNotRunning(provider) ? undefined : colors[provider.state];
}
const colors: Readonly<Partial<Record<ProviderStatus['state'], string>>> = {
  ready: 'testing.iconPassed',
  unreachable: 'testing.iconErrored',
  'cooling-down': 'testing.iconQueued',
};

/** Without a tooltip, which is made on hover with details from the server. */
function modelItem(now: ModelState, locale?: string): vscode.TreeItem {
  const { model, local } = now;
  const item = new vscode.TreeItem(model.name);
  item.id = `model:${model.id}`;
  item.description = modelDescription(now, locale);
  item.iconPath = new vscode.ThemeIcon(modelIcon(now));
  const location = local?.state ?? 'elsewhere';
  item.contextValue = `model;${model.toggle ? 'on' : 'off'};${location};${model.locked ? 'locked' : 'unlocked'}`;
  item.accessibilityInformation = { label: `${model.name}, ${item.description.replaceAll(' · ', ', ')}` };
  return item;
}

function pendingItem(local: LocalModel, providerName: string): vscode.TreeItem {
  const item = detailItem(
    local.name,
    localIcon(local) ?? 'cloud-download',
    `coming:${modelId(providerName, local.name)}`,
    localStateText(local),
  );
  item.contextValue = `coming;${local.state}`;
  return item;
}

function keyItem(key: KeyStatus, providerName: string, locale?: string): vscode.TreeItem {
  const item = detailItem(
    key.name,
    key.cooldownReason ? 'history' : 'key',
    `${providerName}:key:${key.slot ?? key.name}`,
    keyStateText(key, locale),
    'Key',
  );
  item.contextValue = `key;${key.slot === undefined ? 'environment' : 'stored'}`;
  return item;
}

/** Pressing it does the one thing that helps. */
function keyProblemItem({ state, message, action }: KeyProblem, providerName: string): vscode.TreeItem {
  const item = detailItem(message, 'warning', `${providerName}:key-problem`, action, 'Problem with the key');
  item.command =
    state === 'other-origin'
      ? { command: 'rumbo.setApiKey', title: 'Set API Key', arguments: [providerName] }
      : { command: 'rumbo.testApiKey', title: 'Try Again', arguments: [providerName] };
  return item;
}

function endpointItem(endpoint: DiscoveredEndpoint): vscode.TreeItem {
  const { label, baseUrl } = endpoint;
  const item = detailItem(
    label,
    'lightbulb',
    `offer:${baseUrl}`,
    ['found', endpointHost(baseUrl), endpointDetail(endpoint)].filter(Boolean).join(' · '),
    'Not in use',
  );
  item.tooltip = endpointTooltip(endpoint);
  item.contextValue = 'offer';
  return item;
}

/** @param kind of the row, for screen readers in place of its icon */
function detailItem(
  text: string,
  icon: string,
  id: string,
  description = '',
  kind?: string,
): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.id = `remark:${id}`;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = [text, description].filter(Boolean).join(' · ');
  const spoken = [text, description.replaceAll(' · ', ', ')].filter(Boolean).join(', ');
  item.accessibilityInformation = { label: kind ? `${kind}: ${spoken}` : spoken };
  return item;
}
