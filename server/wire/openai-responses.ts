/** OpenAI's Responses API, for models that Chat Completions does not serve. https://platform.openai.com/docs/api-reference/responses */

import * as z from 'zod';
import type {
  CompletionRequest,
  CustomTool,
  EnginePart,
  FinishReason,
  FunctionTool,
  Message,
} from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import { imagesOf, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { deliveredText } from './delivered-text.ts';
import { errorFromEvent } from './error-response.ts';
import { finishState } from './finish-state.ts';
import { finishReasonIn } from './finish-words.ts';
import { toolFields } from './openai-chat-tools.ts';
import { openaiMetadata } from './openai-metadata.ts';
import { openaiResponsesFeatures } from './wire-features.ts';
import type { StreamDecoder, StreamFormat, WireSupport } from './wire-format.ts';

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

export const responsesSupport: WireSupport = { name: 'openai-responses', features: openaiResponsesFeatures };

/** A call and its result are items of their own, beside the messages. */
function itemsOf(message: Message): readonly object[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: textOf(message) }];
    case 'user':
      return [{ role: 'user', content: userContent(message) }];
    case 'assistant':
      return [
        ...(textOf(message) ? [{ role: 'assistant', content: textOf(message) }] : []),
        ...toolCallsOf(message).flatMap(({ id, name, input, signature }) => [
          ...unsealReasoningItem(signature),
          { type: 'function_call', call_id: id, name, arguments: input },
        ]),
      ];
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.toolCallId, output: textOf(message) }];
  }
}

