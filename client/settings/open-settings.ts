/** Opens the settings where a name points: the Settings UI, or settings.json for what is a map. */
import * as vscode from 'vscode';

/**
 * @param query what to look for. Absent: everything of Rumbo
 * @param as `json`: settings.json at the setting that `query` names
 */
export const openSettings = async (query?: string, as?: 'json'): Promise<void> =>
  void (await (as === 'json'
    ? vscode.commands.executeCommand(
        'workbench.action.openSettingsJson',
        query ? { revealSetting: { key: query } } : undefined,
      )
    : vscode.commands.executeCommand('workbench.action.openSettings', query ?? '@ext:rumbo.rumbo')));

/** settings.json at `rumbo.providers`, which is made when it is not there. */
export const addEndpoint = async (): Promise<void> =>
  void (await vscode.commands.executeCommand('workbench.action.openSettingsJson', {
    revealSetting: { key: 'rumbo.providers', edit: true },
  }));
