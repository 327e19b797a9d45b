/** What the user says of a model, written into `rumbo.models` and `rumbo.roles` of the user's settings; nothing else in them changes. */
import * as vscode from 'vscode';
import type { Model } from '../shared/models.ts';
import { roleIds, roles } from '../shared/roles.ts';
import type { ModelSettings, Preference } from '../shared/settings.ts';
import { warn } from './notify.ts';

export async function toggleModel(model: Model): Promise<void> {
  if (!model.toggle && restrictedByWorkspace(model, 'toggle', false)) return sayRestricted(model);
  await change('models', model.id, (said: ModelSettings) => ({ ...said, toggle: !model.toggle }));
}

export async function lockModel(model: Model, locked: boolean): Promise<void> {
  if (!locked && restrictedByWorkspace(model, 'locked', true)) return sayRestricted(model);
  await change('models', model.id, (said: ModelSettings) => ({ ...said, locked }));
}

export async function setModelTier(model: Model): Promise<void> {
  const tiers = ['small and quick', 'modest', 'capable', 'strong', 'frontier'];
  const items = tiers.map((words, index) => ({
    label: `Tier ${index + 1}`,
    description: index + 1 === model.tier ? `${words} (now)` : words,
    tier: index + 1,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: `Rumbo: how strong is ${model.id}?` });
  if (picked) await change('models', model.id, (said: ModelSettings) => ({ ...said, tier: picked.tier }));
}

/** Pins the model to a role, or takes its pin off again. */
export async function pinModel(model: Model): Promise<void> {
  const said = userMap<Preference>('roles');
  const items = roleIds.map((role) => {
    const pinned = said[role]?.model;
    const description =
      pinned === model.id ? 'pinned now; pick to take the pin off' : pinned && `now ${pinned}`;
    return {
      label: roles[role].label,
      ...(description ? { description } : {}),
      role,
      pinned: pinned === model.id,
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: `Rumbo: which role always asks ${model.id}?`,
  });
  if (!picked) return;
  await change('roles', picked.role, ({ model: _, ...rest }: Preference) =>
    picked.pinned ? rest : { ...rest, model: model.id },
  );
}

/** One entry of a map in the user's settings, with `change` applied; an entry that says nothing is taken out. */
export function withEntry<Entry extends object>(
  map: Readonly<Record<string, Entry>>,
  key: string,
  changeEntry: (said: Entry) => Entry,
): Record<string, Entry> {
  const { [key]: said, ...others } = map;
  const entry = changeEntry(said ?? ({} as Entry));
  // A key that was there keeps its place, so that the settings file changes in one line.
  const whole = said ? { ...map, [key]: entry } : { ...others, [key]: entry };
  if (Object.keys(entry).length > 0) return whole;
  return { ...others };
}

async function change<Entry extends object>(
  setting: 'models' | 'roles',
  key: string,
  changeEntry: (said: Entry) => Entry,
): Promise<void> {
  const next = withEntry(userMap<Entry>(setting), key, changeEntry);
  await vscode.workspace.getConfiguration('rumbo').update(setting, next, vscode.ConfigurationTarget.Global);
}

function userMap<Entry>(setting: 'models' | 'roles'): Readonly<Record<string, Entry>> {
  const value: unknown = vscode.workspace.getConfiguration('rumbo').inspect(setting)?.globalValue;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Entry>)
    : {};
}

function restrictedByWorkspace({ id }: Model, what: 'toggle' | 'locked', by: boolean): boolean {
  const said = vscode.workspace.getConfiguration('rumbo').inspect<Record<string, ModelSettings>>('models');
  return [said?.workspaceValue, said?.workspaceFolderValue].some((models) => models?.[id]?.[what] === by);
}

const sayRestricted = ({ id }: Model): void =>
  void warn(
    `This workspace’s settings switch ${id} off, which your own cannot undo. Change rumbo.models in the workspace.`,
  );