function userContent(message: Extract<Message, { role: 'user' }>): string | readonly object[] {
  if (typeof message.content === 'string' || imagesOf(message).length === 0) return textOf(message);
  return message.content.map((part) =>
    part.type === 'image' && 'data' in part
      ? { type: 'input_image', image_url: `data:${part.mediaType};base64,${part.data}` }
      : { type: 'input_text', text: textOf({ content: [part] }) },
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

const flatChoice = (name: string, isCustom: boolean): object => ({
  type: isCustom ? 'custom' : 'function',
  name,
});

function flatTool(tool: FunctionTool | CustomTool): object {
  const { name, description } = tool;
  const described = { name, ...(description === undefined ? {} : { description }) };
  if (tool.type === 'custom')
    return {
      type: 'custom',
      ...described,
      ...(tool.grammar
        ? { format: { type: 'grammar', syntax: tool.grammar.syntax, definition: tool.grammar.text } }
        : {}),
    };
  return {
    type: 'function',
    ...described,
    parameters: tool.inputSchema,
    // A strict schema must require each property and allow no other; the tools of other programs need not.
    strict: tool.isStrict === true,
  };
}

/** One event, or the whole response; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly type: unknown;
  readonly object: unknown;
  readonly delta: unknown;
  readonly text: unknown;
  readonly refusal: unknown;
  readonly part: { readonly text?: unknown; readonly refusal?: unknown } | null;
  readonly arguments: unknown;
  readonly name: unknown;
  readonly item_id: unknown;
  readonly output_index: unknown;
  readonly content_index: unknown;
  readonly summary_index: unknown;
  readonly item: Item | null;
  readonly response: WholeResponse | null;
};

type WholeResponse = {
  readonly status?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly incomplete_details?: { readonly reason?: unknown } | null;
  readonly service_tier?: unknown;
};

type Item = {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly call_id?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly phase?: unknown;
  readonly content?: unknown;
  readonly summary?: unknown;
  readonly encrypted_content?: unknown;
} | null;

function eventDecoder(request?: CompletionRequest): StreamDecoder {
  const end = finishState({ toolNames: request?.tools?.map(({ name }) => name) });
  /** The calls' ids by those of their items. */
  const callIds = new Map<unknown, unknown>();
  const signedCalls = new Set<unknown>();
  /** Messages in which the model comments on its work; they are no part of the answer. */
  const commentary = new Set<unknown>();
  /** The text so far; the ids of its events are not those of the whole response in every copy of the API. */
  const delivered = deliveredText();
  let hasReasoning = false;
  /** Texts of whole messages, and of whole parts of messages, in their order. */
  const messages = new Map<unknown, string>();
  const contentParts = new Map<string, string>();
  /** Reasoning that no call has followed yet. */
  let reasoning: Item = null;

  const read = (event: Partial<Event>, name: string | undefined): readonly EnginePart[] => {
    const type = event.type ?? (event.object === 'response' ? 'whole' : name);
    if (typeof type === 'string' && (type.startsWith('response.') || type === 'whole')) end.seen = true;
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        if (commentary.has(event.item_id)) return textPart('reasoning-delta', event.delta);
        if (typeof event.delta === 'string') delivered.add(event.delta);
        return textPart('text-delta', event.delta);
      case 'response.output_text.done':
      case 'response.refusal.done':
      case 'response.content_part.done':
        keepContentPart(event);
        return [];
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
        hasReasoning = true;
        return textPart('reasoning-delta', event.delta);
      case 'response.reasoning_summary_part.added':
        return event.summary_index ? textPart('reasoning-delta', '\n\n') : [];
      case 'response.function_call_arguments.delta':
        addArguments(event, event.delta, false);
        return [];
      case 'response.function_call_arguments.done':
        addArguments(event, event.arguments, true);
        return [];
      case 'response.output_item.added':
        if (event.item?.phase === 'commentary') commentary.add(event.item.id);
        if (event.item?.type === 'function_call') addCall(event.item, event.output_index);
        return [];
      case 'response.output_item.done':
        readItem(event.item, event.output_index);
        return [];
      case 'response.completed':
      case 'response.incomplete':
      case 'response.done':
        if (event.response?.status === 'failed') throw failedError(event.response);
        return last(event.response, String(type));
      case 'whole':
        return wholeResponse(event as WholeResponse);
      case 'response.failed':
      case 'response.cancelled':
        throw failedError(event.response);
      default:
        return [];
    }
  };

  const wholeResponse = (response: WholeResponse): readonly EnginePart[] => {
    if (response.status === 'failed' || response.status === 'cancelled') throw failedError(response);
    return last(response, `response.${String(response.status)}`);
  };
  const last = (response: WholeResponse | null | undefined, type: string): readonly EnginePart[] => {
    const items = Array.isArray(response?.output) ? (response.output as readonly Item[]) : [];
    if (items.some((item) => item?.type === 'message')) messages.clear();
    const thoughts = hasReasoning ? '' : items.map(summaryText).filter(Boolean).join('\n\n');
    items.forEach(readItem);
    const texts = messages.size > 0 ? messages : contentParts;
    const text = delivered.missingEnd([...texts.values()].join(''));
    const parts = [...textPart('reasoning-delta', thoughts), ...textPart('text-delta', text)];
    const isIncomplete = type === 'response.incomplete' || response?.status === 'incomplete';
    end.setReason(isIncomplete ? finishReasonIn(reasons, response?.incomplete_details?.reason) : 'stop');
    end.usage.readTier(response?.service_tier);
    return [...parts, ...end.close()];
  };

  /** It comes as an item of its own, and again in the whole response. */
  const readItem = (item: Item | undefined, index: unknown): void => {
    if (!item) return;
    if (item.type === 'reasoning') reasoning = item;
    if (item.type === 'function_call') addCall(item, index);
    if (item.type === 'message' && item.phase !== 'commentary')
      messages.set(index ?? item.id, contentText(item.content));
  };
  const keepContentPart = ({
    item_id,
    output_index,
    content_index,
    text,
    refusal,
    part,
  }: Partial<Event>): void => {
    if (commentary.has(item_id)) return;
    const whole = text ?? refusal ?? part?.text ?? part?.refusal;
    if (typeof whole === 'string') contentParts.set(`${output_index ?? item_id} ${content_index}`, whole);
  };

  /** A call arrives when it begins, when it is whole, and again in the whole response. */
  const addCall = (item: NonNullable<Item>, index: unknown): void => {
    const { id, call_id, name, arguments: input } = item;
    if (id !== undefined) callIds.set(id, call_id);
    const isNew = !signedCalls.has(call_id ?? index);
    signedCalls.add(call_id ?? index);
    const signature = isNew && reasoning?.encrypted_content ? JSON.stringify(reasoning) : undefined;
    if (isNew) reasoning = null;
    end.addCalls([{ id: call_id, index, name, input, isWhole: !!input, signature }]);
  };
  const addArguments = (
    { item_id, output_index: index, name }: Partial<Event>,
    input: unknown,
    isWhole: boolean,
  ): void => end.addCalls([{ id: callIds.get(item_id), index, name, input, isWhole: isWhole && !!input }]);

  return {
    mayEnd: () => end.mayEnd(),
    reportedUsage: () => end.usage.partial(),
    read({ event: name, data }) {
      if (end.isFinished()) return [];
      if (isEndMarker(data)) return end.mark();
      const event = end.read<Event>(data, name);
      return event ? read(event, name) : [];
    },
    end: () => end.end(),
  };
}

const failedError = (response: WholeResponse | null | undefined): RumboError =>
  errorFromEvent({ error: response?.error ?? 'The service cancelled its answer.' });

/** The text of a whole message. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content as readonly ({ readonly text?: unknown; readonly refusal?: unknown } | null)[];
  return parts
    .map((part) => part?.text ?? part?.refusal)
    .filter((text) => typeof text === 'string')
    .join('');
}

/** The summary of the model's reasoning; empty for any other item. */
const summaryText = (item: Item): string =>
  item?.type === 'reasoning' ? contentText(item.summary) || contentText(item.content) : '';

const textPart = (type: 'text-delta' | 'reasoning-delta', text: unknown): readonly EnginePart[] =>
  typeof text === 'string' && text ? [{ type, text }] : [];

const reasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  content_filter: 'content-filter',
};
