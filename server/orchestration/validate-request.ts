/** The first step of a request: what a client sent is read, or refused in one sentence. */
import * as z from 'zod';
import { imagesOf, type Message, textOf, urgencies } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { AskParams, CorrectTaskParams } from '../../shared/protocol.ts';
import { roleIds, roleOf } from '../../shared/roles.ts';
import { taskTypes } from '../../shared/tasks.ts';

const Position = z.object({ line: z.int().min(0), character: z.int().min(0) });

const ContentPart = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('image'),
    mediaType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif']),
    data: z.base64(),
  }),
]);
const ToolCall = z.object({
  id: z.string(),
  name: z.string(),
  input: z.string(),
  signature: z.string().optional(),
});
const Tool = z.object({
  name: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, dashes and underscores'),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
});

/** Any JSON-RPC client may send this, so nothing is taken on trust. */
const Params = z.object({
  prompt: z.string().optional(),
  messages: z
    .array(
      z.union([
        z.object({ role: z.literal('system'), content: z.string() }),
        z.object({ role: z.literal('user'), content: z.union([z.string(), z.array(ContentPart)]) }),
        z.object({
          role: z.literal('assistant'),
          content: z.string(),
          toolCalls: z.array(ToolCall).optional(),
        }),
        z.object({
          role: z.literal('tool'),
          toolCallId: z.string(),
          toolName: z.string(),
          content: z.string(),
        }),
      ]),
    )
    .optional(),
  role: z.string().optional(),
  task: z.enum(taskTypes).optional(),
  model: z.string().optional(),
  strongerThan: z.string().optional(),
  file: z
    .object({
      uri: z.string(),
      languageId: z.string(),
      text: z.string(),
      selection: z.object({ start: Position, end: Position }).optional(),
    })
    .optional(),
  tools: z.array(Tool).optional(),
  toolChoice: z.enum(['auto', 'none', 'required']).optional(),
  useCache: z.boolean().optional(),
  whenPinnedUnavailable: z.enum(['next', 'fail']).optional(),
  onInterruption: z.enum(['continue', 'restart', 'fail']).optional(),
  urgency: z.enum(urgencies).optional(),
  partialResultToken: z.union([z.string(), z.int()]).optional(),
});

const isBlank = (message: Message) => textOf(message).trim() === '' && imagesOf(message).length === 0;

const refuse = (message: string, action: string) =>
  new RumboError(message, { kind: 'invalid-request', action });

/** @throws `invalid-request` */
export function validateRequest(sent: unknown): AskParams {
  const read = Params.safeParse(sent);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw refuse(
      `The request cannot be read: ${issue?.path.join('.') || 'params'}: ${issue?.message}.`,
      'Correct it and ask again.',
    );
  }
  // Absent and undefined are the same to zod and not to the compiler; JSON has only absent.
  const params = read.data as AskParams;
  const { prompt, messages, role, model, strongerThan } = params;
  if (messages !== undefined && prompt !== undefined) {
    throw refuse('The request has a prompt and messages; one would be lost.', 'Send one of the two.');
  }
  if (messages === undefined && (prompt === undefined || prompt.trim() === '')) {
    throw refuse('The prompt is empty.', 'Type what you want and ask again.');
  }
  if (messages !== undefined && !messages.some((message) => message.role === 'user' && !isBlank(message))) {
    throw refuse('The conversation has no user message.', 'Type what you want and ask again.');
  }
  if (role !== undefined && !roleOf(role)) {
    throw refuse(`There is no role ${JSON.stringify(role)}.`, `Use one of ${roleIds.join(', ')}.`);
  }
  for (const id of [model, strongerThan]) {
    if (id !== undefined && !/^[^/\s]+\/\S+$/.test(id))
      throw refuse(`${JSON.stringify(id)} is not a model id.`, 'Write it as provider/model.');
  }
  return params;
}

const Correction = z.object({ prompt: z.string(), task: z.enum(taskTypes) });

/** @throws `invalid-request` */
export function validateCorrection(sent: unknown): CorrectTaskParams {
  const read = Correction.safeParse(sent);
  if (!read.success)
    throw refuse('The correction cannot be read.', `Send a prompt and one of ${taskTypes.join(', ')}.`);
  if (read.data.prompt.trim() === '')
    throw refuse('An empty prompt teaches nothing.', 'Correct one that says something.');
  return read.data;
}
