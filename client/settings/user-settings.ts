/** Changes one entry of a map in the user's settings and nothing else. */
import * as vscode from 'vscode';

/** The settings that are maps by name. */
type MapSetting = 'models' | 'providers' | 'roles';

/** Writes run one after the other, so that each reads the result of the one before. */
let lastWrite: Promise<unknown> = Promise.resolve();

/** Writes an entry into the user's settings; an empty entry is removed. */
export function updateMapEntry<Entry extends object>(
  setting: MapSetting,
  key: string,
  change: (entry: Entry) => Entry,
): Promise<void> {
  const write = async () => {
    const next = withMapEntry(userMapSetting<Entry>(setting), key, change);
    await vscode.workspace.getConfiguration('rumbo').update(setting, next, vscode.ConfigurationTarget.Global);
  };
  const written = lastWrite.then(write);
  lastWrite = written.catch(() => undefined);
  return written;
}

/** Adds an entry to a list in the user's settings, unless it is there. */
export function addListEntry(setting: 'network.allowHttp', entry: string): Promise<void> {
  const write = async () => {
    const configuration = vscode.workspace.getConfiguration('rumbo');
    const value: unknown = configuration.inspect(setting)?.globalValue;
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    if (list.includes(entry)) return;
    await configuration.update(setting, [...list, entry], vscode.ConfigurationTarget.Global);
  };
  const written = lastWrite.then(write);
  lastWrite = written.catch(() => undefined);
  return written;
}

/** The user's value; empty where it is not a map. */
export function userMapSetting<Entry>(setting: MapSetting): Readonly<Record<string, Entry>> {
  const value: unknown = vscode.workspace.getConfiguration('rumbo').inspect(setting)?.globalValue;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Entry>)
    : {};
}

/** A map with `change` applied to one entry; an empty entry is removed. */
export function withMapEntry<Entry extends object>(
  map: Readonly<Record<string, Entry>>,
  key: string,
  change: (entry: Entry) => Entry,
): Record<string, Entry> {
  const { [key]: current, ...others } = map;
  const entry = change(current ?? ({} as Entry));
  // An existing key keeps its position, so that the settings file changes in one line.
  const changed = current ? { ...map, [key]: entry } : { ...others, [key]: entry };
  if (Object.keys(entry).length > 0) return changed;
  return { ...others };
}
