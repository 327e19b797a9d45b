/**
 * What programs read of an answer has to match the schemas of the request: calls that cannot be repaired, and an answer that is
 * no JSON where JSON was requested, are requested once more from the same model, with what was wrong.
 */
import type { AskParams } from '../../shared/ask.ts';
import type { Message } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { functionTools } from '../../shared/message-parts.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { checkCall } from '../wire/repair-call.ts';
import { schemaFault } from '../wire/schema-check.ts';
import type { PreparedRequest } from './answer-progress.ts';
import { joinedReceipt, receiptWithFailedRequest, untilFinish } from './second-request-receipt.ts';

type Answer = (prepared: PreparedRequest) => AsyncGenerator<AskPart, AskResult>;

/** Whether the request has anything that could be checked; most have not, and pay nothing for it. */
export const hasSchemas = ({ params }: PreparedRequest): boolean =>
  params.responseFormat?.type === 'json' || functionTools(params.tools).length > 0;

/** Yields the parts of the answer and returns the whole; the receipt counts both requests. */
export async function* answerWithValidOutput(
  prepared: PreparedRequest,
  signal: AbortSignal,
  prepare: (params: AskParams) => PreparedRequest,
  answer: Answer,
): AsyncGenerator<AskPart, AskResult> {
  const { result: first, finish } = yield* untilFinish(answer(prepared));
  const again = secondRequestFor(prepared.params, first);
  if (!again) {
    if (finish) yield finish;
    return first;
  }
  yield { type: 'second-request', model: first.receipt.model, reason: again.reason };
  try {
    const second = yield* answer(prepare(again.params));
    return { ...second, receipt: joinedReceipt(first.receipt, second.receipt, again.reason) };
  } catch (error) {
    if (signal.aborted || !(error instanceof RumboError)) throw error;
    if (finish) yield finish;
    return { ...first, receipt: receiptWithFailedRequest(first.receipt, error) };
  }
}

/** `undefined`: the answer is valid, or asking again would not help. */
function secondRequestFor(
  params: AskParams,
  result: AskResult,
): { readonly reason: string; readonly params: AskParams } | undefined {
  const { receipt } = result;
  if (receipt.finishReason !== 'stop' && receipt.finishReason !== 'tool-calls') return undefined;
  if (receipt.cached || (params.answerCount ?? 1) > 1) return undefined;
  const corrections = callCorrections(params, result) ?? jsonCorrection(params, result);
  if (!corrections) return undefined;
  const { prompt, messages, strongerThan: _, ...others } = params;
  return {
    reason: corrections.reason,
    params: {
      ...others,
      messages: [
        ...(messages ?? [{ role: 'user' as const, content: prompt ?? '' }]),
        ...corrections.messages,
      ],
      task: receipt.task,
      model: receipt.model,
      whenPinnedUnavailable: 'fail',
      useCache: false,
    },
  };
}

type Corrections = { readonly reason: string; readonly messages: readonly Message[] };

function callCorrections({ tools }: AskParams, { toolCalls = [], text }: AskResult): Corrections | undefined {
  const offered = functionTools(tools);
  const checked = toolCalls.map((call) => checkCall(call, offered));
  const wrong = checked.find(({ fault }) => fault !== undefined);
  if (!wrong) return undefined;
  return {
    reason: `Its call of ${wrong.call.name} does not match the tool’s schema: ${wrong.fault}.`,
    messages: [
      { role: 'assistant', content: text, toolCalls },
      ...checked.map(
        ({ call, fault }): Message => ({
          role: 'tool',
          toolCallId: call.id,
          toolName: call.name,
          content: fault
            ? `The call was not made: its arguments do not match the schema (${fault}). Call the tool again with valid arguments.`
            : 'The call was not made, since another one beside it is not valid. Make it again.',
          isError: true,
        }),
      ),
    ],
  };
}

function jsonCorrection(
  { responseFormat }: AskParams,
  { text, toolCalls = [], refusal }: AskResult,
): Corrections | undefined {
  if (responseFormat?.type !== 'json' || toolCalls.length > 0 || refusal !== undefined || text.trim() === '')
    return undefined;
  const fault = jsonFault(text, responseFormat.schema);
  if (fault === undefined) return undefined;
  return {
    reason: `Its answer is not the JSON that was requested: ${fault}.`,
    messages: [
      { role: 'assistant', content: text },
      {
        role: 'user',
        content: `This is not the JSON that was requested: ${fault}. Answer again with the whole, valid JSON only.`,
      },
    ],
  };
}

function jsonFault(text: string, schema: Readonly<Record<string, unknown>> | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  return schema ? schemaFault(value, schema) : undefined;
}
