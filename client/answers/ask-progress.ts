/** Sends `rumbo/ask` with a notification that shows its progress and can cancel it. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { answerProgress, emptyAnswerState, takeoverNote, withAnswerPart } from '../format/answer.ts';
import { withoutLinks } from '../notifications/notify.ts';
import type { ServerProcess } from '../server/process.ts';

/**
 * @param title of the notification
 * @param source cancels the request; the notification's own button cancels it too
 * @returns the whole answer, after the last part. Rejects with `ClientError`
 */
export const askWithProgress = (
  server: ServerProcess,
  title: string,
  params: AskParams,
  source: vscode.CancellationTokenSource,
  onPart: (part: AskPart) => void,
): Thenable<AskResult> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (report, token) => {
      token.onCancellationRequested(() => source.cancel());
      let state = emptyAnswerState('', '');
      let shown = '';
      const show = () => {
        const message = withoutLinks(
          [answerProgress(state), takeoverNote(state), state.note].filter(Boolean).join(' · '),
        );
        if (message !== shown) report.report({ message });
        shown = message;
      };
      show();
      return server.requestWithProgress(
        'ask',
        (partialResultToken) => ({ ...params, partialResultToken }),
        'askPart',
        (part) => {
          state = withAnswerPart(state, part);
          show();
          onPart(part);
        },
        source.token,
      );
    },
  );
