/** What errors mean: from statuses, codes and sentences of every vendor to kinds, as tables. */
import type { ErrorKind } from '../../shared/error-policies.ts';
import type { ErrorFacts } from './error-body.ts';
import { inabilityIn } from './inability.ts';

type Codes = readonly (readonly [ErrorKind, RegExp])[];

/** Codes about money, which precede all others. A key at a spend limit is refused as well. */
const moneyCodes =
  /^(?:insufficient_(?:\w+_)?(?:quota|balance|credits?|funds)|exceeded_current_quota_error|out_of_credits?|no_credits?|credits?_(?:exhausted|required|depleted)|payment_required|billing_(?:error|not_active|hard_limit_reached|limit_reached)|organization_on_hold|\w+_spend_limit_reached|spend_limit_\w+|budget_exceeded|arrearage|accountoverdueerror|not_enough_balance|credit_limit|creditserror|billing_disabled|token_quota_reached|customer_verification_required|allocationquota\.freetieronly|account_deactivated)$/;

/** Codes that are more specific than their status. In this order: keys before the rest. */
const specificCodes: Codes = [
  [
    'unauthorized',
    /^(?:invalid_api_key|api_key_invalid|authentication_error|unauthenticated|invalidapikey|no_db_connection|expired_key|token_not_found_in_db|organization_restricted)$/,
  ],
  [
    'context-too-long',
    /^(?:context_length_exceeded|context_window_exceeded|exceed_context_size_error|model_context_window_exceeded|request_too_large|tokens_limit_reached|prompt_too_long|input_too_long|contextwindowexceedederror)$/,
  ],
  [
    'content-filtered',
    /^(?:content_filter(?:ed)?|content_policy_violation|content_policy|prohibited_content|responsibleaipolicyviolation|data_?inspection_?failed|moderation_blocked|contentpolicyviolationerror)$/,
  ],
  [
    'model-not-found',
    /^(?:model_not_found|model_decommissioned|model_terms_required|modelnotfound|invalid_model|model_not_available|\w+_model_access_denied)$/,
  ],
  ['loading', /^unavailable_error$/],
  [
    'overloaded',
    /^(?:model_capacity_exhausted|capacity_exceeded|overloaded_error|engine_overloaded_error|server_overloaded)$/,
  ],
];

/** Codes that only repeat the status; read when there is none, inside a stream. */
const genericCodes: Codes = [
  [
    'rate-limited',
    /^(?:rate_?limit_?exceeded|rate_limit(?:_error|ed)?|ramp_limit_exceeded|resource_exhausted|too_many_requests|throttling(?:_error|exception)?|ratelimiterror)$/,
  ],
  ['unauthorized', /^(?:permission_error|permission_denied|unauthorized|forbidden)$/],
  ['model-not-found', /^(?:not_found_error|not_found)$/],
  [
    'invalid-request',
    /^(?:invalid_request_error|invalid_argument|failed_precondition|badrequesterror|bad_request)$/,
  ],
];

/** The account has no money, in words that mean nothing else. */
const noMoney =
  /insufficient (?:\w+ ){0,2}(?:balance|credits?|funds?|quota)|\bbalance\b.{0,40}\b(?:too low|insufficient|not enough|exhausted|negative|depleted|used up)\b|\b(?:not enough|no|out of|run out of|ran out of|have any|used (?:up )?all|exhausted|depleted)(?: \w+){0,4} credits?\b|\bcredits?\b(?: \w+){0,3} (?:exhausted|depleted|used up|run out|ran out|expired)|can only afford|requires? (?:more|paid) credits|requires? (?:a )?payment|payment (?:is )?required|\barrears?\b|overdue (?:payment|bill|balance)|account .{0,80}(?:suspended|deactivated|on hold|disabled).{0,80}(?:balance|billing|payment)|\brecharge\b|spend(?:ing)?[- ](?:limit|cap)|billing (?:hard )?limit|crossed budget|budget (?:has been )?exceeded|exceeded (?:\w+ ){0,3}budget|over budget|(?:monthly|specified) (?:included|api) (?:credits|usage limits?)|free (?:tier|allocation|quota) .{0,60}(?:exhausted|used up)|used up .{0,40}free (?:allocation|quota|tier)|key limit exceeded|\u4f59\u989d\u4e0d\u8db3|\u6b20\u8d39|\u8bf7\u5145\u503c|\u989d\u5ea6(?:\u4e0d\u8db3|\u5df2?\u7528[\u5c3d\u5b8c])|\u6b8b\u9ad8\u304c?\u4e0d\u8db3/i;

