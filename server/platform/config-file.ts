/** A JSON file with comments that the user writes: its value, and the line of each part. */
import { readFileSync, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { RumboError } from '../../shared/errors.ts';

export type ConfigFile = {
  readonly path: string;
  readonly value: unknown;
  /** One-based line of a path in the value, or of its nearest existing parent. */
  lineOf(path: readonly PropertyKey[]): number;
};

/** Throws `invalid-request` with one sentence that names the file and the line. */
export function readConfigFile(path: string): ConfigFile {
  const fail = (message: string, action: string, cause?: unknown) =>
    new RumboError(message, { kind: 'invalid-request', action }, { cause });
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    throw fail(`The configuration file ${path} cannot be read.`, 'Check its path and permissions.', cause);
  }
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const what = printParseErrorCode(first.error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    throw fail(
      `${path}:${lineAt(first.offset)}: the file is not valid JSON (${what}).`,
      'Correct that line.',
    );
  }
  if (tree?.type !== 'object')
    throw fail(`${path}:1: the file must contain one JSON object.`, 'Put { … } around its settings.');
  return {
    path,
    value: plainValue(tree),
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const keys = path.slice(0, length).map((key) => (typeof key === 'symbol' ? String(key) : key));
        const node = findNodeAtLocation(tree, keys);
        if (node) return lineAt(node.offset);
      }
      return 1;
    },
  };
}

/** Calls back when the file changes, also when an editor replaces it, and for the target of a link. Returns a function that stops it. */
export function watchFile(path: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watchers = [...new Set([path, realpathSync(path)])].map((each) => {
    const watcher = watch(dirname(each), (_event, name) => {
      if (name !== null && name !== basename(each)) return;
      clearTimeout(timer);
      timer = setTimeout(changed, 50);
    });
    watcher.on('error', () => watcher.close());
    watcher.unref();
    return watcher;
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** Without prototypes: `__proto__` in a file is a key like any other. */
function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  const object: Record<string, unknown> = Object.create(null);
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (key && value) object[String(key.value)] = plainValue(value);
  }
  return object;
}
