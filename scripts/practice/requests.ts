/** Request bodies of the practice engine, and its errors in llama-server's shape. */

import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { ChatMessage } from './prompt.ts';

export class HttpFailure extends Error {
  readonly status: number;
  readonly type: string;
  readonly fields: object;
  constructor(status: number, type: string, message: string, more: object = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.fields = more;
  }
}

export function toErrorResponse(error: unknown): { status: number; body: object } {
  const { status, type, message, fields } =
    error instanceof HttpFailure ? error : new HttpFailure(500, 'server_error', String(error));
  return { status, body: { error: { code: status, message, type, ...fields } } };
}

/** llama-server takes a negative or absent limit as "until it ends". */
const Limit = z.number().nullish();

const Body = z.object({
  model: z.string().optional(),
  messages: z.unknown().optional(),
  prompt: z.unknown().optional(),
  input_prefix: z.string().optional(),
  input_suffix: z.string().optional(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  max_completion_tokens: Limit,
  max_tokens: Limit,
  n_predict: Limit,
  ignore_eos: z.boolean().optional(),
});
export type RequestBody = z.infer<typeof Body> & { maxTokens?: number };

export async function parseBody(request: IncomingMessage): Promise<RequestBody> {
  let raw: unknown;
  try {
    raw = JSON.parse(await text(request));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HttpFailure(500, 'server_error', `[json.exception.parse_error.101] parse error: ${why}`);
  }
  const { data: body, error } = Body.safeParse(raw);
  if (!body) throw new HttpFailure(400, 'invalid_request_error', z.prettifyError(error));
  const limit = body.max_completion_tokens ?? body.max_tokens ?? body.n_predict ?? -1;
  return limit < 0 ? body : { ...body, maxTokens: limit };
}

const Text = z.union([
  z.string(),
  z.null().transform(() => ''),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
]);
const Messages = z.array(z.object({ role: z.string(), content: Text.optional() }));

export function parseMessages({ messages }: RequestBody): ChatMessage[] {
  if (!Array.isArray(messages)) throw new HttpFailure(400, 'invalid_request_error', "'messages' is required");
  const { data } = Messages.safeParse(messages);
  if (!data)
    throw new HttpFailure(
      500,
      'server_error',
      'image input is not supported - hint: practice models read text only',
    );
  return data.map(({ role, content = '' }) => ({ role, content }));
}

export function parsePrompt({ prompt }: RequestBody): string {
  if (typeof prompt !== 'string') throw new HttpFailure(400, 'invalid_request_error', "'prompt' is required");
  return prompt;
}
