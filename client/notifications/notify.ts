/**
 * Notifications. VS Code turns `[text](command:…)` in them into a link that runs the command; text from providers and
 * models must not become one.
 */
import * as vscode from 'vscode';
import { visibleText } from '../../shared/hidden-characters.ts';

type Notify = (message: string, ...buttons: string[]) => Thenable<string | undefined>;

export const showInfo: Notify = (message, ...buttons) =>
  vscode.window.showInformationMessage(withoutLinks(message), ...buttons);
export const showWarning: Notify = (message, ...buttons) =>
  vscode.window.showWarningMessage(withoutLinks(message), ...buttons);
export const showErrorMessage: Notify = (message, ...buttons) =>
  vscode.window.showErrorMessage(withoutLinks(message), ...buttons);

/** The same text without clickable links, and with hidden characters shown. */
export const withoutLinks = (text: string): string => visibleText(text).replaceAll('](', '] (');
