/** OpenAI's Responses API, for models that Chat Completions does not serve. https://platform.openai.com/docs/api-reference/responses */
import * as z from 'zod';
import {
  type CompletionRequest,
  type EnginePart,
  type FinishReason,
  imagesOf,
  type Message,
  type OptionalRequestField,
  type Tool,
  textOf,
  type Usage,
} from '../../shared/chat.ts';
import { errorFromEvent } from './error-response.ts';
import { finishReasonIn, finishState, toTokenCount } from './finish-state.ts';
import { toolFields } from './openai-messages.ts';
import { openaiMetadata } from './openai-metadata.ts';
import { serviceTierField } from './service-tier.ts';
import type { StreamDecoder, StreamFormat } from './wire-format.ts';

export const openaiResponses: StreamFormat<CompletionRequest> = {
  framing: 'sse',
  encode: (model, request) => ({
    path: '/responses',
    body: {
      model,
      input: request.messages.flatMap(itemsOf),
      stream: true,
      stream_options: { include_obfuscation: false },
      // By default OpenAI stores the conversation for thirty days; Rumbo never reads it again.
      store: false,
      // The reasoning before a call, to be sent back with it.
      include: ['reasoning.encrypted_content'],
      ...toolFields(request, { formatTool: flatTool, formatChoice: flatChoice }),
      ...(request.maxOutputTokens === undefined ? {} : { max_output_tokens: request.maxOutputTokens }),
      ...(request.metadata ? openaiMetadata(request.metadata) : {}),
    },
  }),
  decoder: eventDecoder,
};

/** The API has no field for the last two, and the models served here reject any sampling but the default. */
export const openaiResponsesUnsupported: readonly OptionalRequestField[] = [
  'temperature',
  'topP',
  'stop',
  'seed',
];

/** A call and its result are items of their own, beside the messages. */
function itemsOf(message: Message): readonly object[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: userContent(message) }];
    case 'assistant':
      return [
        ...(message.content ? [{ role: 'assistant', content: message.content }] : []),
        ...(message.toolCalls ?? []).flatMap(({ id, name, input, signature }) => [
          ...unsealReasoningItem(signature),
          { type: 'function_call', call_id: id, name, arguments: input },
        ]),
      ];
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.content }];
  }
}

function userContent(message: Extract<Message, { role: 'user' }>): string | readonly object[] {
  if (typeof message.content === 'string' || imagesOf(message).length === 0) return textOf(message);
  return message.content.map((part) =>
    part.type === 'text'
      ? { type: 'input_text', text: part.text }
      : { type: 'input_image', image_url: `data:${part.mediaType};base64,${part.data}` },
  );
}

/** Encrypted reasoning, unchanged except for its `status`, which the service does not accept back. */
const Reasoning = z.object({
  type: z.literal('reasoning'),
  id: z.string(),
  summary: z.array(z.unknown()),
  encrypted_content: z.string(),
});

/** The reasoning item before a call; empty where another service made the call. */
function unsealReasoningItem(signature: string | undefined): readonly object[] {
  if (!signature?.startsWith('{')) return [];
  try {
    const { data } = Reasoning.safeParse(JSON.parse(signature));
    return data ? [data] : [];
  } catch {
    return [];
  }
}

const flatChoice = (name: string): object => ({ type: 'function', name });

const flatTool = ({ name, description, inputSchema }: Tool): object => ({
  type: 'function',
  name,
  ...(description === undefined ? {} : { description }),
  parameters: inputSchema,
  // A strict schema must require each property and allow no other; the tools of other programs need not.
  strict: false,
});

