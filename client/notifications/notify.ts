/**
 * Notifications. VS Code makes a link of `[text](command:…)` in them and runs it; what services and models say must not
 * become one.
 */
import * as vscode from 'vscode';

type Notify = (message: string, ...buttons: string[]) => Thenable<string | undefined>;

export const showInfo: Notify = (message, ...buttons) =>
  vscode.window.showInformationMessage(withoutLinks(message), ...buttons);
export const showWarning: Notify = (message, ...buttons) =>
  vscode.window.showWarningMessage(withoutLinks(message), ...buttons);
export const showErrorMessage: Notify = (message, ...buttons) =>
  vscode.window.showErrorMessage(withoutLinks(message), ...buttons);

/** The same words, in which nothing can be clicked. */
export const withoutLinks = (text: string): string => text.replaceAll('](', '] (');
