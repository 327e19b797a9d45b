/** Gateways between Rumbo and the services that run models: how one is recognized, and what only it understands. Pure. */
import * as z from 'zod';
import type { EnginePart } from '../../shared/chat.ts';
import { redactKeys } from '../platform/redact-keys.ts';

type Headers = Readonly<Record<string, string | undefined>>;

export type Gateway = {
  readonly label: string;
  /** Sent with each request, once the gateway is recognized: other services never get them. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Whether these headers of a response are the gateway's. Names in lower case. */
  sends(headers: Headers): boolean;
  /** Whether this list of models is the gateway's. */
  lists(body: unknown): boolean;
  /**
   * The model that answered instead of the requested one, by the gateway's own fallback. `undefined`: the requested one
   * did, or the gateway does not tell.
   */
  substitute(headers: Headers, model: string): string | undefined;
};

/** The time that LiteLLM gives to each model, in seconds since 1970; OpenAI has one model of that time. */
const litellmCreated = 1_677_610_602;
const LitellmList = z.object({
  data: z
    .array(z.object({ created: z.literal(litellmCreated), owned_by: z.literal('openai'), id: z.string() }))
    .min(1)
    .refine((models) => models.some(({ id }) => id !== 'gpt-3.5-turbo')),
});

/** https://docs.litellm.ai/docs/proxy/response_headers and https://docs.litellm.ai/docs/proxy/request_headers */
const litellm: Gateway = {
  label: 'LiteLLM',
  // It would wait out limits in silence for minutes; Rumbo tries again itself, or asks another model meanwhile.
  requestHeaders: { 'x-litellm-num-retries': '0' },
  sends: (headers) =>
    headers['x-litellm-call-id'] !== undefined || headers['x-litellm-version'] !== undefined,
  lists: (body) => LitellmList.safeParse(body).success,
  substitute(headers, model) {
    const group = headers['x-litellm-model-group'];
    return Number(headers['x-litellm-attempted-fallbacks']) > 0 && group !== model ? group : undefined;
  },
};

const gateways: readonly Gateway[] = [litellm];

/** The parts of an answer, with the model in its `finish` that a gateway has answered with instead of this one. */
export function withServingModel(
  parts: AsyncIterable<EnginePart>,
  headers: Headers,
  model: string,
): AsyncIterable<EnginePart> {
  const servedBy = gatewayOf(headers)?.substitute(headers, model);
  return servedBy === undefined ? parts : nameServingModel(parts, redactKeys(servedBy));
}

async function* nameServingModel(
  parts: AsyncIterable<EnginePart>,
  servedBy: string,
): AsyncGenerator<EnginePart> {
  for await (const part of parts) yield part.type === 'finish' ? { ...part, servedBy } : part;
}

/** The gateway that sent these headers. `undefined`: none that is known. */
export const gatewayOf = (headers: Headers): Gateway | undefined =>
  gateways.find((gateway) => gateway.sends(headers));

/** The gateway that sent this list of models. `undefined`: none that is known. */
export const gatewayOfList = (body: unknown): Gateway | undefined =>
  gateways.find((gateway) => gateway.lists(body));
