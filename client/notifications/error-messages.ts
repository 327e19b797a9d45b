/** Every way a request can fail, as the user meets it: one sentence and one button. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import type { ErrorData } from '../../shared/errors.ts';

/** `server-stopped`: it died and is being restarted. `server-gone`: it is not coming back by itself. */
export type FailureKind = ErrorKind | 'server-stopped' | 'server-gone';
export type Failure = Omit<ErrorData, 'kind'> & { readonly kind: FailureKind };

/** What a button does. The first four need the request that failed; the others are commands. */
export type Remedy =
  | 'ask-again'
  | 'edit-prompt'
  | 'use-next-model'
  | 'explain-route'
  | { readonly command: string; readonly arguments?: readonly unknown[] };
export type Button = { readonly label: string; readonly remedy: Remedy };

const askAgain: Button = { label: 'Ask Again', remedy: 'ask-again' };
const editPrompt: Button = { label: 'Edit Prompt', remedy: 'edit-prompt' };
const showProviders: Button = { label: 'Show Providers', remedy: { command: 'rumbo.showProviders' } };
const nameEndpoint: Button = { label: 'Edit Providers', remedy: { command: 'rumbo.nameEndpoint' } };
const showLog: Button = { label: 'Show Log', remedy: { command: 'rumbo.showLog' } };

/** The button beside each failure. `null`: there is nothing to press. */
const buttons: Readonly<Record<FailureKind, Button | null>> = {
  cancelled: null,
  'invalid-request': editPrompt,
  'context-too-long': editPrompt,
  'content-filtered': editPrompt,
  unauthorized: { label: 'Set API Key', remedy: { command: 'rumbo.setApiKey' } },
  'payment-required': showProviders,
  'over-budget': {
    label: 'Open Settings',
    remedy: { command: 'rumbo.openSettings', arguments: ['rumbo.budget'] },
  },
  'model-not-found': showProviders,
  loading: askAgain,
  'rate-limited': { label: 'Explain Route', remedy: 'explain-route' },
  overloaded: askAgain,
  unreachable: showProviders,
  tls: showLog,
  'blocked-redirect': nameEndpoint,
  timeout: askAgain,
  interrupted: askAgain,
  'bad-response': showLog,
  'no-candidate': showProviders,
  'server-stopped': askAgain,
  'server-gone': { label: 'Restart Server', remedy: { command: 'rumbo.restartServer' } },
};

/** The one button for a failure; a pinned model that cannot run may always be replaced by the next. */
export function buttonFor(failure: Failure): Button | null {
  if (failure.pinned) return { label: 'Use the Next Model', remedy: 'use-next-model' };
  const button = buttons[failure.kind];
  return failure.kind === 'unauthorized' && failure.provider
    ? { label: 'Set API Key', remedy: { command: 'rumbo.setApiKey', arguments: [failure.provider] } }
    : button;
}

/** What went wrong and what to do about it, in one line. */
export const sentence = ({ message, action }: Failure): string => [message, action].filter(Boolean).join(' ');

/** A failure on its way through our own code. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** JSON-RPC's codes for a connection that is not there, and LSP's for a request the client cancelled. */
const connectionLost = new Set([-32097, -32096]);
const requestCancelled = -32800;

/** Any thrown value as a failure. `restarting` says whether the server comes back by itself. */
export function errorMessageOf(error: unknown, restarting = true): Failure {
  if (error instanceof FailureError) return error.failure;
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

const serverStopped = (restarting: boolean): Failure =>
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
