/** The first step of a request: its params are checked against their schema, or rejected with one sentence. */
import * as z from 'zod';
import { AskParams } from '../../shared/ask.ts';
import type { Message } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { contentParts, type MessagePart, textOf } from '../../shared/message-parts.ts';
import type { CorrectTaskParams } from '../../shared/protocol.ts';
import { partsSizeFault, requestSizeFault } from '../../shared/request-size.ts';
import { roleIds, roleOf } from '../../shared/roles.ts';
import { taskTypes } from '../../shared/tasks.ts';
import { validateConversation } from './validate-conversation.ts';

/**
 * Any JSON-RPC client may send a request, so nothing in it is trusted.
 * @throws `invalid-request`
 */
export function validateRequest(sent: unknown): AskParams {
  const partsFault = isPlainObject(sent) ? partsSizeFault(sent['messages']) : undefined;
  if (partsFault) throw invalidRequest(partsFault.message, partsFault.action);
  const params = readParams(sent);
  const { prompt, messages, role } = params;
  if (messages !== undefined && prompt !== undefined)
    throw invalidRequest('The request has a prompt and messages; one would be lost.', 'Send one of the two.');
  if (messages === undefined && (prompt === undefined || prompt.trim() === ''))
    throw invalidRequest('The prompt is empty.', 'Type what you want and ask again.');
  if (messages !== undefined && !messages.some((message) => message.role === 'user' && !isBlank(message)))
    throw invalidRequest('The conversation has no user message.', 'Type what you want and ask again.');
  const sizeFault = requestSizeFault(params);
  if (sizeFault) throw invalidRequest(sizeFault.message, sizeFault.action);
  if (role !== undefined && !roleOf(role))
    throw invalidRequest(`There is no role ${JSON.stringify(role)}.`, `Use one of ${roleIds.join(', ')}.`);
  checkToolChoice(params);
  validateConversation(params);
  return params;
}

/** Checks only the present fields first: most requests have three of two dozen. */
function readParams(sent: unknown): AskParams {
  if (isPlainObject(sent) && Object.keys(sent).every((name) => isValidField(name, sent[name])))
    return sent as AskParams;
  const parsed = AskParams.safeParse(sent);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidParams(issue && closestIssue(issue), sent);
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isValidField = (name: string, value: unknown): boolean =>
  Object.hasOwn(AskParams.shape, name) &&
  AskParams.shape[name as keyof typeof AskParams.shape].safeParse(value).success;

/** @throws if the request chooses a tool that it does not offer: it could only fail at the service */
function checkToolChoice({ tools = [], toolChoice }: AskParams): void {
  if (toolChoice === undefined || toolChoice === 'auto' || toolChoice === 'none') return;
  if (toolChoice === 'required') {
    if (tools.length === 0)
      throw invalidRequest('The request requires a tool and has none.', 'Send tools with it.');
    return;
  }
  const { toolName } = toolChoice;
  if (!tools.some(({ name }) => name === toolName))
    throw invalidRequest(
      `toolChoice names ${JSON.stringify(toolName)}, and no tool of the request has that name.`,
      'Choose one of its tools.',
    );
}

const isBlank = (message: Message): boolean =>
  textOf(message).trim() === '' &&
  contentParts<MessagePart>(message.content as string | readonly MessagePart[]).every(
    ({ type }) => type === 'text',
  );

const isModelField = (path: string): boolean => path === 'model' || path === 'strongerThan';

/** What is wrong in the branch of a union that the value comes closest to: the union itself reports only that none fits. */
function closestIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const ofType = issue.errors.filter((issues) => !issues.some(isOtherType));
  const fewest = ofType.toSorted((one, other) => one.length - other.length)[0]?.[0];
  const branches = issue.errors.flatMap(([first]) => (first ? [first] : []));
  const closest =
    fewest ??
    branches.find(({ path }) => path.length > 0) ??
    branches.find(({ code }) => code !== 'invalid_type') ??
    branches[0];
  return closest ? closestIssue({ ...closest, path: [...issue.path, ...closest.path] }) : issue;
}

/** The value names another branch by its `type`, or is no object. */
const isOtherType = ({ path, code }: z.core.$ZodIssue): boolean =>
  path.length === 0
    ? code === 'invalid_type' || code === 'invalid_value'
    : path.length === 1 && path[0] === 'type' && code !== 'custom';

/** What is wrong with the params, with the path of the field. */
function invalidParams(issue: z.core.$ZodIssue | undefined, sent: unknown): RumboError {
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'invalid_format' && isModelField(path) && isPlainObject(sent))
    return invalidRequest(`${JSON.stringify(sent[path])} is not a model id.`, 'Write it as provider/model.');
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => JSON.stringify(path === '' ? key : `${path}.${key}`));
    return invalidRequest(
      `The request has ${names.length > 1 ? 'fields' : 'a field'} that Rumbo does not know: ${names.join(', ')}.`,
      'Leave it out, or correct its name.',
    );
  }
  return invalidRequest(
    `The request cannot be read: ${path || 'params'}: ${issue?.message}.`,
    'Correct it and ask again.',
  );
}

const invalidRequest = (message: string, action: string) =>
  new RumboError(message, { kind: 'invalid-request', action });

const Correction = z.object({ prompt: z.string(), task: z.enum(taskTypes) });

/** @throws `invalid-request` */
export function validateCorrection(sent: unknown): CorrectTaskParams {
  const parsed = Correction.safeParse(sent);
  if (!parsed.success)
    throw invalidRequest(
      'The correction cannot be read.',
      `Send a prompt and one of ${taskTypes.join(', ')}.`,
    );
  if (parsed.data.prompt.trim() === '')
    throw invalidRequest(
      'The prompt of the correction is empty.',
      'Send the prompt that was classified wrongly.',
    );
  return parsed.data;
}
