/** One attempt at one candidate: yields the parts to show and returns what came of it. A model that fails does not make it throw. */

import type { CompletionRequest, FinishReason } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import { textOf } from '../../shared/message-parts.ts';
import type { Model, Price } from '../../shared/models.ts';
import type { AskPart } from '../../shared/protocol.ts';
import { type AnswerMeasurement, meter } from '../metrics/meter.ts';
import type { Provider } from '../providers/provider.ts';
import { costOf, settledCostOf } from '../routing/price.ts';
import { estimateTokens, tokensOfBytes } from '../routing/tokens.ts';
import type { AttemptReservation } from './attempt-reservation.ts';
import { endsAsWhole } from './continuation-join.ts';
import type { PartialAnswer } from './partial-answer.ts';
import { type SentRequest, sendRequest } from './sent-request.ts';

/** The part of a provider that answers. */
export type AnsweringProvider = {
  readonly engine: Pick<Provider['engine'], 'stream' | 'supportsPrefill' | 'countTokens'>;
  readonly config: Pick<Provider['config'], 'note'>;
  /** Absent: no refusal has stated anything. */
  readonly rulesOf?: Provider['rulesOf'];
  /** Absent: its models work as far as known. */
  readonly isStable?: Provider['isStable'];
  /** Absent: it is not waited for. */
  readonly whenBack?: Provider['whenBack'];
};

export type AttemptRequest = {
  readonly model: Model;
  readonly provider: AnsweringProvider;
  readonly completion: CompletionRequest;
  /** Tokens of the prompt as the model is expected to count them, for a service that reports no usage. */
  readonly promptTokens: number;
  /** The request on its way. Absent: the attempt sends it. */
  readonly sent?: SentRequest;
  /** What the client is sent before the first part. Absent: nothing. */
  readonly announcement?: AskPart;
  /** Ends an answer that exceeds what is reserved for it. Absent: nothing limits it. */
  readonly reservation?: Pick<AttemptReservation, 'mayContinue'>;
};

export type AttemptResult = {
  /** Absent: the model answered to its end. */
  readonly error?: RumboError;
  readonly measured: AnswerMeasurement;
  /** Milliseconds from sending to the end. */
  readonly ms: number;
  /** Milliseconds from sending to this model's first text. `null`: none came. */
  readonly firstTextMs: number | null;
  /** The same to its first part, which may be reasoning or a tool call. `null`: none came. */
  readonly firstPartMs: number | null;
  /** The service accepted the request: what it read and wrote is billed, also when it failed after that. */
  readonly billed: boolean;
};

const alone = { isAlone: true } as const;

/**
 * @param answer gets what the model writes
 * @param onAbandoned called instead of a return when the consumer takes no further part
 */
export async function* attempt(
  request: AttemptRequest,
  answer: PartialAnswer,
  signal: AbortSignal,
  onAbandoned: (error: RumboError, result: AttemptResult) => void,
): AsyncGenerator<AskPart, AttemptResult> {
  const { model, provider, promptTokens } = request;
  const sent = request.sent ?? sendRequest(provider.engine, model.name, request.completion, signal, alone);
  const { sentAt } = sent;
  const beginning = answer.text;
  if (beginning !== '') answer.expectAfter(prefillIn(request.completion));
  const usage = meter(promptTokens, estimateTokens, () => performance.now());
  let firstPartMs: number | null = null;
  let isAbandoned = true;
  let isCutOff = false;
  let error: RumboError | undefined;
  const resultWith = (failure: RumboError | undefined, measured: AnswerMeasurement): AttemptResult => ({
    ...(failure ? { error: failure } : {}),
    measured,
    ms: performance.now() - sentAt,
    firstTextMs: measured.firstTokenAt === null ? null : measured.firstTokenAt - sentAt,
    firstPartMs,
    billed: firstPartMs !== null || measured.tries !== undefined || failure?.data.accepted === true,
  });
  try {
    try {
      if (request.announcement) yield request.announcement;
      for await (const part of sent.parts) {
        usage.observe(part);
        const isFirst = firstPartMs === null;
        firstPartMs ??= performance.now() - sentAt;
        if (isFirst) yield { type: 'start', model: model.id, cached: false, ...noteField(provider) };
        for (const shown of answer.append(part)) yield shown;
        if (answer.joinFailed) break;
        const mayContinue = request.reservation?.mayContinue(tokensOfBytes(usage.outputBytes())) ?? true;
        if (mayContinue === true || part.type === 'finish' || (await mayContinue)) continue;
        isCutOff = true;
        break;
      }
    } catch (cause) {
      error = toRumboError(cause, signal);
    }
    for (const shown of error ? answer.breakOffText() : answer.endText()) yield shown;
    if (!error && beginning !== '' && onlyRepeats(usage.result(), answer, beginning))
      answer.rejectRepetition();
    if (answer.joinFailed) error ??= unjoinedError();
    if (error) for (const shown of answer.flushPreview()) yield shown;
    isAbandoned = false;
  } finally {
    sent.close();
    if (isAbandoned) {
      const failure = error ?? abandonedError();
      onAbandoned(failure, resultWith(failure, usage.result(sent.failures)));
    }
  }
  const received = usage.result(sent.failures);
  const measured: AnswerMeasurement = isCutOff
    ? { ...received, reason: 'length', isCutOff }
    : { ...received, reason: endReason(received, answer) };
  if (!error && isEmpty(measured, answer, beginning)) error = emptyAnswerError();
  return resultWith(error, measured);
}

