/** Requests as a model has to be asked, by the rules that its refusals stated. Pure. */

import { type EngineRequest, isFill, isText, type Message } from '../../shared/chat.ts';
import type { TextPart } from '../../shared/content.ts';
import { contentParts, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import type { Fields } from './json-fields.ts';
import type { WireRequest } from './wire-format.ts';

/**
 * The request within these rules; the request itself where none applies.
 * @param promptTokens of this request, as the service counted them. Absent: it did not
 */
export function applyRequestRules<Request extends EngineRequest>(
  request: Request,
  rules: RequestRules,
  promptTokens?: number,
): Request {
  const maxOutputTokens = outputLimit(request.maxOutputTokens, rules, promptTokens);
  const limited =
    maxOutputTokens === request.maxOutputTokens ? request : { ...request, maxOutputTokens: maxOutputTokens };
  if (isFill(request) || isText(request) || !(rules.systemRole || rules.alternatingRoles))
    return limited as Request;
  const messages = messagesWithin(request.messages, rules);
  return messages === request.messages ? (limited as Request) : ({ ...limited, messages } as Request);
}

function outputLimit(
  limit: number | undefined,
  { maxOutputTokens, minOutputTokens, contextTokens }: RequestRules,
  promptTokens: number | undefined,
): number | undefined {
  const upper = [limit, maxOutputTokens];
  if (contextTokens !== undefined && promptTokens !== undefined) upper.push(contextTokens - promptTokens);
  const limits = upper.filter((each) => each !== undefined);
  const maximum = limits.length === 0 ? undefined : Math.min(...limits);
  // 0 is a request that reads the prompt and writes nothing.
  return maximum === undefined || maximum === 0 || minOutputTokens === undefined
    ? maximum
    : Math.max(maximum, minOutputTokens);
}

function messagesWithin(
  messages: readonly Message[],
  { systemRole, alternatingRoles }: RequestRules,
): readonly Message[] {
  const placed = systemRole ? placeInstructions(messages, systemRole) : messages;
  return alternatingRoles ? alternate(placed) : placed;
}

/** The instructions as one message at the start, or at the start of the user's first message. */
function placeInstructions(messages: readonly Message[], systemRole: 'none' | 'first'): readonly Message[] {
  const instructions = messages
    .flatMap((message) => (message.role === 'system' ? [textOf(message)] : []))
    .join('\n\n');
  if (instructions === '') return messages;
  const others = messages.filter(({ role }) => role !== 'system');
  if (systemRole === 'first')
    return others.length === messages.length - 1 && messages[0]?.role === 'system'
      ? messages
      : [{ role: 'system', content: instructions }, ...others];
  const index = others.findIndex(({ role }) => role === 'user');
  const user: Message = { role: 'user', content: instructions };
  const first = others[index];
  return first === undefined ? [user, ...others] : others.with(index, joined(user, first));
}

/**
 * Messages of one role in a row become one; a conversation that the assistant begins gets a message before it, and a
 * user's message after the result of a tool the assistant's answer to that.
 */
function alternate(messages: readonly Message[]): readonly Message[] {
  const result: Message[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (last && last.role === message.role && mayJoin(last) && mayJoin(message)) {
      result[result.length - 1] = joined(last, message);
      continue;
    }
    if (message.role === 'assistant' && (last === undefined || last.role === 'system'))
      result.push({ role: 'user', content: opening });
    if (message.role === 'user' && last?.role === 'tool')
      result.push({ role: 'assistant', content: resultRead });
    result.push(message);
  }
  return result.length === messages.length ? messages : result;
}

const opening = 'Begin.';
const resultRead = 'I have read the result.';

/** Calls and their results have places of their own. */
const mayJoin = (message: Message): boolean =>
  message.role === 'user' ||
  message.role === 'system' ||
  (message.role === 'assistant' && toolCallsOf(message).length === 0);

function joined(one: Message, other: Message): Message {
  if (typeof one.content === 'string' && typeof other.content === 'string')
    return { ...other, content: `${one.content}\n\n${other.content}` } as Message;
  if (other.role !== 'user') return { ...other, content: `${textOf(one)}\n\n${textOf(other)}` } as Message;
  const before = one.role === 'user' ? contentParts(one.content) : contentParts<TextPart>(textOf(one));
  return { role: 'user', content: [...before, ...contentParts(other.content)] };
}

/**
 * The body without a field, which may be inside an object: `stream_options.include_obfuscation`. The request itself
 * where the body does not have it.
 * @param alternateName the name under which the value is sent instead; `null`: it is not sent
 */
export function withoutBodyField(
  { path, body }: WireRequest,
  field: string,
  alternateName: string | null,
): WireRequest | undefined {
  const changed = without(body as Fields, field.split('.'), alternateName);
  return changed && { path, body: changed };
}

function without(
  fields: Fields,
  [name = '', ...inner]: readonly string[],
  alternateName: string | null,
): Fields | undefined {
  if (!Object.hasOwn(fields, name)) return undefined;
  const { [name]: value, ...rest } = fields;
  if (inner.length > 0) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const changed = without(value as Fields, inner, alternateName);
    return changed && (Object.keys(changed).length > 0 ? { ...fields, [name]: changed } : rest);
  }
  return alternateName === null || Object.hasOwn(fields, alternateName)
    ? rest
    : { ...rest, [alternateName]: value };
}
