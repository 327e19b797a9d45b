/** Recognizes an error inside a stream, in any vendor's or gateway's shape. */

type Fields = Readonly<Record<string, unknown>>;

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
 * (`{}`, `{code: 0, message: ""}`) beside an answer is none.
 * @param name the event's name in server-sent events
 */
export function errorInEvent(event: object, name?: string): unknown {
  const fields = event as Fields;
  if (name === 'error') return event;
  if (isFilled(fields['error'])) return event;
  if (fields['object'] === 'error' || fields['type'] === 'error') return event;
  const groq = fields['x_groq'] as Fields | null | undefined;
  if (isFilled(groq?.['error'])) return { error: groq?.['error'] };
  // MiniMax and its copies answer 200 with a status of their own.
  const own = fields['base_resp'] as Fields | null | undefined;
  const ownStatus = own?.['status_code'];
  if (typeof ownStatus === 'number' && ownStatus !== 0)
    return { message: own?.['status_msg'], code: ownStatus };
  if (answerFields.some((field) => fields[field] !== undefined && fields[field] !== null)) return;
  return bareError(fields);
}

/** An event that holds no answer and describes an error at its top. */
function bareError(fields: Fields): unknown {
  const { errors, detail, message, code, status } = fields;
  if (Array.isArray(errors) && errors.length > 0) return { error: errors[0] };
  if (isFilled(detail)) return Array.isArray(detail) ? { error: detail[0] } : { detail };
  if (
    typeof message === 'string' &&
    message !== '' &&
    [code, status, fields['statusCode']].some(isErrorStatus)
  )
    return fields;
  return fields['success'] === false ? fields : undefined;
}

const isErrorStatus = (value: unknown): boolean => Number(value) >= 400 && Number(value) < 600;

/** Whether anything in it says something. */
function isFilled(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return Object.values(value).some(isFilled);
}
