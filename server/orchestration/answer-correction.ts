/**
 * What is wrong with an answer that programs read or that goes into a file: calls that do not match the schemas of the request,
 * an answer that is no JSON where JSON was requested, code that is not whole. Pure.
 */
import type { AskParams } from '../../shared/ask.ts';
import type { Message } from '../../shared/chat.ts';
import { functionTools } from '../../shared/message-parts.ts';
import type { AskResult } from '../../shared/protocol.ts';
import { roleOf } from '../../shared/roles.ts';
import { codeReadingOf } from '../edits/code-preview.ts';
import { checkCall } from '../wire/repair-call.ts';
import { schemaFault } from '../wire/schema-check.ts';

/** `reason`: one sentence. `messages`: the answer, and what is wrong with it, as the next turns of the conversation. */
export type AnswerCorrection = { readonly reason: string; readonly messages: readonly Message[] };

/** Whether the request has anything that could be checked; most have not, and pay nothing for it. */
export const isChecked = ({ role, responseFormat, tools }: AskParams): boolean =>
  responseFormat?.type === 'json' || functionTools(tools).length > 0 || roleOf(role)?.answer === 'code';

/** `undefined`: the answer is valid, or asking again would not help. */
export function correctionOf(params: AskParams, answer: AskResult): AnswerCorrection | undefined {
  const { cached, finishReason } = answer.receipt;
  // A second answer would be cut or withheld, too.
  if (finishReason !== 'stop' && finishReason !== 'tool-calls') return undefined;
  if (cached || (params.answerCount ?? 1) > 1) return undefined;
  return callCorrection(params, answer) ?? jsonCorrection(params, answer) ?? codeCorrection(params, answer);
}

/** The answer is what was requested, so that the same request may get it again. */
export const isValidAnswer = (params: AskParams, answer: AskResult): boolean =>
  answer.codeIssue === undefined && jsonFaultOf(params, answer) === undefined;

function callCorrection(
  { tools }: AskParams,
  { toolCalls = [], text }: AskResult,
): AnswerCorrection | undefined {
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

function jsonCorrection(params: AskParams, answer: AskResult): AnswerCorrection | undefined {
  const fault = jsonFaultOf(params, answer);
  if (fault === undefined) return undefined;
  return {
    reason: `Its answer is not the JSON that was requested: ${fault}.`,
    messages: [
      { role: 'assistant', content: answer.text },
      {
        role: 'user',
        content: `This is not the JSON that was requested: ${fault}. Answer again with the whole, valid JSON only.`,
      },
    ],
  };
}

function jsonFaultOf(
  { responseFormat }: AskParams,
  { text, toolCalls = [], refusal }: AskResult,
): string | undefined {
  if (responseFormat?.type !== 'json' || toolCalls.length > 0 || refusal !== undefined || text.trim() === '')
    return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  return responseFormat.schema ? schemaFault(value, responseFormat.schema) : undefined;
}

function codeCorrection(params: AskParams, { text, codeIssue }: AskResult): AnswerCorrection | undefined {
  if (!codeIssue) return undefined;
  const reading = codeReadingOf(params, text);
  if (!reading || 'code' in reading || reading.request === undefined) return undefined;
  return {
    reason: codeIssue.message,
    messages: [
      { role: 'assistant', content: text },
      { role: 'user', content: reading.request },
    ],
  };
}
