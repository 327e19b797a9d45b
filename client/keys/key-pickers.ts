/** What the key commands ask: which provider, which key, the key itself, its label and limits. */
import * as vscode from 'vscode';
import type { KeyOptions } from '../../shared/keys.ts';
import type { KeyStatus, ProviderStatus } from '../../shared/status.ts';
import { keySentence, keyStateText, stateIcon } from '../format/provider.ts';
import { showInfo, showWarning } from '../notifications/notify.ts';
import { keyProblem } from '../server/key-channel.ts';

/** A key that is in a store or in memory: commands can name it. */
export type StoredKey = KeyStatus & { readonly slot: string };

export const storedKeys = ({ keys }: ProviderStatus): readonly StoredKey[] =>
  keys.filter((key): key is StoredKey => key.slot !== undefined);

/** `undefined`: dismissed, or there is none. */
export async function pickProvider(
  providers: readonly ProviderStatus[],
  title: string,
): Promise<ProviderStatus | undefined> {
  if (providers.length === 0) {
    void showInfo('No provider fits. The Rumbo view lists all of them.');
    return undefined;
  }
  const items = providers.map((provider) => ({
    label: `$(${stateIcon(provider)}) ${provider.label}`,
    description: provider.name,
    detail: keySentence(provider.key),
    provider,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Rumbo: ${title}`,
    matchOnDescription: true,
  });
  return picked?.provider;
}

/**
 * The named key, the only one, or the one that the user picks.
 * @param allLabel offers all keys too, first. Absent: it does not
 */
export async function pickKey(
  provider: ProviderStatus,
  title: string,
  named?: string,
  allLabel?: string,
): Promise<StoredKey | 'all' | undefined> {
  const keys = storedKeys(provider);
  const [first] = keys;
  const match = keys.find(({ slot }) => slot === named);
  if (match) return match;
  if (!first) {
    void showInfo(`${provider.label} has no stored key. “Rumbo: Set API Key” saves one.`);
    return undefined;
  }
  if (keys.length === 1) return first;
  type Item = vscode.QuickPickItem & { readonly choice: StoredKey | 'all' };
  const items: readonly Item[] = [
    ...(allLabel === undefined ? [] : [{ label: allLabel, choice: 'all' as const }]),
    ...keys.map((key) => ({ label: key.name, description: keyStateText(key), choice: key })),
  ];
  return (await vscode.window.showQuickPick(items, { title: `Rumbo: ${title}` }))?.choice;
}

/** @param purpose of the box. `undefined` result: dismissed, or invalid, which was shown */
export async function keyBox(
  { label, origin, key }: ProviderStatus,
  purpose = 'API key',
): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: `Rumbo: ${purpose} of ${label}`,
    prompt: `It is sent to ${origin} only.${key === 'environment' ? ' It shares the requests with the key in the environment.' : ''}`,
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value === '' ? undefined : keyProblem(value)),
  });
  if (typed === undefined) return undefined;
  const problem = keyProblem(typed);
  if (!problem) return typed.trim();
  void showWarning(`${problem} Nothing was saved.`);
  return undefined;
}

type Option = keyof KeyOptions;
const optionTexts: Readonly<Record<Option, { readonly label: string; readonly prompt: string }>> = {
  label: { label: 'Name', prompt: 'A name for this key. Empty: none.' },
  requestsPerMinute: {
    label: 'Requests per minute',
    prompt: 'The most requests in any minute. Empty: no limit of your own.',
  },
  tokensPerMinute: {
    label: 'Tokens per minute',
    prompt: 'The most tokens in any minute, input and output. Empty: no limit of your own.',
  },
  models: {
    label: 'Models',
    prompt:
      'The only models this key may be used for, separated by commas; * stands for any characters. Empty: all.',
  },
};

/** The options of a key with the one that the user changed. `undefined`: dismissed. */
export async function editOptions({ name, options = {} }: StoredKey): Promise<KeyOptions | undefined> {
  const items = (Object.keys(optionTexts) as Option[]).map((option) => ({
    label: optionTexts[option].label,
    description: optionText(options, option) || (option === 'label' ? 'none' : 'no limit'),
    option,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: `Rumbo: Edit ${name}` });
  if (!picked) return undefined;
  const { option } = picked;
  const typed = await vscode.window.showInputBox({
    title: `Rumbo: ${optionTexts[option].label} of ${name}`,
    prompt: optionTexts[option].prompt,
    value: optionText(options, option),
    validateInput: (value) => optionProblem(option, value),
  });
  if (typed === undefined) return undefined;
  const problem = optionProblem(option, typed);
  if (problem) {
    void showWarning(`${problem} Nothing was changed.`);
    return undefined;
  }
  const { [option]: _, ...others } = options;
  const value = optionValue(option, typed);
  return value === undefined ? others : { ...others, [option]: value };
}

const optionText = (options: KeyOptions, option: Option): string =>
  option === 'models' ? (options.models ?? []).join(', ') : String(options[option] ?? '');

function optionProblem(option: Option, typed: string): string | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  if (option === 'label') return text.length > 60 ? 'A name has at most 60 characters.' : undefined;
  if (option === 'models') return optionValue('models', text) ? undefined : 'Name at least one model.';
  return /^[1-9]\d{0,8}$/.test(text) ? undefined : 'Type a whole number above 0.';
}

/** `undefined`: no label, no limit. */
function optionValue(option: Option, typed: string): string | number | readonly string[] | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  if (option === 'label') return text;
  if (option !== 'models') return Number(text);
  const names = text.split(',').map((name) => name.trim());
  const models = [...new Set(names)].filter((name) => name !== '');
  return models.length > 0 ? models : undefined;
}
