/** Errors of requests as the user sees them: one sentence and one button. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
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
const editPrompt: ErrorButton = { label: 'Edit Prompt', action: 'edit-prompt' };
const showProviders: ErrorButton = { label: 'Show Providers', action: { command: 'rumbo.showProviders' } };
const editProviders: ErrorButton = { label: 'Edit Providers', action: { command: 'rumbo.nameEndpoint' } };
const showLog: ErrorButton = { label: 'Show Log', action: { command: 'rumbo.showLog' } };

/** The button for each kind. `null`: none. */
const buttons: Readonly<Record<ClientErrorKind, ErrorButton | null>> = {
  cancelled: null,
  'invalid-request': editPrompt,
  'context-too-long': editPrompt,
  'content-filtered': editPrompt,
  unauthorized: { label: 'Set API Key', action: { command: 'rumbo.setApiKey' } },
  'payment-required': showProviders,
  'over-budget': {
    label: 'Open Settings',
    action: { command: 'rumbo.openSettings', arguments: ['rumbo.budget'] },
  },
  'model-not-found': showProviders,
  loading: askAgain,
  'rate-limited': { label: 'Explain Route', action: 'explain-route' },
  overloaded: askAgain,
  unreachable: showProviders,
  tls: showLog,
  'blocked-redirect': editProviders,
  timeout: askAgain,
  interrupted: askAgain,
  'bad-response': showLog,
  'no-candidate': showProviders,
  'server-stopped': askAgain,
  'server-gone': { label: 'Restart Server', action: { command: 'rumbo.restartServer' } },
};

/** The button for an error; for a pinned model that cannot run, always the next model. */
export function errorButton(failure: ClientErrorData): ErrorButton | null {
  if (failure.pinned) return { label: 'Use the Next Model', action: 'use-next-model' };
  const button = buttons[failure.kind];
  return failure.kind === 'unauthorized' && failure.provider
    ? { label: 'Set API Key', action: { command: 'rumbo.setApiKey', arguments: [failure.provider] } }
    : button;
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
  Object.hasOwn(buttons, (data as ErrorData).kind);
