/** **Rumbo: Choose Strategy…**: writes `rumbo.routing.strategy` into the user's settings. */
import * as vscode from 'vscode';
import { strategies } from '../../shared/tasks.ts';

export async function chooseStrategy(): Promise<void> {
  // The settings schema has the descriptions; loading it costs too much at startup.
  const { Settings } = await import('../../shared/settings.ts');
  const descriptions = Settings.shape['routing.strategy'].meta()?.['enumDescriptions'] as
    | readonly string[]
    | undefined;
  const configuration = vscode.workspace.getConfiguration('rumbo');
  const current = configuration.get('routing.strategy');
  const items = strategies.map((strategy, index) => ({
    label: strategy,
    ...(strategy === current ? { description: 'current' } : {}),
    ...(descriptions?.[index] ? { detail: descriptions[index] } : {}),
    picked: strategy === current,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Rumbo: how to choose between models' });
  if (picked) await configuration.update('routing.strategy', picked.label, vscode.ConfigurationTarget.Global);
}
