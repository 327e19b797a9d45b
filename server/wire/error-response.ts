/** Error responses → `RumboError`: what the error means, how long to wait, and one sentence for each kind. */
import { type ErrorKind, errorPolicies } from '../../shared/error-policies.ts';
import { RumboError } from '../../shared/errors.ts';
import { type ErrorFacts, parseErrorText, parseErrorValue } from './error-body.ts';
import { errorKind } from './error-kinds.ts';
import { inabilityIn } from './inability.ts';
import { requestedWaitMs } from './retry-after.ts';
import { contextFigures } from './token-figures.ts';
import type { ErrorResponse } from './wire-format.ts';

/** A month, the longest billing window of any service. A larger number is a mistake, and may not even be a valid date. */
const maxWaitMs = 31 * 86_400_000;

/**
 * The error of an HTTP error response.
 * @param now milliseconds since 1970; the times that the service names are compared with it
 */
export function errorFromResponse(response: ErrorResponse, now = Date.now()): RumboError {
  const facts = parseErrorText(response.body);
  return buildError(facts, statusOf(response.status, facts), requestedWaitMs(response.headers, facts, now));
}

/** Statuses that a gateway gives to any failure of the service behind it. */
const gatewayStatuses: ReadonlySet<number> = new Set([500, 502]);

/** The status that counts. `undefined`: that of a 200 that holds an error means nothing. */
export function statusOf(status: number, facts: ErrorFacts): number | undefined {
  if (status < 400) return facts.status;
  const named = facts.status ?? status;
  // TensorZero answers 502 whatever the service behind it has refused.
  const isMoreSpecific = named === 402 || named === 429 || (status === 502 && named < 500);
  return gatewayStatuses.has(status) && isMoreSpecific ? named : status;
}

/** Messages by which services report that a model, or all of them, do not take this form of request. */
const unsupportedForm =
  /unexpected endpoint|not (?:currently )?supported|does(?: not|n['\u2019]t) support|only supports? chat|not a (?:completion|text)/i;

/**
 * Whether a service rejects the form of the request (fill in the middle, a plain text), not the model: chat may work.
 * A status that elsewhere means a wrong address means this where chat is served.
 */
export function rejectsRequestForm({ status, body }: ErrorResponse): boolean {
  if (status === 405 || status === 501) return true;
  if (![200, 400, 404, 422].includes(status)) return false;
  const { message, codes } = parseErrorText(body);
  if (unsupportedForm.test(message)) return true;
  return status === 404 && !/\bmodels?\b|\bmodel_/i.test([message, ...codes].join(' '));
}

/** The error of an `error` object inside a 200 stream; `value` is the whole event. */
export function errorFromEvent(value: unknown): RumboError {
  const facts = parseErrorValue(value);
  return buildError(facts, facts.status, requestedWaitMs({}, facts, Date.now()));
}

const gatewayKeyAction = 'Check the keys in the gateway’s own configuration.';

function buildError(
  facts: ErrorFacts,
  status: number | undefined,
  requestedMs: number | undefined,
): RumboError {
  const waitMs = requestedMs === undefined ? undefined : Math.min(requestedMs, maxWaitMs);
  const kind = errorKind(facts, status, waitMs !== undefined && waitMs > 0);
  // A retry time means nothing where the same request is never repeated.
  const waits = errorPolicies[kind].retry !== 'never';
  return new RumboError(messageFor(kind, facts, status, waitMs), {
    kind,
    ...(status === undefined ? {} : { status }),
    ...(facts.isBehindGateway ? { behindGateway: true } : {}),
    ...(facts.isBehindGateway && kind === 'unauthorized' ? { action: gatewayKeyAction } : {}),
    ...(kind === 'unauthorized' && status === 403 && namesModel(facts) ? { modelOnly: true } : {}),
    ...(kind === 'unsupported-request' ? inabilityIn(facts) : {}),
    ...(waits && waitMs !== undefined ? { retryAfterMs: Math.ceil(waitMs) } : {}),
  });
}

/** Whether the service's message or code is about a model. */
const namesModel = ({ message, codes }: ErrorFacts): boolean =>
  /\bmodels?\b|\bmodel_|_model_/i.test([message, ...codes].join(' '));

/** The action follows it, so a service's own message ends like a sentence. */
const asSentence = (message: string): string =>
  /[.!?\u2026]['"\u201D\u2019)]*$/.test(message) ? message : `${message}.`;

function messageFor(
  kind: ErrorKind,
  facts: ErrorFacts,
  status: number | undefined,
  waitMs: number | undefined,
): string {
  const { message } = facts;
  const because = message ? `: ${asSentence(message)}` : '.';
  const at = status === undefined ? '' : ` (HTTP ${status})`;
  switch (kind) {
    case 'unauthorized':
      if (facts.isBehindGateway) return 'The service behind the gateway refused the gateway’s own key.';
      // Never the service's own message: it may hold part of the key.
      return status === 403
        ? 'Access was denied: this key, account or region may not use the model.'
        : 'The API key was refused.';
    case 'payment-required':
      return `The account has no credit left or has reached its spend limit${because}`;
    case 'context-too-long': {
      const { requested, allowed } = facts.tokens ?? contextFigures(facts.text) ?? {};
      return requested !== undefined && allowed !== undefined
        ? `The request needs ${count(requested)} tokens and the model accepts ${count(allowed)}.`
        : 'The request is longer than the model’s context.';
    }
    case 'unsupported-request':
      return `The model cannot do what the request needs${because}`;
    case 'content-filtered':
      return `The service’s content policy rejected the request${because}`;
    case 'model-not-found':
      // A wrong address answers 404 as well, usually without naming a model.
      return namesModel(facts)
        ? `The service does not have this model${because}`
        : `The service has neither this model nor this address${at}.`;
    case 'loading':
      return 'The model is still loading.';
    case 'rate-limited':
      return waitMs === undefined
        ? 'The rate limit is reached.'
        : `The rate limit is reached; it resets in ${formatWait(waitMs)}.`;
    case 'overloaded':
      return `The service is overloaded or failing${at}${because}`;
    case 'bad-response':
      // With another status the reason is about another address.
      return `The service does not answer chat requests at this address${at}${status === 400 ? because : '.'}`;
    default:
      return `The service did not accept the request${at}${because}`;
  }
}

const count = (tokens: number): string => tokens.toLocaleString('en-US');

/** A wait for a sentence. */
function formatWait(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.ceil(ms / 1000))} s`;
  return ms < 3_600_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.ceil(ms / 3_600_000)} h`;
}
