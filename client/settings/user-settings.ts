/** One entry of a map in the user's settings, changed; nothing else in them changes. */
import * as vscode from 'vscode';

/** The settings of ours that are maps by name. */
type MapSetting = 'models' | 'providers' | 'roles';

/** Each change reads what the one before it has written. */
let last: Promise<unknown> = Promise.resolve();

/** Writes an entry into the user's settings; an entry that says nothing is taken out. */
export function updateMapEntry<Entry extends object>(
  setting: MapSetting,
  key: string,
  change: (said: Entry) => Entry,
): Promise<void> {
  const write = async () => {
    const next = withMapEntry(userMapSetting<Entry>(setting), key, change);
    await vscode.workspace.getConfiguration('rumbo').update(setting, next, vscode.ConfigurationTarget.Global);
  };
  const written = last.then(write);
  last = written.catch(() => undefined);
  return written;
}

/** What the user has said; empty where it is no map. */
export function userMapSetting<Entry>(setting: MapSetting): Readonly<Record<string, Entry>> {
  const value: unknown = vscode.workspace.getConfiguration('rumbo').inspect(setting)?.globalValue;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Entry>)
    : {};
}

/** One entry of a map, with `change` applied; an entry that says nothing is taken out. */
export function withMapEntry<Entry extends object>(
  map: Readonly<Record<string, Entry>>,
  key: string,
  change: (said: Entry) => Entry,
): Record<string, Entry> {
  const { [key]: said, ...others } = map;
  const entry = change(said ?? ({} as Entry));
  // A key that was there keeps its place, so that the settings file changes in one line.
  const whole = said ? { ...map, [key]: entry } : { ...others, [key]: entry };
  if (Object.keys(entry).length > 0) return whole;
  return { ...others };
}
