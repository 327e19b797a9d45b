/** The tooltip of a model, with the details the server knows of it at that moment. */
import * as vscode from 'vscode';
import { modelTooltip } from '../format/model.ts';
import type { ServerProcess } from '../server/process.ts';
import type { TreeRow } from './rows.ts';

/** `undefined`: the row says all in its own. */
export async function rowTooltip(server: ServerProcess, row: TreeRow): Promise<string | undefined> {
  if (row.type !== 'model') return undefined;
  const { id } = row.model;
  const details = await server
    .use((connection) => connection.modelDetails([id]))
    .then((all) => all.find((each) => each.id === id))
    // What the row itself knows is better than nothing.
    .catch(() => undefined);
  return modelTooltip(row, details, vscode.env.language);
}
