/** Recognizes an error inside a stream, or a document instead of one, in any vendor's or gateway's shape. */
import { reportsError } from './error-body.ts';
import type { Fields } from './json-fields.ts';

/** Fields of which every event of an answer has one; beside them an error is reported by a filled `error` only. */
const answerFields = [
  'choices',
  'candidates',
  'message_start',
  'delta',
  'content_block',
  'response',
  'output',
  'item',
];

/**
 * What an event reports as an error, in a form that `parseErrorValue` reads. `undefined`: it reports none. An empty error
 * (`{}`, `{code: 0, message: ""}`) is none.
 * @param name the event's name in server-sent events
 */
export function errorInEvent(event: object, name?: string): unknown {
  const fields = event as Fields;
  if (name === 'error') return event;
  const { error, object, type, x_groq: groq, base_resp: envelope } = fields;
  if (error && reportsError(error)) return event;
  if (object === 'error' || type === 'error') return event;
  const ofGroq = (groq as Fields | null | undefined)?.['error'];
  if (ofGroq && reportsError(ofGroq)) return { error: ofGroq };
  const { choices } = fields;
  const ofChoice = Array.isArray(choices) && choices.length > 0 ? choiceError(choices[0]) : undefined;
  if (ofChoice !== undefined) return { error: ofChoice };
  // MiniMax and its copies answer 200 with a status of their own.
  if (envelope && reportsError(envelope)) return event;
  // Ollama's lines; elsewhere a message is a sentence.
  if (typeof fields['message'] === 'object' && fields['message']) return;
  for (const field of answerFields) if (hasContent(fields[field])) return;
  return exceptionIn(fields) ?? (isBareError(fields) ? event : undefined);
}

/** Amazon Bedrock's form, whose field is the kind: `{"throttlingException": {"message": …}}`. */
function exceptionIn(fields: Fields): unknown {
  const [entry, ...others] = Object.entries(fields);
  if (!entry || others.length > 0 || !/\w(?:Exception|Error)$/.test(entry[0])) return undefined;
  const [code, value] = entry;
  return { error: typeof value === 'object' ? { ...value, code } : { code, message: value } };
}

/** OpenRouter and its copies report the error of a service within the choice. https://openrouter.ai/docs/api-reference/errors */
function choiceError(choice: unknown): unknown {
  if (typeof choice !== 'object' || choice === null) return undefined;
  const { error, delta, message } = choice as Fields;
  if (error && reportsError(error)) return error;
  const inner = (delta ?? message) as Fields | null | undefined;
  const ofInner = typeof inner === 'object' ? inner?.['error'] : undefined;
  return ofInner && reportsError(ofInner) ? ofInner : undefined;
}

/** An answer that is null or an empty list is none. */
const hasContent = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

/** Names under which an error without a field of its own has its sentence. */
const sentenceNames = [
  'message',
  'msg',
  'detail',
  'error_message',
  'errorMessage',
  'error_msg',
  'errmsg',
  'Message',
];
const codeNames = [
  'code',
  'status',
  'statusCode',
  'status_code',
  'error_code',
  'errorCode',
  'errcode',
  '__type',
];
/** Fields that say nothing about the kind of an event. */
const neutralName =
  /^(?:(?:request|trace|error)?_?id|requestId|traceId|timestamp|time|path|instance|documentation_url)$/;

/** An event that holds no answer and describes an error at its top. */
function isBareError(fields: Fields): boolean {
  if (fields['success'] === false || reportsError(fields['errors'])) return true;
  const named = sentenceNames.filter((name) => isSentence(fields[name]));
  if (named.length === 0) return false;
  if (typeof fields['type'] === 'string') return /error|exception|invalid/i.test(fields['type']);
  if (codeNames.some((name) => isErrorCode(fields[name]))) return true;
  // A sentence alone is all there is instead of an answer.
  return Object.entries(fields).every(
    ([name, value]) => sentenceNames.includes(name) || neutralName.test(name) || !reportsError(value),
  );
}

/** A text, or a list of faults. */
const isSentence = (value: unknown): boolean =>
  typeof value === 'string' ? value !== '' : Array.isArray(value) && value.length > 0;

/** `400`, `"429"`, `1008`, `"InvalidParameter"`; not `0`, `200` or `"processing"`. */
const isErrorCode = (value: unknown): boolean =>
  typeof value === 'number'
    ? value !== 0 && (value < 200 || value >= 400)
    : typeof value === 'string' &&
      /^[45]\d\d$|error|exception|invalid|fail|limit|denied|exhausted/i.test(value);
