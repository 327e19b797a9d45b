/** Errors of requests as the user sees them: one sentence and one button. */
import {
  type ErrorButtonId,
  type ErrorKind,
  errorPolicies,
  isErrorKind,
} from '../../shared/error-policies.ts';
import type { ErrorData } from '../../shared/errors.ts';

/** `server-stopped`: the server ended and is being restarted. `server-gone`: it is not restarted automatically. */
export type ClientErrorKind = ErrorKind | 'server-stopped' | 'server-gone';
export type ClientErrorData = Omit<ErrorData, 'kind'> & { readonly kind: ClientErrorKind };

/** What a button does. The first four need the failed request; the others are commands. */
export type ButtonAction =
  | 'retry'
  | 'edit-prompt'
  | 'use-next-model'
  | 'explain-route'
  | { readonly command: string; readonly arguments?: readonly unknown[] };
export type ErrorButton = { readonly label: string; readonly action: ButtonAction };

const askAgain: ErrorButton = { label: 'Ask Again', action: 'retry' };

const buttons: Readonly<Record<ErrorButtonId, ErrorButton>> = {
  'allow-http': { label: 'Allow…', action: { command: 'rumbo.allowHttp' } },
  'ask-again': askAgain,
  'edit-prompt': { label: 'Edit Prompt', action: 'edit-prompt' },
  'edit-providers': { label: 'Edit Providers', action: { command: 'rumbo.nameEndpoint' } },
  'explain-route': { label: 'Explain Route', action: 'explain-route' },
  'open-budget-settings': {
    label: 'Open Settings',
    action: { command: 'rumbo.openSettings', arguments: ['rumbo.budget'] },
  },
  'set-api-key': { label: 'Set API Key', action: { command: 'rumbo.setApiKey' } },
  'show-log': { label: 'Show Log', action: { command: 'rumbo.showLog' } },
  'show-providers': { label: 'Show Providers', action: { command: 'rumbo.showProviders' } },
};

/** The buttons for failures of the server itself. */
const serverButtons: Readonly<Record<Exclude<ClientErrorKind, ErrorKind>, ErrorButton>> = {
  'server-stopped': askAgain,
  'server-gone': { label: 'Restart Server', action: { command: 'rumbo.restartServer' } },
};

/** The button for an error; for a pinned model that cannot run, always the next model. */
export function errorButton(failure: ClientErrorData): ErrorButton | null {
  if (failure.pinned) return { label: 'Use the Next Model', action: 'use-next-model' };
  if (!isErrorKind(failure.kind)) return serverButtons[failure.kind];
  const { button } = errorPolicies[failure.kind];
  if (button === 'set-api-key' && failure.provider)
    return { label: 'Set API Key', action: { command: 'rumbo.setApiKey', arguments: [failure.provider] } };
  return button && buttons[button];
}

/** What went wrong and what to do, in one line. */
export const errorSentence = ({ message, action }: ClientErrorData): string =>
  [message, action].filter(Boolean).join(' ');

/** An error of a request within the client. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly data: ClientErrorData;

  constructor(failure: ClientErrorData, options?: ErrorOptions) {
    super(failure.message, options);
    this.data = failure;
  }
}

/** JSON-RPC's codes for a lost connection, and LSP's for a request that the client cancelled. */
const connectionLost = new Set([-32097, -32096]);
const requestCancelled = -32800;

/** Any thrown value as error data. @param restarting whether the server is restarted automatically */
export function toClientErrorData(error: unknown, restarting = true): ClientErrorData {
  if (error instanceof ClientError) return error.data;
  const { code, data } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    data?: unknown;
  };
  if (isFailureData(data)) return data;
  if (code === requestCancelled) return { kind: 'cancelled', message: 'The request was cancelled.' };
  if (typeof code === 'number' && connectionLost.has(code)) return serverStopped(restarting);
  return {
    kind: 'bad-response',
    message: 'Something in Rumbo went wrong.',
    action: 'Open the log with “Rumbo: Show Log” and report it.',
  };
}

const serverStopped = (restarting: boolean): ClientErrorData =>
  restarting
    ? {
        kind: 'server-stopped',
        message: 'Rumbo’s server stopped before the answer was complete; it has been restarted.',
        action: 'Ask again.',
      }
    : { kind: 'server-gone', message: 'Rumbo’s server has stopped.', action: 'Restart it and ask again.' };

const isFailureData = (data: unknown): data is ErrorData =>
  typeof data === 'object' &&
  data !== null &&
  typeof (data as ErrorData).message === 'string' &&
  isErrorKind((data as ErrorData).kind);
