/** Whether ghost text is enabled here. Imports nothing heavy, since the editor loads this file at startup. */
import * as vscode from 'vscode';

const valuesOf = (key: 'enabled' | 'languages'): readonly unknown[] => {
  const inspected = vscode.workspace.getConfiguration('rumbo').inspect(`inline.${key}`);
  return [inspected?.globalValue, inspected?.workspaceValue, inspected?.workspaceFolderValue];
};

/** Enabled by the user and not disabled by a workspace, as in `effectiveSettings`. */
export function isGhostTextEnabled(): boolean {
  const [user, ...workspaces] = valuesOf('enabled');
  return user === true && !workspaces.includes(false);
}

/** The settings that disable a language. `undefined`: it is enabled. */
export function languageDisabledBy(languageId: string): 'user' | 'workspace' | undefined {
  const [user, ...workspaces] = valuesOf('languages');
  if (!isEnabledIn(user, languageId)) return 'user';
  return workspaces.every((value) => isEnabledIn(value, languageId)) ? undefined : 'workspace';
}

function isEnabledIn(value: unknown, languageId: string): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const languages = value as Readonly<Record<string, unknown>>;
  return (languages[languageId] ?? languages['*'] ?? true) !== false;
}
