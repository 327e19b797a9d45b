/** Answers `rumbo/inline/symbols` with what the editor's language services know, as far as they are quick. */
import * as vscode from 'vscode';
import type { NearbySymbol } from '../../shared/inline.ts';
import { declarationAt, type NamePosition, nearbyNames } from './nearby-names.ts';
import { isUserDocument } from './user-documents.ts';

export type NearbySymbolsParams = {
  readonly uri: string;
  readonly position: NamePosition;
  readonly version: number;
};

/** Milliseconds after which what is there has to do; the rest is there the next time. */
const timeoutMs = 40;
/** Milliseconds that the lines of a file on disk are believed. */
const linesCacheMs = 30_000;
/** Bytes of a file above which nothing of it is read. */
const maxFileBytes = 1_000_000;
const maxFiles = 30;
/** Answers known of one version of a document. */
const maxSymbols = 50;

type Definition = vscode.Location | vscode.LocationLink;

/** What the server may read of it is the server's to judge: it has the rules. */
export function nearbySymbolsHandler(): (asked: NearbySymbolsParams) => Promise<readonly NearbySymbol[]> {
  const files = new Map<string, { readonly lines: Promise<readonly string[]>; readonly untilMs: number }>();
  let known = { document: '', symbols: new Map<string, Promise<NearbySymbol | undefined>>() };

  const linesOf = (uri: vscode.Uri): Promise<readonly string[]> => {
    const key = uri.toString();
    const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === key);
    if (open) return Promise.resolve(open.getText().split(/\r\n|\n/));
    const found = files.get(key);
    if (found && found.untilMs > Date.now()) return found.lines;
    const lines = read(uri);
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
    const { uri, first, last } = placeOf(definition);
    // The document itself is known to the server; what lies outside of the workspace is not the user's.
    if (uri.toString() === document.uri.toString() || !isUserDocument(uri)) return undefined;
    if (!vscode.workspace.getWorkspaceFolder(uri)) return undefined;
    const text = declarationAt(await linesOf(uri), first, last);
    return text ? { name, uri: uri.toString(), text } : undefined;
  };

  return async ({ uri, position, version }) => {
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
    if (document?.version !== version) return [];
    // Lines that were edited may move what is used; a name on the same line of the same version does not.
    const key = `${uri} ${version}`;
    if (known.document !== key) known = { document: key, symbols: new Map() };
    const { symbols } = known;
    const lineAt = (line: number) => document.lineAt(line).text;
    const found = nearbyNames(lineAt, position).map(({ name, at }) => {
      const asked = symbols.get(name) ?? symbolOf(document, name, at).catch(() => undefined);
      if (symbols.size < maxSymbols) symbols.set(name, asked);
      return asked;
    });
    return distinct(await inTime(found));
  };
}

const placeOf = (definition: Definition) => {
  if ('targetUri' in definition) {
    const { targetUri, targetRange } = definition;
    return { uri: targetUri, first: targetRange.start.line, last: targetRange.end.line };
  }
  return { uri: definition.uri, first: definition.range.start.line, last: undefined };
};

/** No event of the editor tells that somebody has looked, as opening a document would. */
async function read(uri: vscode.Uri): Promise<readonly string[]> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > maxFileBytes) return [];
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)).split(/\r\n|\n/);
}

/** Those that have come when the time is up, in order. */
async function inTime(found: readonly Promise<NearbySymbol | undefined>[]): Promise<NearbySymbol[]> {
  const come: (NearbySymbol | undefined)[] = [];
  const all = Promise.all(
    found.map(async (each, place) => {
      come[place] = await each;
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([all, late]);
  clearTimeout(timer);
  return come.filter((each) => each !== undefined);
}

const distinct = (symbols: readonly NearbySymbol[]): readonly NearbySymbol[] => [
  ...new Map(symbols.map((symbol) => [`${symbol.uri}\n${symbol.text}`, symbol])).values(),
];
