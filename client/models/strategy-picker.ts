/** **Rumbo: Choose Strategy…**: writes `rumbo.routing.strategy` into the user's settings. */
import * as vscode from 'vscode';
import { strategies } from '../../shared/tasks.ts';

export async function chooseStrategy(): Promise<void> {
  // The words are in the settings' own description; loading it costs too much for start-up.
  const { Settings } = await import('../../shared/settings.ts');
  const descriptions = Settings.shape['routing.strategy'].meta()?.['enumDescriptions'] as
    | readonly string[]
    | undefined;
  const configuration = vscode.workspace.getConfiguration('rumbo');
  const current = configuration.get('routing.strategy');
  const items = strategies.map((strategy, index) => ({
    label: strategy,
    ...(strategy === current ? { description: 'now' } : {}),
    ...(descriptions?.[index] ? { detail: descriptions[index] } : {}),
    picked: strategy === current,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Rumbo: how to choose between models' });
  if (picked) await configuration.update('routing.strategy', picked.label, vscode.ConfigurationTarget.Global);
}
