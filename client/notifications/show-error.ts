/** Shows an error as one sentence with one button, and runs the button's action. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import { type ButtonAction, type ClientErrorData, errorButton, errorSentence } from './error-messages.ts';
import { showErrorMessage } from './notify.ts';

/** Actions on the failed request. A button whose action is absent is not shown. */
export type ErrorActions = {
  /** Repeats the request. */
  readonly retry?: () => unknown;
  /** Repeats the request, with the next model in place of the pinned one. */
  readonly retryWithNextModel?: () => unknown;
  /** Opens the prompt box with the typed text. */
  readonly editPrompt?: () => unknown;
  /** The failed request. */
  readonly request?: AskParams;
  /** Shown in place of the error's default button. */
  readonly button?: { readonly label: string; readonly run: () => unknown };
};

/** Does not wait for the user; a notification can stay open forever. */
export function showError(failure: ClientErrorData, actions: ErrorActions = {}): void {
  if (failure.kind === 'cancelled') return;
  const button = actions.button ?? defaultButton(failure, actions);
  void showErrorMessage(errorSentence(failure), ...(button ? [button.label] : [])).then((picked) =>
    picked ? button?.run() : undefined,
  );
}

/** The error's button, where its action is possible. */
function defaultButton(failure: ClientErrorData, actions: ErrorActions): ErrorActions['button'] {
  const button = errorButton(failure);
  const run = button && action(button.action, actions);
  return run ? { label: button.label, run } : undefined;
}

function action(buttonAction: ButtonAction, actions: ErrorActions): (() => unknown) | undefined {
  if (typeof buttonAction === 'object')
    return () => vscode.commands.executeCommand(buttonAction.command, ...(buttonAction.arguments ?? []));
  switch (buttonAction) {
    case 'retry':
      return actions.retry;
    case 'edit-prompt':
      return actions.editPrompt;
    case 'use-next-model':
      return actions.retryWithNextModel;
    case 'explain-route':
      return actions.request && (() => vscode.commands.executeCommand('rumbo.explainRoute', actions.request));
  }
}
