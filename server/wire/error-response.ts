/** Error responses → `RumboError`: one table from statuses and vendors' codes to kinds, and one sentence for each kind. */
import { type ErrorKind, errorPolicies } from '../../shared/error-policies.ts';
import { RumboError } from '../../shared/errors.ts';
import { type ErrorFacts, parseErrorText, parseErrorValue } from './error-body.ts';
import { retryAfterMs } from './retry-after.ts';
import type { ErrorResponse } from './wire-format.ts';

/** Codes that are more specific than their status. In this order: money before keys, keys before the rest. */
const specificCodes: readonly (readonly [ErrorKind, RegExp])[] = [
  [
    'payment-required',
    /^(?:insufficient_quota|billing_error|billing_hard_limit_reached|organization_on_hold|\w+_spend_limit_reached)$/,
  ],
  ['unauthorized', /^(?:invalid_api_key|api_key_invalid|authentication_error|unauthenticated)$/],
  [
    'context-too-long',
    /^(?:context_length_exceeded|exceed_context_size_error|model_context_window_exceeded|request_too_large)$/,
  ],
  ['content-filtered', /^(?:content_filter|content_policy_violation|content_policy|prohibited_content)$/],
  ['model-not-found', /^(?:model_not_found|model_decommissioned|model_terms_required)$/],
  ['loading', /^unavailable_error$/],
  ['overloaded', /^(?:model_capacity_exhausted|capacity_exceeded|overloaded_error)$/],
];

/** Codes that only repeat the status; read when there is none, inside a stream. */
const genericCodes: readonly (readonly [ErrorKind, RegExp])[] = [
  ['rate-limited', /^(?:rate_limit_exceeded|rate_limit_error|ramp_limit_exceeded|resource_exhausted)$/],
  ['unauthorized', /^(?:permission_error|permission_denied)$/],
  ['model-not-found', /^(?:not_found_error|not_found)$/],
  ['invalid-request', /^(?:invalid_request_error|invalid_argument|failed_precondition)$/],
];

/** The few messages with a meaning that no code has. Read only where the status is ambiguous. */
const messagePatterns: readonly (readonly [ErrorKind, readonly number[], RegExp])[] = [
  [
    'context-too-long',
    [400, 422],
    /prompt is too long|exceeds? the maximum number of tokens|maximum context length|exceeds? (?:the )?(?:available )?context|exceed context limit/i,
  ],
  // llama-server's router answers 400 for an unknown model.
  ['model-not-found', [400], /^model '.+' not found/i],
  ['loading', [503], /^loading model/i],
  // xAI answers 400 for a wrong key and 403 for an account without credit.
  ['unauthorized', [400], /^incorrect api key/i],
  ['payment-required', [403], /\bhave any credits\b|\bspending limit\b/i],
  // llama-server answers 500 for a mistake of the caller.
  ['invalid-request', [500], /^\[json\.exception\.|^image input is not supported/],
];

const kindOfStatus = (status: number): ErrorKind => {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 402) return 'payment-required';
  if (status === 404 || status === 410) return 'model-not-found';
  if (status === 413) return 'context-too-long';
  if (status === 429) return 'rate-limited';
  if (status === 405 || status === 412 || status === 501) return 'bad-response';
  if (status === 408 || status === 409 || status >= 498) return 'overloaded';
  return status >= 400 ? 'invalid-request' : 'bad-response';
};

/** What a service reports outside the headers and the common body. */
type ErrorHints = { readonly kind?: ErrorKind | undefined; readonly retryAfterMs?: number | undefined };

/** A month, the longest billing window of any service. A larger number is a mistake, and may not even be a valid date. */
const maxWaitMs = 31 * 86_400_000;

/** The error of an HTTP error response. */
export function errorFromResponse(response: ErrorResponse, hints: ErrorHints = {}): RumboError {
  const facts = parseErrorText(response.body);
  // The status of a 200 that holds an error means nothing.
  const status = response.status >= 400 ? response.status : facts.status;
  const reportedMs = retryAfterMs(response.headers) ?? hints.retryAfterMs;
  const waitMs = reportedMs === undefined ? undefined : Math.min(reportedMs, maxWaitMs);
  return buildError(facts, status, hints.kind, waitMs);
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
export const errorFromEvent = (value: unknown): RumboError => {
  const facts = parseErrorValue(value);
  return buildError(facts, facts.status, undefined, undefined);
};

function buildError(
  facts: ErrorFacts,
  status: number | undefined,
  hintedKind: ErrorKind | undefined,
  waitMs: number | undefined,
): RumboError {
  const kind = hintedKind ?? kindOf(facts, status);
  // A retry time means nothing where the same request is never repeated.
  const waits = errorPolicies[kind].retry !== 'never';
  return new RumboError(messageFor(kind, facts, status, waitMs), {
    kind,
    ...(status === undefined ? {} : { status }),
    ...(waits && waitMs !== undefined ? { retryAfterMs: Math.ceil(waitMs) } : {}),
  });
}

function kindOf(facts: ErrorFacts, status: number | undefined): ErrorKind {
  const among = (table: readonly (readonly [ErrorKind, RegExp])[]): ErrorKind | undefined =>
    table.find(([, pattern]) => facts.codes.some((code) => pattern.test(code)))?.[0];
  const specific = among(specificCodes);
  if (specific) return specific;
  if (status === undefined) return among(genericCodes) ?? 'overloaded';
  const match = messagePatterns.find(
    ([, statuses, pattern]) => statuses.includes(status) && pattern.test(facts.message),
  );
  return match?.[0] ?? kindOfStatus(status);
}

/** The action follows it, so a service's own message ends like a sentence. */
const asSentence = (message: string): string =>
  /[.!?\u2026]['"\u201D\u2019)]*$/.test(message) ? message : `${message}.`;

function messageFor(
  kind: ErrorKind,
  { message, tokens, codes }: ErrorFacts,
  status: number | undefined,
  waitMs: number | undefined,
): string {
  const because = message ? `: ${asSentence(message)}` : '.';
  const at = status === undefined ? '' : ` (HTTP ${status})`;
  switch (kind) {
    case 'unauthorized':
      // Never the service's own message: it may hold part of the key.
      return status === 403
        ? 'Access was denied: this key, account or region may not use the model.'
        : 'The API key was refused.';
    case 'payment-required':
      return 'The account has no credit left or has reached its spend limit.';
    case 'context-too-long':
      return tokens
        ? `The request needs ${count(tokens.requested)} tokens and the model accepts ${count(tokens.allowed)}.`
        : 'The request is longer than the model’s context.';
    case 'content-filtered':
      return `The service’s content policy rejected the request${because}`;
    case 'model-not-found':
      // A wrong address answers 404 as well, usually without naming a model.
      return /\bmodels?\b|\bmodel_/i.test([message, ...codes].join(' '))
        ? 'The service does not have this model.'
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
      return `The service does not answer chat requests at this address${at}.`;
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