/** The account has no way to pay, in words that mean nothing else. */
const noPayment =
  /not enough (?:\w+ )?balance|(?:add|enter|valid|no) (?:a )?payment (?:method|instrument)|invalid payment instrument|requires billing|enable billing|credit card on file|credit limit/i;

/** The same in words that also belong to limits that end by themselves. */
const maybeNoMoney =
  /exceeded (?:your|the) (?:current|monthly|total|usage)? ?quota|quota (?:has been |is )?(?:exceeded|exhausted)|exceeded .{0,30}\bquota\b|\bquota\b.{0,40}\breached|plan (?:and|&) billing|\btop[- ]?up\b|(?:add|buy|purchase) (?:more )?(?:\d+ )?credits|upgrade your (?:plan|account)|usage limit/i;

/** A limit per time. */
const perTime =
  /rate[- ]?limit|per[- ](?:second|minute|min|hour|day)|\b[rt]p[smd]\b|too many (?:concurrent )?requests|concurren(?:t|cy)|\u9650\u6d41|\u9891\u7387|\u901f\u7387/i;

const keyRefused =
  /(?:incorrect|invalid|wrong|missing|expired|revoked|disabled|no|bad) (?:\w+ )?(?:api[ _-]?keys?|access tokens?|credentials?|auth(?:entication|orization)? (?:token|header|credentials?))|(?:api[ _-]?key|access token)\S* .{0,40}(?:not valid|invalid|incorrect|expired|missing|not found|revoked|required|disabled)|API\u5bc6\u94a5.{0,10}(?:\u65e0\u6548|\u9519\u8bef)/i;

const tooLong =
  /prompt (?:is |was )?too long|exceeds? the maximum number of tokens|max(?:imum)? (?:model |prompt |input |total )*(?:context|prompt|input|model|sequence)[ -]?(?:length|size|window)|exceeds? (?:the )?(?:\w+ ){0,3}(?:context|token limit|max_model_len)|exceed context limit|exceeded max context|context (?:length|window|size|limit)\b.{0,60}(?:exceed|only|of only|too)|(?:exceed|longer than|greater than|larger than|outside|beyond|overflow).{0,80}\bcontext (?:length|window|size|limit|overflow)|token limit|too many (?:input |prompt )?tokens|(?:input|prompt|request|messages?) (?:is |are |was )?(?:too (?:long|large)|\u8d85\u957f)|(?:prompt|input) token count of|input length should be|token count.{0,40}exceed|must have less than \d+ tokens|`?inputs`? tokens \+|exceeds max length|reduce the length of the (?:messages|prompt|input)|body too large|\u4e0a\u4e0b\u6587.{0,10}(?:\u8fc7\u957f|\u8d85|\u957f\u5ea6)|\u8f93\u5165.{0,6}(?:\u8fc7\u957f|\u8d85\u957f)/i;

/** The same, in words that name a limit beside what was counted. */
const overLimit =
  /total tokens limit|>= n_ctx|(?:input|prompt) tokens? exceed|tokens but the (?:model )?context|max_(?:completion_)?tokens must be at least \d+, got -\d/i;

const filtered =
  /content[ _](?:management|moderation|safety|usage)? ?(?:policy|policies|filter)|(?:was|been|were|is) (?:flagged|blocked by)|\bflagged (?:as|by|for)\b|safety (?:system|policy|filter)|responsible ai|inappropriate content|sensitive (?:content|words?)|\u654f\u611f|\u4e0d\u5b89\u5168|\u8fdd\u89c4/i;

