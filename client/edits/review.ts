/** Review of proposed changes: a diff that fills while the answer streams, then Accept or Discard. */
import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import type { FileContext } from '../../shared/ask.ts';
import {
  type HiddenCharacter,
  hiddenCharacters,
  hiddenCharactersText,
} from '../../shared/hidden-characters.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import type { VirtualDocument, VirtualDocuments } from '../answers/virtual-documents.ts';
import { receiptLine, takeoverWarning, truncationWarning } from '../format/receipt.ts';
import { showErrorMessage, showInfo, showWarning } from '../notifications/notify.ts';
import { hasChanged, isProtectedPath, proposedText } from './edit-range.ts';

export type Proposals = {
  open(question: ProposedEdit): Proposal;
  /** @param uri of the proposal. Absent: in the active tab */
  accept(uri?: vscode.Uri): Promise<void>;
  discard(uri?: vscode.Uri): Promise<void>;
};
export type Proposal = {
  readonly uri: vscode.Uri;
  write(code: CodeAnswer): void;
  finish(receipt: Receipt): void;
  /** @param why the change is incomplete, one sentence */
  interrupt(why: string): void;
  /** The answer has no code: the proposal closes. */
  withdraw(): Promise<void>;
};

type ProposedEdit = {
  /** The file to change, as it was sent. */
  readonly target: vscode.Uri;
  readonly file: FileContext;
  /** Cancelled when the user closes the diff while the answer streams. */
  readonly source: vscode.CancellationTokenSource;
  /** Repeats the request for the current text of the file. */
  readonly retry: () => Promise<void>;
};

/** One proposed change and its state. */
type Pending = Omit<ProposedEdit, 'source'> & {
  readonly name: string;
  readonly document: VirtualDocument;
  code?: CodeAnswer;
  /** Why it is incomplete, one sentence. Absent: it is complete. */
  incomplete?: string;
  /** Absent: the user has not decided. */
  outcome?: 'accepted' | 'discarded' | 'withdrawn';
};

/** The oldest proposals above this number are dropped. */
const maxProposals = 20;

export function createProposals(documents: VirtualDocuments): Proposals {
  const all = new Map<string, Pending>();
  /** The undecided change with this URI. Notifies the user when there is none, since a notification can outlive its change. */
  const undecidedChange = (uri = activeProposal()): Pending | undefined => {
    const change = all.get(uri?.toString() ?? '');
    if (change && !change.outcome) return change;
    const unavailable = 'This proposal is no longer available. Run “Rumbo: Code” again.';
    void showInfo(change ? `The change to ${change.name} was already ${change.outcome}.` : unavailable);
    return undefined;
  };

  return {
    open({ target, file, source, retry }) {
      const name = basename(target.path) || 'Untitled';
      const original = documents.create('rumbo-original', name, file.text);
      const document = documents.create('rumbo-proposal', name, file.text);
      const change: Pending = {
        target,
        name,
        file,
        document,
        retry,
        incomplete: 'The answer is still streaming.',
      };
      all.set(document.uri.toString(), change);
      for (const key of [...all.keys()].slice(0, -maxProposals)) all.delete(key);
      void show(original.uri, document.uri, change);
      const closing = onClosed(document.uri, () => source.cancel());
      const closed = onClosed(document.uri, () => {
        closed.dispose();
        void silenceDiagnostics([original.uri, document.uri]);
      });
      return {
        uri: document.uri,
        write(code) {
          change.code = code;
          document.write(() => proposedText(file.text, code));
        },
        finish(receipt) {
          closing.dispose();
          document.flush();
          delete change.incomplete;
          const why = truncationWarning(receipt);
          if (why) change.incomplete = why;
          void notifyComplete(change, receipt);
        },
        async withdraw() {
          closing.dispose();
          change.outcome = 'withdrawn';
          await close(document.uri);
        },
        interrupt(why) {
          closing.dispose();
          change.incomplete = why;
          document.flush();
        },
      };
    },
    async accept(uri) {
      const change = undecidedChange(uri);
      if (!change?.code || !(await apply(change, change.code))) return;
      change.outcome = 'accepted';
      await close(change.document.uri);
      await reveal(change);
    },
    async discard(uri) {
      const change = undecidedChange(uri);
      if (!change) return;
      change.outcome = 'discarded';
      await close(change.document.uri);
    },
  };
}

