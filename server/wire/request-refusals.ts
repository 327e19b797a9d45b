/**
 * Refusals that state how to ask: one table of what services, engines, their templates and gateways write when a request
 * asks for too many tokens, has a role that the model does not know, or a field that it rejects. Pure.
 */
import { type EngineRequest, isFill, isText } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import { applyRequestRules, withoutBodyField } from './apply-rules.ts';
import { type ErrorFacts, parseErrorText } from './error-body.ts';
import { statusOf } from './error-response.ts';
import { rejectsField } from './openai-unsupported-fields.ts';
import { namesOutputLimit, outputRange } from './output-range.ts';
import { contextFigures, parseFigure } from './token-figures.ts';
import type { ErrorResponse, WireFormat, WireRequest } from './wire-format.ts';

/** A request as it was refused. */
export type RefusedRequest = {
  /** Before the rules were applied. */
  readonly request?: EngineRequest;
  /** As it was sent. */
  readonly sent: WireRequest;
  /** That were applied. */
  readonly rules: RequestRules;
  /** Those of them that this request itself had refused before: it is not adapted the same way twice. */
  readonly adapted: RequestRules;
};

/** What follows from a refusal. */
export type Adaption = {
  /** What the refusal stated, and nothing that was known before. */
  readonly rules: RequestRules;
  /** Tokens of the prompt, as the service counted them. Absent: it did not state them. */
  readonly promptTokens?: number;
  /** The request fits these rules now. `false`: the rules are worth keeping, but the request cannot fit them. */
  readonly fits: boolean;
  /** The rules are about this moment, not about the model. */
  readonly isOnce?: true;
};

/** Statuses of responses that may refuse the form of a request; templates fail with 500. */
const refusingStatuses: ReadonlySet<number> = new Set([400, 413, 416, 422, 500, 501]);

/** What a refusal states about how the request has to be asked. `undefined`: nothing, or what was adapted already. */
export function readRefusal(
  response: ErrorResponse,
  refused: RefusedRequest,
  wire: Pick<WireFormat, 'rejectedField'>,
): Adaption | undefined {
  const facts = parseErrorText(response.body);
  const status = statusOf(response.status, facts) ?? response.status;
  if (status === 402) return readAffordable(facts, refused);
  if (!refusingStatuses.has(status)) return undefined;
  for (const read of readers) {
    const adaption = read(facts, refused);
    if (adaption) return adaption;
  }
  const field = refusesField(status)
    ? wire.rejectedField?.(refused.sent, { ...response, status })
    : undefined;
  if (!field || Object.hasOwn(refused.adapted.rejectedFields ?? {}, field.name)) return undefined;
  const { name, alternateName = null } = field;
  const isRejectedToo =
    alternateName !== null && Object.hasOwn(refused.rules.rejectedFields ?? {}, alternateName);
  return { rules: { rejectedFields: { [name]: isRejectedToo ? null : alternateName } }, fits: true };
}

const refusesField = (status: number): boolean => status === 400 || status === 422;

/**
 * The error of a refusal that no adaption avoids: one about how this model has to be asked says nothing about the next
 * candidate. Any other error stays as it is.
 */
export function refusalError(error: RumboError, { status: sent, body }: ErrorResponse): RumboError {
  const status = statusOf(sent, parseErrorText(body)) ?? sent;
  const isRefusal = error.kind === 'invalid-request' || (error.kind === 'overloaded' && status === 500);
  if (!isRefusal || !refusingStatuses.has(status)) return error;
  const { text } = parseErrorText(body);
  const isAboutTemplate = sentences.some(([pattern]) => pattern.test(text));
  if (!isAboutTemplate && (status === 500 || !(rejectsField(text) || namesOutputLimit(text)))) return error;
  const { action: _, message, ...data } = error.data;
  return new RumboError(message, { ...data, kind: 'unsupported-request' }, { cause: error });
}

type Reader = (facts: ErrorFacts, refused: RefusedRequest) => Adaption | undefined;

/** Tokens below which an answer is not worth a request. */
const minAnswerTokens = 64;

