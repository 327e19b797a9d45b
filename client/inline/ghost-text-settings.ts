/** Whether ghost text is switched on here, read without what is heavy: an editor starts with this. */
import * as vscode from 'vscode';

const valuesOf = (key: 'enabled' | 'languages'): readonly unknown[] => {
  const said = vscode.workspace.getConfiguration('rumbo').inspect(`inline.${key}`);
  return [said?.globalValue, said?.workspaceValue, said?.workspaceFolderValue];
};

/** The user has switched it on and no workspace has switched it off; as `effectiveSettings` has it. */
export function isGhostTextEnabled(): boolean {
  const [user, ...workspaces] = valuesOf('enabled');
  return user === true && !workspaces.includes(false);
}

/** Who has switched a language off. `undefined`: it is on. */
export function languageDisabledBy(languageId: string): 'user' | 'workspace' | undefined {
  const [user, ...workspaces] = valuesOf('languages');
  if (!isOnIn(user, languageId)) return 'user';
  return workspaces.every((said) => isOnIn(said, languageId)) ? undefined : 'workspace';
}

function isOnIn(said: unknown, languageId: string): boolean {
  if (typeof said !== 'object' || said === null) return true;
  const languages = said as Readonly<Record<string, unknown>>;
  return (languages[languageId] ?? languages['*'] ?? true) !== false;
}
