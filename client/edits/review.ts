/** Changes shown before they are kept: a diff that fills while the answer arrives, then Accept or Discard. */
import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import type { CodeAnswer, FileContext } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import type { VirtualDocument, VirtualDocuments } from '../answers/virtual-documents.ts';
import { receiptLine, takeoverWarning, truncationWarning } from '../format/receipt.ts';
import { showErrorMessage, showInfo, showWarning } from '../notifications/notify.ts';
import { hasChanged, isProtectedPath, proposedText } from './edit-range.ts';

export type Proposals = {
  open(question: ProposedEdit): Proposal;
  /** @param uri of the proposal. Absent: the one in front */
  accept(uri?: vscode.Uri): Promise<void>;
  discard(uri?: vscode.Uri): Promise<void>;
};
export type Proposal = {
  readonly uri: vscode.Uri;
  write(code: CodeAnswer): void;
  finish(receipt: Receipt): void;
  /** @param why it is not whole, one sentence */
  interrupt(why: string): void;
};

type ProposedEdit = {
  /** The file to change, as it was sent. */
  readonly target: vscode.Uri;
  readonly file: FileContext;
  /** Cancelled when the user closes the change while it arrives. */
  readonly source: vscode.CancellationTokenSource;
  /** Asks the same about the file as it is by then. */
  readonly again: () => Promise<void>;
};

/** What is known of one change. */
type Pending = Omit<ProposedEdit, 'source'> & {
  readonly name: string;
  readonly document: VirtualDocument;
  code?: CodeAnswer;
  /** Why it is not whole, one sentence. */
  incomplete?: string;
  /** What became of it. Absent: it still waits. */
  outcome?: 'accepted' | 'discarded';
};

/** Changes remembered at most. */
const maxProposals = 20;

export function createProposals(documents: VirtualDocuments): Proposals {
  const all = new Map<string, Pending>();
  /** The change that still waits at an address; says so when there is none, for a notification may outlive it. */
  const waiting = (uri = proposalInFront()): Pending | undefined => {
    const change = all.get(uri?.toString() ?? '');
    if (change && !change.outcome) return change;
    const gone = 'That proposal is no longer there. Ask for it again with “Rumbo: Code”.';
    void showInfo(change ? `The change to ${change.name} was ${change.outcome} before.` : gone);
    return undefined;
  };

  return {
    open({ target, file, source, again }) {
      const name = basename(target.path) || 'Untitled';
      const original = documents.create('rumbo-original', name, file.text);
      const document = documents.create('rumbo-proposal', name, file.text);
      const change: Pending = { target, name, file, document, again, incomplete: 'It is still arriving.' };
      all.set(document.uri.toString(), change);
      for (const key of [...all.keys()].slice(0, -maxProposals)) all.delete(key);
      void show(original.uri, document.uri, change);
      const closing = onClosed(document.uri, () => source.cancel());
      const closed = onClosed(document.uri, () => {
        closed.dispose();
        void quieten([original.uri, document.uri]);
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
          void announce(change, receipt);
        },
        interrupt(why) {
          closing.dispose();
          change.incomplete = why;
          document.flush();
        },
      };
    },
    async accept(uri) {
      const change = waiting(uri);
      if (!change?.code || !(await apply(change, change.code))) return;
      change.outcome = 'accepted';
      await close(change.document.uri);
      await reveal(change);
    },
    async discard(uri) {
      const change = waiting(uri);
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

async function announce(
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
  const tell = incomplete ? showWarning : showInfo;
  const picked = await tell(message.join(' '), 'Accept', 'Discard', 'Why This Model?');
  if (picked === 'Accept') await vscode.commands.executeCommand('rumbo.acceptChange', document.uri);
  if (picked === 'Discard') await vscode.commands.executeCommand('rumbo.discardChange', document.uri);
  if (picked === 'Why This Model?') await vscode.commands.executeCommand('rumbo.whyThisModel');
}

/** Writes the change into the open document, undoable and unsaved; says why when it does not. */
async function apply({ target, name, file, incomplete, again }: Pending, code: CodeAnswer): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(target).then(undefined, () => undefined);
  if (!document || hasChanged(file.text, document.getText())) {
    const what = document ? 'changed while the answer was written' : 'is no longer there';
    const picked = await showWarning(
      `${name} ${what}, so nothing was applied; the proposal stays open.${document ? ' Ask again for the file as it is now.' : ''}`,
      ...(document ? ['Ask Again'] : []),
    );
    if (picked) await again();
    return false;
  }
  if (
    incomplete &&
    !(await confirm(`The change to ${name} is not whole. ${incomplete} Apply what there is?`, 'Apply'))
  )
    return false;
  if (isProtectedPath(target.scheme, target.path) && !(await confirm(protectedQuestion(name), 'Change It')))
    return false;

  const edit = new vscode.WorkspaceEdit();
  edit.replace(target, rangeIn(document, code), code.text);
  if (await vscode.workspace.applyEdit(edit)) return true;
  void showErrorMessage(
    `${name} could not be changed; the proposal stays open. Check that the file is writable.`,
  );
  return false;
}

const protectedQuestion = (name: string): string =>
  `${name} decides what the editor or git may run or trust. Change it all the same?`;

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

function proposalInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}

/** A document outlives its tab by minutes, and language servers would go on listing its errors as Problems. */
async function quieten(uris: readonly vscode.Uri[]): Promise<void> {
  const keys = uris.map((uri) => uri.toString());
  for (const document of vscode.workspace.textDocuments.filter(({ uri }) => keys.includes(uri.toString())))
    await vscode.languages.setTextDocumentLanguage(document, 'plaintext').then(undefined, () => undefined);
}

/** Moving a tab closes and opens it; only one that is nowhere any more was closed. */
const onClosed = (uri: vscode.Uri, listener: () => void): vscode.Disposable =>
  vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
    const ours = closed.some(
      ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString(),
    );
    if (ours && tabsOf(uri).length === 0) listener();
  });
