/** The tooltip of a model, with its details from the server. */
import * as vscode from 'vscode';
import { modelTooltip } from '../format/model.ts';
import type { ServerProcess } from '../server/process.ts';
import type { TreeRow } from './rows.ts';

/** `undefined`: the row has its own tooltip. */
export async function rowTooltip(server: ServerProcess, row: TreeRow): Promise<string | undefined> {
  if (row.type !== 'model') return undefined;
  const { id } = row.model;
  const details = await server
    .request('modelDetails', { models: [id] })
    .then((all) => all.find((each) => each.id === id))
    // Without details the tooltip shows what the row has.
    .catch(() => undefined);
  return modelTooltip(row, details, vscode.env.language);
}