const readContext: Reader = (facts, { sent, adapted, request }) => {
  const figures = facts.tokens
    ? { allowed: facts.tokens.allowed, prompt: facts.tokens.requested, requested: facts.tokens.requested }
    : contextFigures(facts.text);
  // A limit per minute is no context.
  if (!figures || perMinute.test(facts.text) || adapted.contextTokens !== undefined) return undefined;
  const limit = sentOutputTokens(sent.body);
  const fromTotal =
    figures.requested !== undefined && figures.requested !== figures.prompt && limit !== undefined
      ? figures.requested - limit
      : undefined;
  const promptTokens = figures.prompt ?? fromTotal ?? guessedPrompt(figures.allowed, limit);
  // The service may count a few more the next time.
  const reserved = promptTokens === undefined ? 0 : promptTokens + Math.min(64, figures.allowed >> 6);
  const left = promptTokens === undefined ? 0 : figures.allowed - reserved;
  const needed = Math.min(request?.maxOutputTokens ?? minAnswerTokens, minAnswerTokens);
  const fits =
    promptTokens !== undefined && promptTokens >= 0 && limit !== undefined && left >= needed && left < limit;
  return {
    rules: { contextTokens: figures.allowed },
    ...(fits ? { promptTokens: reserved } : {}),
    fits,
  };
};

const perMinute = /per min|\btpm\b|tokens_per_minute/i;

/** The limit of the answer alone exceeds the context: most of the context is left for the prompt. */
const guessedPrompt = (contextTokens: number, limit: number | undefined): number | undefined =>
  limit !== undefined && limit >= contextTokens ? Math.ceil((contextTokens * 3) / 4) : undefined;

const readOutputLimit: Reader = (facts, { sent, adapted }) => {
  const limit = sentOutputTokens(sent.body);
  const { max, min } = outputRange(facts, limit) ?? {};
  if (max !== undefined && adapted.maxOutputTokens === undefined)
    return { rules: { maxOutputTokens: max }, fits: true };
  if (min !== undefined && adapted.minOutputTokens === undefined)
    return { rules: { minOutputTokens: min }, fits: true };
  return undefined;
};

/** Tokens; a shorter answer than this, and than was asked for, is not worth what is left of the account. */
const minAffordableTokens = 1_024;

/** OpenRouter: “You requested up to 16384 tokens, but can only afford 8000.” */
const readAffordable: Reader = ({ text }, { sent, adapted }) => {
  const tokens = parseFigure(/can only afford (\d[\d,]*)/i.exec(text)?.[1]);
  const limit = sentOutputTokens(sent.body);
  return tokens !== undefined &&
    tokens >= minAffordableTokens &&
    (limit === undefined || tokens < limit) &&
    adapted.maxOutputTokens === undefined
    ? { rules: { maxOutputTokens: tokens }, fits: true, isOnce: true }
    : undefined;
};

