/** What the user says of a model, written into `rumbo.models` and `rumbo.roles`. */
import * as vscode from 'vscode';
import type { Model } from '../../shared/models.ts';
import { roleIds, roles } from '../../shared/roles.ts';
import type { ModelSettings, Preference } from '../../shared/settings.ts';
import { showWarning } from '../notifications/notify.ts';
import { updateMapEntry, userMapSetting } from '../settings/user-settings.ts';

/**
 * @param toggle whether it takes part from now on. Absent: the opposite of what holds
 * @returns whether it was written; the workspace may forbid it
 */
export async function toggleModel(model: Model, toggle = !model.toggle): Promise<boolean> {
  if (toggle && restrictedByWorkspace(model, 'toggle', false)) {
    sayRestricted(model);
    return false;
  }
  await updateMapEntry('models', model.id, (said: ModelSettings) => ({ ...said, toggle }));
  return true;
}

export async function lockModel(model: Model, locked: boolean): Promise<void> {
  if (!locked && restrictedByWorkspace(model, 'locked', true)) return sayRestricted(model);
  await updateMapEntry('models', model.id, (said: ModelSettings) => ({ ...said, locked }));
}

export async function setModelTier(model: Model): Promise<void> {
  const tiers = ['small and quick', 'modest', 'capable', 'strong', 'frontier'];
  const items = tiers.map((words, index) => ({
    label: `Tier ${index + 1}`,
    description: index + 1 === model.tier ? `${words} (now)` : words,
    tier: index + 1,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: `Rumbo: how strong is ${model.id}?` });
  if (picked)
    await updateMapEntry('models', model.id, (said: ModelSettings) => ({ ...said, tier: picked.tier }));
}

/** Pins the model to a role, or takes its pin off again. */
export async function pinModel(model: Model): Promise<void> {
  const said = userMapSetting<Preference>('roles');
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
  await updateMapEntry('roles', picked.role, ({ model: _, ...rest }: Preference) =>
    picked.pinned ? rest : { ...rest, model: model.id },
  );
}

function restrictedByWorkspace({ id }: Model, what: 'toggle' | 'locked', by: boolean): boolean {
  const said = vscode.workspace.getConfiguration('rumbo').inspect<Record<string, ModelSettings>>('models');
  return [said?.workspaceValue, said?.workspaceFolderValue].some((models) => models?.[id]?.[what] === by);
}

const sayRestricted = ({ id }: Model): void =>
  void showWarning(
    `This workspace’s settings switch ${id} off, which your own cannot undo. Change rumbo.models in the workspace.`,
  );