/** One event; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly type: unknown;
  readonly delta: unknown;
  readonly item_id: unknown;
  readonly summary_index: unknown;
  readonly item: Item | null;
  readonly response: {
    readonly output?: unknown;
    readonly error?: unknown;
    readonly incomplete_details?: { readonly reason?: unknown } | null;
    readonly usage?: ResponseUsage | null;
    readonly service_tier?: unknown;
  } | null;
};

type Item = {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly call_id?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly phase?: unknown;
  readonly encrypted_content?: unknown;
} | null;

type ResponseUsage = {
  readonly input_tokens?: unknown;
  readonly input_tokens_details?: {
    readonly cached_tokens?: unknown;
    readonly cache_write_tokens?: unknown;
  } | null;
  readonly output_tokens?: unknown;
  readonly output_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
};

function eventDecoder(): StreamDecoder {
  const end = finishState();
  const callIds = new Set<string>();
  /** Messages in which the model comments on its work; they are no part of the answer. */
  const commentary = new Set<unknown>();
  /** Reasoning that no call has followed yet. */
  let reasoning: Item = null;

  const read = (event: Partial<Event>): readonly EnginePart[] => {
    if (typeof event.type === 'string' && event.type.startsWith('response.')) end.seen = true;
    switch (event.type) {
      case 'response.output_text.delta':
        return textPart(commentary.has(event.item_id) ? 'reasoning-delta' : 'text-delta', event.delta);
      case 'response.refusal.delta':
        return textPart('text-delta', event.delta);
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
        return textPart('reasoning-delta', event.delta);
      case 'response.reasoning_summary_part.added':
        return event.summary_index ? textPart('reasoning-delta', '\n\n') : [];
      case 'response.output_item.added':
        if (event.item?.phase === 'commentary') commentary.add(event.item.id);
        return [];
      case 'response.output_item.done':
        return callsIn([event.item]);
      case 'response.completed':
      case 'response.incomplete':
        return last(event);
      case 'response.failed':
      case 'response.cancelled':
        throw errorFromEvent({ error: event.response?.error ?? 'The service cancelled its answer.' });
      case 'error':
        throw errorFromEvent(event);
      default:
        return [];
    }
  };

  const last = ({ type, response }: Partial<Event>): readonly EnginePart[] => {
    const calls = Array.isArray(response?.output) ? callsIn(response.output as readonly Item[]) : [];
    const complete: FinishReason = callIds.size > 0 ? 'tool-calls' : 'stop';
    end.reason =
      type === 'response.completed'
        ? complete
        : finishReasonIn(reasons, response?.incomplete_details?.reason);
    end.usage = toUsage(response?.usage, response?.service_tier);
    return [...calls, ...end.close()];
  };

  /** Each call once: it arrives as an item of its own, and again in the whole response. */
  const callsIn = (items: readonly (Item | undefined)[]): readonly EnginePart[] =>
    items.flatMap((item, index) => {
      if (item?.type === 'reasoning') reasoning = item;
      if (item?.type !== 'function_call' || typeof item.name !== 'string') return [];
      const id = typeof item.call_id === 'string' && item.call_id ? item.call_id : `call_${index}`;
      if (callIds.has(id)) return [];
      callIds.add(id);
      const input = typeof item.arguments === 'string' && item.arguments ? item.arguments : '{}';
      const signature = reasoning?.encrypted_content ? { signature: JSON.stringify(reasoning) } : {};
      reasoning = null;
      return [{ type: 'tool-call', id, name: item.name, input, ...signature }];
    });

  return {
    // Reason and usage arrive in one event, and nothing after it.
    hasFinishReason: false,
    read({ event: name, data }) {
      if (end.finished) return [];
      const event = end.read<Event>(data);
      if (event) return read(name && event.type === undefined ? { ...event, type: name } : event);
      if (name === 'error') throw errorFromEvent({ error: data });
      return [];
    },
    end: () => end.end(),
  };
}

const textPart = (type: 'text-delta' | 'reasoning-delta', text: unknown): readonly EnginePart[] =>
  typeof text === 'string' && text ? [{ type, text }] : [];

const reasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  content_filter: 'content-filter',
};

/** The input's tokens include cached ones, the output's include reasoning. */
function toUsage(usage: ResponseUsage | null | undefined, tier: unknown): Usage | undefined {
  if (typeof usage?.input_tokens !== 'number') return undefined;
  return {
    input: toTokenCount(usage.input_tokens),
    cachedRead: toTokenCount(usage.input_tokens_details?.cached_tokens),
    cacheWrite: toTokenCount(usage.input_tokens_details?.cache_write_tokens),
    output: toTokenCount(usage.output_tokens),
    reasoning: toTokenCount(usage.output_tokens_details?.reasoning_tokens),
    ...serviceTierField(tier),
  };
}
