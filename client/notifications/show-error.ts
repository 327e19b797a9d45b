/** Shows a failure as one sentence with one button, and does what the button says. */
import * as vscode from 'vscode';
import type { RouteParams } from '../../shared/protocol.ts';
import { type ButtonAction, type ClientErrorData, errorButton, errorSentence } from './error-messages.ts';
import { showErrorMessage } from './notify.ts';

/** What can be done again. Absent remedies lose their button. */
export type ErrorActions = {
  /** Asks the same again. */
  readonly retry?: () => unknown;
  /** Asks the same again, and lets the next model answer for a pinned one. */
  readonly retryWithNextModel?: () => unknown;
  /** Opens the prompt with what was typed. */
  readonly editPrompt?: () => unknown;
  /** What was asked. */
  readonly request?: RouteParams;
  /** Offered in place of the button that belongs to the failure. */
  readonly button?: { readonly label: string; readonly run: () => unknown };
};

/** Does not wait for the user; a notification may stay unanswered for ever. */
export function showError(failure: ClientErrorData, again: ErrorActions = {}): void {
  if (failure.kind === 'cancelled') return;
  const button = again.button ?? usual(failure, again);
  void showErrorMessage(errorSentence(failure), ...(button ? [button.label] : [])).then((picked) =>
    picked ? button?.run() : undefined,
  );
}

/** The button of the failure, where what it does can be done. */
function usual(failure: ClientErrorData, again: ErrorActions): ErrorActions['button'] {
  const button = errorButton(failure);
  const run = button && action(button.action, again);
  return run ? { label: button.label, run } : undefined;
}

function action(remedy: ButtonAction, again: ErrorActions): (() => unknown) | undefined {
  if (typeof remedy === 'object')
    return () => vscode.commands.executeCommand(remedy.command, ...(remedy.arguments ?? []));
  switch (remedy) {
    case 'ask-again':
      return again.retry;
    case 'edit-prompt':
      return again.editPrompt;
    case 'use-next-model':
      return again.retryWithNextModel;
    case 'explain-route':
      return again.request && (() => vscode.commands.executeCommand('rumbo.explainRoute', again.request));
  }
}
