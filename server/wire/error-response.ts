/** What a refusal means: one table from statuses and vendors' codes to kinds of failure, and one sentence for each kind. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { RumboError } from '../../shared/errors.ts';
import { type ErrorFacts, parseErrorText, parseErrorValue } from './error-body.ts';
import { retryAfterMs } from './retry-after.ts';
import type { ErrorResponse } from './wire-format.ts';

/** Codes that say more than their status does. In this order: money before keys, keys before the rest. */
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

/** Codes that only repeat what the status said; asked when there was none, inside a stream. */
const genericCodes: readonly (readonly [ErrorKind, RegExp])[] = [
  ['rate-limited', /^(?:rate_limit_exceeded|rate_limit_error|ramp_limit_exceeded|resource_exhausted)$/],
  ['unauthorized', /^(?:permission_error|permission_denied)$/],
  ['model-not-found', /^(?:not_found_error|not_found)$/],
  ['invalid-request', /^(?:invalid_request_error|invalid_argument|failed_precondition)$/],
];

/** The few sentences that mean something no code says. Only where the status leaves the meaning open. */
const messagePatterns: readonly (readonly [ErrorKind, readonly number[], RegExp])[] = [
  [
    'context-too-long',
    [400, 422],
    /prompt is too long|exceeds? the maximum number of tokens|maximum context length|exceeds? (?:the )?(?:available )?context|exceed context limit/i,
  ],
  // llama-server's router refuses an unknown model with a plain 400.
  ['model-not-found', [400], /^model '.+' not found/i],
  ['loading', [503], /^loading model/i],
  // xAI says 400 to a wrong key and 403 to an empty account.
  ['unauthorized', [400], /^incorrect api key/i],
  ['payment-required', [403], /\bhave any credits\b|\bspending limit\b/i],
  // llama-server says 500 to what is the caller's mistake.
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

/** What is known beyond headers and the usual body. */
type ErrorHints = { readonly kind?: ErrorKind | undefined; readonly retryAfterMs?: number | undefined };

/** A month, the longest window anybody bills by. A larger number is a mistake, and may be no date at all. */
const maxWaitMs = 31 * 86_400_000;

/** The error of an HTTP answer that was refused. */
export function errorFromResponse(refusal: ErrorResponse, more: ErrorHints = {}): RumboError {
  const facts = parseErrorText(refusal.body);
  // A 200 that holds an error has no status worth reading.
  const status = refusal.status >= 400 ? refusal.status : facts.status;
  const said = retryAfterMs(refusal.headers) ?? more.retryAfterMs;
  const wait = said === undefined ? undefined : Math.min(said, maxWaitMs);
  return buildError(facts, status, more.kind, wait);
}

/** How services say that a model, or all of them, cannot be asked in this form. */
const unsupportedForm =
  /unexpected endpoint|not (?:currently )?supported|does(?: not|n['\u2019]t) support|only supports? chat|not a (?:completion|text)/i;

/**
 * Whether a refusal is of the form of the question, not of the model: it may answer when it is asked otherwise. A
 * status that elsewhere means a dead address means this where chat is answered.
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
  known: ErrorKind | undefined,
  wait: number | undefined,
): RumboError {
  const kind = known ?? kindOf(facts, status);
  const waits = kind === 'rate-limited' || kind === 'overloaded' || kind === 'loading';
  return new RumboError(messageFor(kind, facts, status, wait), {
    kind,
    ...(status === undefined ? {} : { status }),
    ...(waits && wait !== undefined ? { retryAfterMs: Math.ceil(wait) } : {}),
  });
}

function kindOf(facts: ErrorFacts, status: number | undefined): ErrorKind {
  const among = (table: readonly (readonly [ErrorKind, RegExp])[]): ErrorKind | undefined =>
    table.find(([, pattern]) => facts.codes.some((code) => pattern.test(code)))?.[0];
  const told = among(specificCodes);
  if (told) return told;
  if (status === undefined) return among(genericCodes) ?? 'overloaded';
  const meant = messagePatterns.find(([, at, pattern]) => at.includes(status) && pattern.test(facts.message));
  return meant?.[0] ?? kindOfStatus(status);
}

/** What is to be done about it follows: a service's own words end like a sentence. */
const asSentence = (prose: string): string =>
  /[.!?\u2026]['"\u201D\u2019)]*$/.test(prose) ? prose : `${prose}.`;

function messageFor(
  kind: ErrorKind,
  { message, tokens, codes }: ErrorFacts,
  status: number | undefined,
  wait: number | undefined,
): string {
  const because = message ? `: ${asSentence(message)}` : '.';
  const at = status === undefined ? '' : ` (HTTP ${status})`;
  switch (kind) {
    case 'unauthorized':
      // Never the service's own words: they may hold part of the key.
      return status === 403
        ? 'Access was refused: this key, account or region may not use the model.'
        : 'The API key was refused.';
    case 'payment-required':
      return 'The account has no credit left or has reached its spend limit.';
    case 'context-too-long':
      return tokens
        ? `The request needs ${count(tokens.asked)} tokens and the model takes ${count(tokens.allowed)}.`
        : 'The request is longer than the model’s context.';
    case 'content-filtered':
      return `The service’s content policy refused the request${because}`;
    case 'model-not-found':
      // A wrong address answers 404 as well, mostly without a word about models.
      return /\bmodels?\b|\bmodel_/i.test([message, ...codes].join(' '))
        ? 'The service does not have this model.'
        : `The service knows neither this model nor the address it was asked at${at}.`;
    case 'loading':
      return 'The model is still loading.';
    case 'rate-limited':
      return wait === undefined
        ? 'The rate limit is reached.'
        : `The rate limit is reached; it resets in ${formatWait(wait)}.`;
    case 'overloaded':
      return `The service is overloaded or failing${at}${because}`;
    case 'bad-response':
      return `The service does not answer chat requests at this address${at}.`;
    default:
      return `The service did not accept the request${at}${because}`;
  }
}

const count = (tokens: number): string => tokens.toLocaleString('en-US');

/** A wait as a user would say it. */
function formatWait(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.ceil(ms / 1000))} s`;
  return ms < 3_600_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.ceil(ms / 3_600_000)} h`;
}