const noSuchModel =
  /(?:no such|unknown|unrecognized|invalid) model\b|\bmodels?\b.{0,120}?\b(?:do(?:es)? not exist|doesn['\u2019]t exist|not found|is not a valid|was not found|could not be found|is not available|no longer (?:available|supported)|(?:has|have) been (?:deprecated|decommissioned|removed|retired|shut ?down)|not exist)\b|is not a valid model|`model` field must start with|no healthy deployments|no endpoints found for|\u6a21\u578b.{0,40}\u4e0d\u5b58\u5728/i;

const unavailable =
  /\brate[- ]?limit(?:ed)?\b|request limit reached|too many requests|(?:requests|tokens) per (?:second|minute|day)|limit exceeded/i;

/** Sentences with a meaning that no code has, for statuses that leave it open. `0`: there is no status. */
const sentences: readonly (readonly [ErrorKind, readonly number[], RegExp])[] = [
  // Providers of new-api and xAI answer 400 for a wrong key.
  ['unauthorized', [0, 400, 422], keyRefused],
  // MiniMax.
  ['unauthorized', [0], /\blogin fail/],
  ['content-filtered', [0, 400, 403, 422], filtered],
  ['context-too-long', [0, 400, 413, 416, 422, 500], tooLong],
  // vLLM subtracts the prompt from its context and reports the rest, which is less than nothing.
  ['context-too-long', [0, 400, 422, 500], overLimit],
  // More tokens than a whole minute may have: the same request never succeeds.
  ['context-too-long', [0, 429], /^request too large/im],
  ['model-not-found', [0, 400, 403, 422, 500], noSuchModel],
  [
    'loading',
    [0, 424, 503],
    /\bloading\b.{0,20}\bmodel|\bmodel\b.{0,60}\b(?:is )?(?:currently |still )?loading/i,
  ],
  // Bedrock.
  ['loading', [424], /model is not ready/i],
  ['rate-limited', [0, 400, 403, 500], unavailable],
  // The provider's settings lack a header of Portkey's: another provider may answer.
  ['bad-response', [400], /x-portkey-(?:config|provider) header is required/],
  // llama-server answers 500 for a mistake of the caller.
  ['invalid-request', [500], /^\[json\.exception\./],
];

/** There is no such model, whatever else the sentence adds. */
const isGone = /\bnot (?:be )?found\b|\bnot exist|\b(?:deprecated|decommissioned|removed|retired)\b/i;

/** Statuses by which services refuse what a model cannot do. `0`: there is no status. */
const inabilityStatuses: ReadonlySet<number> = new Set([0, 400, 404, 415, 422, 500, 501]);

const kindOfStatus = (status: number): ErrorKind => {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 402) return 'payment-required';
  if (status === 404 || status === 410) return 'model-not-found';
  if (status === 413) return 'context-too-long';
  if (status === 429) return 'rate-limited';
  if (status === 405 || status === 412 || status === 501) return 'bad-response';
  if (status === 408 || status === 409 || status === 424 || status === 425 || status >= 498)
    return 'overloaded';
  return status >= 400 ? 'invalid-request' : 'bad-response';
};

/**
 * What an error means: money first, then the service's codes, then its sentences, then the status.
 * @param status of the response, or else the one that the body names
 * @param waits the service requests a wait: what ends by itself is no lack of money
 */
export function errorKind(facts: ErrorFacts, status: number | undefined, waits: boolean): ErrorKind {
  const among = (table: Codes): ErrorKind | undefined =>
    table.find(([, pattern]) => facts.codes.some((code) => pattern.test(code)))?.[0];
  if (isAboutMoney(facts, status, waits)) return 'payment-required';
  const specific = among(specificCodes);
  if (specific) return specific;
  const about = status ?? 0;
  const match = sentences.find(
    ([, statuses, pattern]) => statuses.includes(about) && pattern.test(facts.text),
  );
  if (match && match[0] !== 'model-not-found') return match[0];
  if (inabilityStatuses.has(about) && !isGone.test(facts.text) && inabilityIn(facts))
    return 'unsupported-request';
  if (match) return match[0];
  if (status === undefined) return among(genericCodes) ?? 'overloaded';
  const kind = kindOfStatus(status);
  // A gateway may put a limit into a status of its own.
  return kind === 'invalid-request' || kind === 'overloaded' ? (limitIn(facts) ?? kind) : kind;
}

const limitIn = ({ codes }: ErrorFacts): ErrorKind | undefined =>
  codes.some((code) => /^(?:rate_?limit_?(?:exceeded|error)?|too_many_requests)$/.test(code))
    ? 'rate-limited'
    : undefined;

/** Statuses by which services refuse for any limit; Portkey for a budget. */
const limitStatuses: ReadonlySet<number> = new Set([403, 412, 429]);

function isAboutMoney({ codes, text }: ErrorFacts, status: number | undefined, waits: boolean): boolean {
  if (codes.some((code) => moneyCodes.test(code))) return true;
  if (status === 402) return true;
  if (!waits && (noMoney.test(text) || noPayment.test(text))) return true;
  const isLimit = status === undefined || limitStatuses.has(status);
  // Google's quotas end by themselves.
  return (
    isLimit &&
    !waits &&
    !codes.includes('resource_exhausted') &&
    maybeNoMoney.test(text) &&
    !perTime.test(text)
  );
}
