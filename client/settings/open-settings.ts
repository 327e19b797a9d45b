/** Opens a setting in the Settings UI, or in settings.json where it is a map. */
import * as vscode from 'vscode';

/**
 * @param query to search for. Absent: all settings of Rumbo
 * @param as `json`: settings.json at the setting that `query` names
 */
export const openSettings = async (query?: string, as?: 'json'): Promise<void> =>
  void (await (as === 'json'
    ? vscode.commands.executeCommand(
        'workbench.action.openSettingsJson',
        query ? { revealSetting: { key: query } } : undefined,
      )
    : vscode.commands.executeCommand('workbench.action.openSettings', query ?? '@ext:rumbo.rumbo')));

/** Opens settings.json at `rumbo.providers`, which is created when it is missing. */
export const addEndpoint = async (): Promise<void> =>
  void (await vscode.commands.executeCommand('workbench.action.openSettingsJson', {
    revealSetting: { key: 'rumbo.providers', edit: true },
  }));
