/** Diagnostics as text for a bug report. */
import type { Diagnostics } from '../../shared/diagnostics.ts';
import { visibleText } from '../../shared/hidden-characters.ts';

export type EditorFacts = Readonly<Record<string, string | number | boolean>>;

/** @param found the server's diagnostics, or why there are none */
export function diagnosticsText(editor: EditorFacts, found: unknown): string {
  const server = isDiagnostics(found)
    ? found
    : { error: found instanceof Error ? found.message : 'The server did not answer.' };
  return visibleText(`${JSON.stringify({ editor, server }, null, 2)}\n`);
}

const isDiagnostics = (value: unknown): value is Diagnostics =>
  typeof value === 'object' && value !== null && !(value instanceof Error) && 'version' in value;
