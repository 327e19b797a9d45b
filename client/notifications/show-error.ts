/** Shows a failure as one sentence with one button, and does what the button says. */
import * as vscode from 'vscode';
import type { RouteParams } from '../../shared/protocol.ts';
import { buttonFor, type Failure, type Remedy, sentence } from './error-messages.ts';
import { complain } from './notify.ts';

/** What can be done again. Absent remedies lose their button. */
export type Again = {
  /** Asks the same again. */
  readonly ask?: () => unknown;
  /** Asks the same again, and lets the next model answer for a pinned one. */
  readonly askNext?: () => unknown;
  /** Opens the prompt with what was typed. */
  readonly edit?: () => unknown;
  /** What was asked. */
  readonly request?: RouteParams;
  /** Offered in place of the button that belongs to the failure. */
  readonly instead?: { readonly label: string; readonly run: () => unknown };
};

/** Does not wait for the user; a notification may stay unanswered for ever. */
export function showError(failure: Failure, again: Again = {}): void {
  if (failure.kind === 'cancelled') return;
  const button = again.instead ?? usual(failure, again);
  void complain(sentence(failure), ...(button ? [button.label] : [])).then((picked) =>
    picked ? button?.run() : undefined,
  );
}

/** The button of the failure, where what it does can be done. */
function usual(failure: Failure, again: Again): Again['instead'] {
  const button = buttonFor(failure);
  const run = button && action(button.remedy, again);
  return run ? { label: button.label, run } : undefined;
}

function action(remedy: Remedy, again: Again): (() => unknown) | undefined {
  if (typeof remedy === 'object')
    return () => vscode.commands.executeCommand(remedy.command, ...(remedy.arguments ?? []));
  switch (remedy) {
    case 'ask-again':
      return again.ask;
    case 'edit-prompt':
      return again.edit;
    case 'use-next-model':
      return again.askNext;
    case 'explain-route':
      return again.request && (() => vscode.commands.executeCommand('rumbo.explainRoute', again.request));
  }
}