/** The words with which the model's answer was begun. Empty: none. */
function prefillIn({ messages }: CompletionRequest): string {
  const last = messages.at(-1);
  return last?.role === 'assistant' ? textOf(last) : '';
}

/** What came of an attempt that ended before its first part. */
export const unansweredResult = (
  { promptTokens, sent }: Pick<AttemptRequest, 'promptTokens'> & { readonly sent: SentRequest },
  error: RumboError,
): AttemptResult => ({
  error,
  measured: meter(promptTokens, estimateTokens, () => performance.now()).result(sent.failures),
  ms: performance.now() - sent.sentAt,
  firstTextMs: null,
  firstPartMs: null,
  billed: sent.failures.length > 0 || error.data.accepted === true,
});

/** What the attempt did cost, in US dollars: 0 where nothing is billed. `null`: the price is unknown. */
export const billedUsd = (
  { billed, measured }: Pick<AttemptResult, 'billed' | 'measured'>,
  { price }: Model,
): number | null => (billed ? costOfTries(measured, price) : 0);

/**
 * What budgets count for the attempt, in US dollars: more than it did cost where the service reports less than its price,
 * and where nothing of what it may have written arrived. All that is reserved, where the price is unknown.
 */
export function settledUsd(
  result: AttemptResult,
  { price }: Model,
  reservation: Pick<AttemptReservation, 'usd' | 'unseenUsd'>,
): number {
  if (!result.billed) return 0;
  const usd = costOfTries(result.measured, price, settledCostOf);
  if (usd === null) return reservation.usd();
  return isUnseen(result) ? Math.min(reservation.usd(), usd + reservation.unseenUsd(result.ms)) : usd;
}

/**
 * The service was sent the request, and nothing shows what it has written. The count that some report with the head
 * (Anthropic's `message_start`) says nothing of hidden thinking after it.
 */
const isUnseen = ({ error, measured }: AttemptResult): boolean =>
  error !== undefined &&
  (measured.isSilent === true || (measured.usageEstimated && measured.usage.output === 0));

/** US dollars for each try; one after another, since a long prompt has another price. `null`: the price is unknown. */
export function costOfTries(
  { usage, tries = [usage] }: Pick<AnswerMeasurement, 'usage' | 'tries'>,
  price: Price | null,
  costOfOne = costOf,
): number | null {
  let usd = 0;
  for (const each of tries) {
    const cost = costOfOne(each, price);
    if (cost === null) return null;
    usd += cost;
  }
  return usd;
}

/** The note that the provider's configuration adds to its answers. */
export const noteField = (provider: Pick<AnsweringProvider, 'config'> | undefined) =>
  provider?.config.note === undefined ? {} : { note: provider.config.note };

/**
 * Services that fail inside end in this way, too. An output limit or a filter that left nothing keeps its own finish reason;
 * nothing is a good end of a text that is whole.
 */
const isEmpty = (measured: AnswerMeasurement, answer: PartialAnswer, beginning: string): boolean =>
  isEndedByItself(measured, answer) &&
  (answer.text === '' || (measured.text.trim() === '' && addsNothing(answer, beginning)));

/** Small models repeat what they are asked to, and think that this was all. */
const onlyRepeats = (measured: AnswerMeasurement, answer: PartialAnswer, beginning: string): boolean =>
  isEndedByItself(measured, answer) && measured.text.trim() !== '' && addsNothing(answer, beginning);

/** A model that declines has ended as usual for some services. */
const endReason = ({ reason }: AnswerMeasurement, { refusal }: PartialAnswer): FinishReason =>
  refusal !== '' && reason === 'stop' ? 'refusal' : reason;

const isEndedByItself = ({ reason }: AnswerMeasurement, answer: PartialAnswer): boolean =>
  !answer.hasOtherAnswer && (reason === 'stop' || reason === 'other');

const addsNothing = ({ text }: PartialAnswer, beginning: string): boolean =>
  text.trimEnd() === beginning.trimEnd() && !endsAsWhole(beginning);

const abandonedError = (): RumboError => new RumboError('The request was cancelled.', { kind: 'cancelled' });

const unjoinedError = (): RumboError =>
  new RumboError('Its text does not show where it continues the answer.', { kind: 'interrupted' });

const emptyAnswerError = (): RumboError =>
  new RumboError('The model answered with nothing.', {
    kind: 'bad-response',
    action: 'Ask again, or use another model.',
  });
