/** Changes of a model's settings: writes `rumbo.models` and `rumbo.roles`. */
import * as vscode from 'vscode';
import type { Model } from '../../shared/models.ts';
import { roleIds, roles } from '../../shared/roles.ts';
import type { ModelSettings, Preference } from '../../shared/settings.ts';
import { showWarning } from '../notifications/notify.ts';
import { updateMapEntry, userMapSetting } from '../settings/user-settings.ts';

/**
 * @param toggle whether routing may use the model. Absent: the opposite of the current value
 * @returns whether it was written; the workspace can forbid it
 */
export async function toggleModel(model: Model, toggle = !model.toggle): Promise<boolean> {
  if (toggle && restrictedByWorkspace(model, 'toggle', false)) {
    showRestricted(model);
    return false;
  }
  await updateMapEntry('models', model.id, (current: ModelSettings) => ({ ...current, toggle }));
  return true;
}

export async function lockModel(model: Model, locked: boolean): Promise<void> {
  if (!locked && restrictedByWorkspace(model, 'locked', true)) return showRestricted(model);
  await updateMapEntry('models', model.id, (current: ModelSettings) => ({ ...current, locked }));
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
    await updateMapEntry('models', model.id, (current: ModelSettings) => ({ ...current, tier: picked.tier }));
}

/** Pins the model to a role, or removes the pin. */
export async function pinModel(model: Model): Promise<void> {
  const current = userMapSetting<Preference>('roles');
  const items = roleIds.map((role) => {
    const pinned = current[role]?.model;
    const description = pinned === model.id ? 'pinned; select to remove the pin' : pinned && `now ${pinned}`;
    return {
      label: roles[role].label,
      ...(description ? { description } : {}),
      role,
      pinned: pinned === model.id,
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: `Rumbo: pin ${model.id} to which role?`,
  });
  if (!picked) return;
  await updateMapEntry('roles', picked.role, ({ model: _, ...rest }: Preference) =>
    picked.pinned ? rest : { ...rest, model: model.id },
  );
}

function restrictedByWorkspace({ id }: Model, field: 'toggle' | 'locked', restriction: boolean): boolean {
  const current = vscode.workspace.getConfiguration('rumbo').inspect<Record<string, ModelSettings>>('models');
  return [current?.workspaceValue, current?.workspaceFolderValue].some(
    (models) => models?.[id]?.[field] === restriction,
  );
}

const showRestricted = ({ id }: Model): void =>
  void showWarning(
    `This workspace’s settings turn ${id} off, which your user settings cannot override. Change rumbo.models in the workspace.`,
  );