/** What a sentence states, by pattern; the first that matches. */
const sentences: readonly (readonly [
  pattern: RegExp,
  rules: (facts: ErrorFacts, refused: RefusedRequest) => RequestRules,
])[] = [
  [
    /\b(?:roles?|messages?|conversation)\b[^.]{0,60}\balternate|must alternate|alternating (?:roles|user|messages)|(?:even|odd) index[^.]{0,40}must be|role ['"`]?user['"`]? after role ['"`]?tool|consecutive (?:user|assistant|messages|roles)|(?:same role|messages) in a row|first (?:message|content|turn)[^.]{0,40}(?:must|should|has to|needs to|to have)[^.]{0,40}\buser\b|must (?:start|begin) with a (?:message from the )?user/i,
    // A template that does not mention instructions has no place for them.
    (facts, { request }) => ({
      alternatingRoles: true,
      ...(/optional\)? system|system message/i.test(facts.text) || !hasInstructions(request)
        ? {}
        : { systemRole: 'none' as const }),
    }),
  ],
  [
    /system (?:message|role|prompt)s?[^.]{0,30}(?:must|can|should) (?:only )?(?:be|come|appear)[^.]{0,30}(?:first|beginning|start)|['"`]?system['"`]? after role|(?:only|at most) one system (?:message|role|prompt)|multiple system (?:messages|prompts)/i,
    () => ({ systemRole: 'first' }),
  ],
  [
    /\b(?:system|developer) (?:role|message|prompt|instruction)s?\b[^.]{0,60}(?:not (?:currently )?(?:supported|allowed|enabled|permitted|available)|unsupported|disabled)|(?:does(?: not|n['\u2019]t)|do not|cannot) (?:support|accept|allow)[^.]{0,40}\bsystem\b|\bgot (?:role )?['"`]?system\b|(?:unexpected|invalid|unknown|unsupported|unrecognized) (?:message )?role\b[^.]{0,20}\bsystem\b|\brole\b[^.]{0,6}['"`]system['"`] (?:is|was) (?:not|invalid)|should be 'user' or 'assistant'|\brole\b[^.]{0,6}unknown variant ['"`]?system|value 'system' at|only (?:the )?user(?:,| and) assistant[^.]{0,20} roles? (?:are|is) supported|only (?:the )?roles? ['"`]?user/i,
    () => ({ systemRole: 'none' }),
  ],
  [
    /prefill[^.]{0,70}(?:not (?:currently )?(?:supported|allowed)|unsupported|disabled)|(?:does(?: not|n['\u2019]t)|do not) support[^.]{0,40}\bprefill|must end with a (?:user|message from the user)|last message[^.]{0,40}(?:must|should|cannot|can['\u2019]t|has to|is from the assistant)|expected last role|add_generation_prompt|(?:final|last) (?:message|turn|role)[^.]{0,20}(?:assistant|must be)/i,
    () => ({ noPrefill: true }),
  ],
];

const hasInstructions = (request: EngineRequest | undefined): boolean =>
  request !== undefined && 'messages' in request && request.messages.some(({ role }) => role === 'system');

const readSentences: Reader = (facts, refused) => {
  const { request, rules, adapted } = refused;
  if (!request || isFill(request) || isText(request)) return undefined;
  for (const [pattern, rulesOf] of sentences) {
    if (!pattern.test(facts.text)) continue;
    const stated = rulesOf(facts, refused);
    if (Object.keys(stated).every((name) => Object.hasOwn(adapted, name))) continue;
    const merged = mergeRequestRules(rules, stated);
    const before = applyRequestRules(request, rules).messages;
    const fits = JSON.stringify(applyRequestRules(request, merged).messages) !== JSON.stringify(before);
    return fits || stated.noPrefill ? { rules: stated, fits } : undefined;
  }
  return undefined;
};

const readers: readonly Reader[] = [readOutputLimit, readContext, readSentences];

/** Rules and further ones; a newer figure replaces the older. */
export const mergeRequestRules = (rules: RequestRules, more: RequestRules): RequestRules => ({
  ...rules,
  ...more,
  ...(rules.rejectedFields && more.rejectedFields
    ? { rejectedFields: { ...rules.rejectedFields, ...more.rejectedFields } }
    : {}),
});

/** The request without the fields that the rules name. */
export function withoutRejectedFields(
  request: WireRequest,
  { rejectedFields }: RequestRules,
  wire: Pick<WireFormat, 'withoutField'>,
): WireRequest {
  let current = request;
  for (const [name, alternateName] of Object.entries(rejectedFields ?? {})) {
    const changed = wire.withoutField?.(current, name) ?? withoutBodyField(current, name, alternateName);
    current = changed ?? current;
  }
  return current;
}

const limitFields = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'maxOutputTokens',
  'num_predict',
  'n_predict',
];

/** Tokens of the answer that a body allows, in any service's field. */
export function sentOutputTokens(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Readonly<Record<string, unknown>>;
  for (const name of limitFields) {
    const value = fields[name];
    if (typeof value === 'number') return value;
  }
  return sentOutputTokens(fields['generationConfig'] ?? fields['options']);
}
