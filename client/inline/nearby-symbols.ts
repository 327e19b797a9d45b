/** Answers `rumbo/inline/symbols` with the definitions that the editor's language services return in time. */
import * as vscode from 'vscode';
import type { NearbySymbol } from '../../shared/inline.ts';
import { declarationAt, type NamePosition, nearbyNames } from './nearby-names.ts';
import { isUserDocument } from './user-documents.ts';

export type NearbySymbolsParams = {
  readonly uri: string;
  readonly position: NamePosition;
  readonly version: number;
};

/** Milliseconds to wait for language services; later results are used by the next request. */
const timeoutMs = 40;
/** Milliseconds that the lines of a file on disk are cached. */
const linesCacheMs = 30_000;
/** Larger files are not read. */
const maxFileBytes = 1_000_000;
const maxFiles = 30;
/** Most symbols cached for one version of a document. */
const maxSymbols = 50;

type Definition = vscode.Location | vscode.LocationLink;

/** Applies no privacy rules: the server filters the files by its settings. */
export function nearbySymbolsHandler(): (params: NearbySymbolsParams) => Promise<readonly NearbySymbol[]> {
  const files = new Map<string, { readonly lines: Promise<readonly string[]>; readonly untilMs: number }>();
  let cache = { document: '', symbols: new Map<string, Promise<NearbySymbol | undefined>>() };

  const linesOf = (uri: vscode.Uri): Promise<readonly string[]> => {
    const key = uri.toString();
    const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === key);
    if (open) return Promise.resolve(open.getText().split(/\r\n|\n/));
    const cached = files.get(key);
    if (cached && cached.untilMs > Date.now()) return cached.lines;
    const lines = readLines(uri);
    files.delete(key);
    files.set(key, { lines, untilMs: Date.now() + linesCacheMs });
    for (const oldest of [...files.keys()].slice(0, -maxFiles)) files.delete(oldest);
    return lines;
  };

  const symbolOf = async (
    document: vscode.TextDocument,
    name: string,
    { line, character }: NamePosition,
  ): Promise<NearbySymbol | undefined> => {
    const [definition] =
      (await vscode.commands.executeCommand<Definition[] | undefined>(
        'vscode.executeDefinitionProvider',
        document.uri,
        new vscode.Position(line, character),
      )) ?? [];
    if (!definition) return undefined;
    const { uri, first, last } = definitionRange(definition);
    // The server has the document itself; files outside of the workspace are not the user's.
    if (uri.toString() === document.uri.toString() || !isUserDocument(uri)) return undefined;
    if (!vscode.workspace.getWorkspaceFolder(uri)) return undefined;
    const text = declarationAt(await linesOf(uri), first, last);
    return text ? { name, uri: uri.toString(), text } : undefined;
  };

  return async ({ uri, position, version }) => {
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
    if (document?.version !== version) return [];
    // An edit may change what a name refers to, so that symbols are cached for one version only.
    const key = `${uri} ${version}`;
    if (cache.document !== key) cache = { document: key, symbols: new Map() };
    const { symbols } = cache;
    const lineAt = (line: number) => document.lineAt(line).text;
    const requested = nearbyNames(lineAt, position).map(({ name, at }) => {
      const symbol = symbols.get(name) ?? symbolOf(document, name, at).catch(() => undefined);
      if (symbols.size < maxSymbols) symbols.set(name, symbol);
      return symbol;
    });
    return distinct(await settledInTime(requested));
  };
}

const definitionRange = (definition: Definition) => {
  if ('targetUri' in definition) {
    const { targetUri, targetRange } = definition;
    return { uri: targetUri, first: targetRange.start.line, last: targetRange.end.line };
  }
  return { uri: definition.uri, first: definition.range.start.line, last: undefined };
};

/** Read from the file system: opening a document would fire events in other extensions. */
async function readLines(uri: vscode.Uri): Promise<readonly string[]> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > maxFileBytes) return [];
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)).split(/\r\n|\n/);
}

/** The symbols that arrive within `timeoutMs`, in order. */
async function settledInTime(
  requested: readonly Promise<NearbySymbol | undefined>[],
): Promise<NearbySymbol[]> {
  const settled: (NearbySymbol | undefined)[] = [];
  const all = Promise.all(
    requested.map(async (each, index) => {
      settled[index] = await each;
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([all, timeout]);
  clearTimeout(timer);
  return settled.filter((each) => each !== undefined);
}

const distinct = (symbols: readonly NearbySymbol[]): readonly NearbySymbol[] => [
  ...new Map(symbols.map((symbol) => [`${symbol.uri}\n${symbol.text}`, symbol])).values(),
];
