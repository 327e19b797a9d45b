/** Writes into an editor's settings.json without losing what the user changed there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyEdits, findNodeAtLocation, modify, parse, parseTree } from 'jsonc-parser';

/** A quiet first window: nothing but Rumbo asks for attention. */
export const quiet: Readonly<Record<string, unknown>> = {
  'workbench.editor.useModal': 'off',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'remote.autoForwardPorts': false,
  'telemetry.telemetryLevel': 'off',
  'chat.mcp.autostart': 'never',
  'update.mode': 'none',
  'extensions.ignoreRecommendations': true,
};

/** One change: a path into the settings, and what is to be there. `undefined` takes it out. */
export type Change = [path: readonly [string, ...string[]], value: unknown];

/** @param defaults settings that are only written where the user has none */
export function writeSettings(
  userData: string,
  defaults: Readonly<Record<string, unknown>>,
  changes: readonly Change[] = [],
): void {
  const file = join(userData, 'User', 'settings.json');
  let text = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
  const current: object = parse(text) ?? {};
  const missing = Object.entries(defaults).filter(([name]) => !(name in current));
  const wanted = [...missing.map(([name, value]): Change => [[name], value]), ...changes];
  for (const [path, value] of wanted) {
    const tree = parseTree(text);
    if (value === undefined && !(tree && findNodeAtLocation(tree, [...path]))) continue;
    text = applyEdits(
      text,
      modify(text, [...path], value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
    );
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