async function show(original: vscode.Uri, proposed: vscode.Uri, { name, file }: Pending): Promise<void> {
  for (const uri of [original, proposed]) {
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.languageId !== file.languageId)
      await vscode.languages
        .setTextDocumentLanguage(document, file.languageId)
        .then(undefined, () => undefined);
  }
  await vscode.commands.executeCommand('vscode.diff', original, proposed, `${name}: proposed change`, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: false,
  });
}

async function notifyComplete(
  { document, name, code, file, incomplete }: Pending,
  receipt: Receipt,
): Promise<void> {
  const unchanged = code && proposedText(file.text, code) === file.text;
  const message = [
    `Proposed change to ${name}: ${receiptLine(receipt)}.`,
    unchanged ? 'The answer changes nothing.' : '',
    incomplete ?? '',
    takeoverWarning(receipt) ?? '',
    receipt.note ?? '',
  ].filter(Boolean);
  const notify = incomplete ? showWarning : showInfo;
  const picked = await notify(message.join(' '), 'Accept', 'Discard', 'Why This Model?');
  if (picked === 'Accept') await vscode.commands.executeCommand('rumbo.acceptChange', document.uri);
  if (picked === 'Discard') await vscode.commands.executeCommand('rumbo.discardChange', document.uri);
  if (picked === 'Why This Model?') await vscode.commands.executeCommand('rumbo.whyThisModel');
}

/** Applies the change to the open document, undoable and unsaved; notifies the user when it cannot. */
async function apply({ target, name, file, incomplete, retry }: Pending, code: CodeAnswer): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(target).then(undefined, () => undefined);
  if (!document || hasChanged(file.text, document.getText())) {
    const what = document ? 'changed while the answer was generated' : 'no longer exists';
    const picked = await showWarning(
      `${name} ${what}, so nothing was applied; the proposal stays open.${document ? ' Ask again to use the current text.' : ''}`,
      ...(document ? ['Ask Again'] : []),
    );
    if (picked) await retry();
    return false;
  }
  if (
    incomplete &&
    !(await confirm(`The change to ${name} is incomplete. ${incomplete} Apply it anyway?`, 'Apply'))
  )
    return false;
  const hidden = hiddenCharacters(code.text, file.text);
  if (hidden.length > 0 && !(await confirm(hiddenCharactersQuestion(name, hidden), 'Write Them')))
    return false;
  if (
    isProtectedPath(target.scheme, target.path) &&
    !(await confirm(protectedFileQuestion(name), 'Change It'))
  )
    return false;

  const edit = new vscode.WorkspaceEdit();
  edit.replace(target, rangeIn(document, code), code.text);
  if (await vscode.workspace.applyEdit(edit)) return true;
  void showErrorMessage(
    `${name} could not be changed; the proposal stays open. Check that the file is writable.`,
  );
  return false;
}

const hiddenCharactersQuestion = (name: string, found: readonly HiddenCharacter[]): string =>
  `The change to ${name} has characters that are not shown (${hiddenCharactersText(found)}). They can make code look like other code. Write them?`;

const protectedFileQuestion = (name: string): string =>
  `${name} controls what the editor or git runs or trusts. Change it anyway?`;

const confirm = async (question: string, yes: string): Promise<boolean> =>
  (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;

const rangeIn = (document: vscode.TextDocument, { range }: CodeAnswer): vscode.Range =>
  range
    ? document.validateRange(
        new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character),
      )
    : document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));

async function reveal({ target, code }: Pending): Promise<void> {
  const line = code?.range?.start.line ?? 0;
  const start = new vscode.Position(line, code?.range?.start.character ?? 0);
  await vscode.window.showTextDocument(target, { selection: new vscode.Range(start, start), preview: false });
}

const tabsOf = (uri: vscode.Uri): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString(),
    );

const close = async (uri: vscode.Uri): Promise<void> =>
  void (await vscode.window.tabGroups.close(tabsOf(uri)));

function activeProposal(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}

/** A document outlives its tab by minutes, and language servers would keep its errors in the Problems view. */
async function silenceDiagnostics(uris: readonly vscode.Uri[]): Promise<void> {
  const keys = uris.map((uri) => uri.toString());
  for (const document of vscode.workspace.textDocuments.filter(({ uri }) => keys.includes(uri.toString())))
    await vscode.languages.setTextDocumentLanguage(document, 'plaintext').then(undefined, () => undefined);
}

/** Moving a tab closes and reopens it: a document is closed when no tab shows it. */
const onClosed = (uri: vscode.Uri, listener: () => void): vscode.Disposable =>
  vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
    const isShown = closed.some(
      ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString(),
    );
    if (isShown && tabsOf(uri).length === 0) listener();
  });
