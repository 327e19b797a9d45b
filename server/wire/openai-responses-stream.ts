/** The events of a Responses stream. https://platform.openai.com/docs/api-reference/responses-streaming */
import type { CompletionRequest, EnginePart, FinishReason } from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { deliveredText } from './delivered-text.ts';
import { errorFromEvent } from './error-response.ts';
import { finishState } from './finish-state.ts';
import { finishReasonIn } from './finish-words.ts';
import { citationOf, tokenLogprobs } from './openai-annotations.ts';
import { generatedImage, sealReasoningItem } from './openai-items.ts';
import type { StreamDecoder } from './wire-format.ts';

/** One event, or the whole response; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly type: unknown;
  readonly object: unknown;
  readonly delta: unknown;
  readonly text: unknown;
  readonly refusal: unknown;
  readonly part: ContentPart | null;
  readonly arguments: unknown;
  readonly input: unknown;
  readonly name: unknown;
  readonly item_id: unknown;
  readonly output_index: unknown;
  readonly content_index: unknown;
  readonly summary_index: unknown;
  readonly logprobs: unknown;
  readonly annotation: unknown;
  readonly item: Item | null;
  readonly response: WholeResponse | null;
};

type ContentPart = {
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly annotations?: unknown;
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
  readonly namespace?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly phase?: unknown;
  readonly content?: unknown;
  readonly summary?: unknown;
  readonly encrypted_content?: unknown;
} | null;

/** What the model writes to the user: its answer, or why it declines. */
type Writing = 'text' | 'refusal';

const deltaTypes = { text: 'text-delta', refusal: 'refusal-delta' } as const;

export function responsesDecoder(request?: CompletionRequest): StreamDecoder {
  const end = finishState({ toolNames: request?.tools?.map(({ name }) => name) });
  /** The calls' ids by those of their items. */
  const callIds = new Map<unknown, unknown>();
  const signedCalls = new Set<unknown>();
  /** Messages in which the model comments on its work; they are no part of the answer. */
  const commentary = new Set<unknown>();
  const texts = writtenText();
  const refusals = writtenText();
  const items = finishedItems();
  const annotations = annotationReader();
  let hasReasoning = false;
  /** Reasoning that no call has followed yet. */
  let reasoning: Item = null;

  const read = (event: Partial<Event>, name: string | undefined): readonly EnginePart[] => {
    const type = event.type ?? (event.object === 'response' ? 'whole' : name);
    if (typeof type === 'string' && (type.startsWith('response.') || type === 'whole')) end.seen = true;
    switch (type) {
      case 'response.output_text.delta':
        return readText(event);
      case 'response.refusal.delta':
        if (commentary.has(event.item_id)) return textPart('reasoning-delta', event.delta);
        refusals.add(event.delta);
        return textPart('refusal-delta', event.delta);
      case 'response.output_text.annotation.added':
        return annotations.add(event);
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
      case 'response.custom_tool_call_input.delta':
        addArguments(event, event.delta, false);
        return [];
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done':
        addArguments(event, event.arguments ?? event.input, true);
        return [];
      case 'response.output_item.added':
        if (event.item?.phase === 'commentary') commentary.add(event.item.id);
        if (event.item && isCall(event.item)) addCall(event.item, event.output_index);
        return [];
      case 'response.output_item.done':
        return readItem(event.item, event.output_index);
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

  const readText = (event: Partial<Event>): readonly EnginePart[] => {
    if (commentary.has(event.item_id)) return textPart('reasoning-delta', event.delta);
    annotations.beginPart(event, texts.length());
    texts.add(event.delta);
    const parts = textPart('text-delta', event.delta);
    // Most events have an empty list.
    if (!Array.isArray(event.logprobs) || event.logprobs.length === 0) return parts;
    const tokens = tokenLogprobs(event.logprobs);
    return tokens.length > 0 ? [...parts, { type: 'logprobs', tokens }] : parts;
  };

  const wholeResponse = (response: WholeResponse): readonly EnginePart[] => {
    if (response.status === 'failed' || response.status === 'cancelled') throw failedError(response);
    return last(response, `response.${String(response.status)}`);
  };
  const last = (response: WholeResponse | null | undefined, type: string): readonly EnginePart[] => {
    const output = Array.isArray(response?.output) ? (response.output as readonly Item[]) : [];
    if (output.some((item) => item?.type === 'message')) {
      texts.forgetMessages();
      refusals.forgetMessages();
    }
    const thoughts = hasReasoning ? '' : output.map(summaryText).filter(Boolean).join('\n\n');
    const parts = [
      ...textPart('reasoning-delta', thoughts),
      ...output.flatMap((item, index) => readItem(item, index)),
    ];
    const start = texts.length();
    for (const [kind, written] of [['text', texts] as const, ['refusal', refusals] as const])
      parts.push(...textPart(deltaTypes[kind], written.missingEnd()));
    if (start === 0) parts.push(...annotations.ofWhole(output.filter(isAnswer)));
    const isIncomplete = type === 'response.incomplete' || response?.status === 'incomplete';
    end.setReason(
      isIncomplete
        ? finishReasonIn(reasons, response?.incomplete_details?.reason)
        : refusals.length() > 0
          ? 'refusal'
          : 'stop',
    );
    end.usage.readTier(response?.service_tier);
    return [...parts, ...end.close()];
  };

  /** It comes as an item of its own, and again in the whole response. */
  const readItem = (item: Item | undefined, index: unknown): readonly EnginePart[] => {
    if (!item) return [];
    if (isCall(item)) {
      addCall(item, index);
      return [];
    }
    if (item.type === 'message') {
      if (item.phase !== 'commentary') {
        texts.keepMessage(index ?? item.id, contentText(item.content, 'text'));
        refusals.keepMessage(index ?? item.id, contentText(item.content, 'refusal'));
      }
      return [];
    }
    if (item.type === 'reasoning') reasoning = item;
    return items.read(item, index);
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
    const key = `${output_index ?? item_id} ${content_index}`;
    texts.keepPart(key, text ?? part?.text);
    refusals.keepPart(key, refusal ?? part?.refusal);
  };

  /** A call arrives when it begins, when it is whole, and again in the whole response. */
  const addCall = (item: NonNullable<Item>, index: unknown): void => {
    const { id, call_id, name, namespace } = item;
    const isCustom = item.type === 'custom_tool_call';
    const input = isCustom ? item.input : item.arguments;
    if (id !== undefined) callIds.set(id, call_id);
    const isNew = !signedCalls.has(call_id ?? index);
    signedCalls.add(call_id ?? index);
    const signature = isNew && reasoning?.encrypted_content ? JSON.stringify(reasoning) : undefined;
    if (isNew) reasoning = null;
    end.addCalls([{ id: call_id, index, name, namespace, input, isWhole: !!input, signature, isCustom }]);
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

const isCall = (item: NonNullable<Item>): boolean =>
  item.type === 'function_call' || item.type === 'custom_tool_call';

const isAnswer = (item: Item): boolean => item?.type === 'message' && item.phase !== 'commentary';

/** Text that arrives in deltas, and again whole; the ids of its events are not those of the whole response in every copy of the API. */
function writtenText() {
  const delivered = deliveredText();
  let length = 0;
  /** Texts of whole messages, and of whole parts of messages, in their order. */
  const messages = new Map<unknown, string>();
  const parts = new Map<string, string>();
  return {
    add(text: unknown): void {
      if (typeof text !== 'string') return;
      delivered.add(text);
      length += text.length;
    },
    length: () => length,
    keepMessage: (key: unknown, text: string) => messages.set(key, text),
    keepPart(key: string, text: unknown): void {
      if (typeof text === 'string') parts.set(key, text);
    },
    forgetMessages: () => messages.clear(),
    /** What the deltas did not bring. */
    missingEnd(): string {
      const whole = messages.size > 0 ? messages : parts;
      const missing = delivered.missingEnd([...whole.values()].join(''));
      length += missing.length;
      return missing;
    },
  };
}

/** Whole items beside messages and calls, each once. */
function finishedItems() {
  const seen = new Set<unknown>();
  return {
    read(item: NonNullable<Item>, index: unknown): readonly EnginePart[] {
      const key = item.id ?? index;
      if (seen.has(key)) return [];
      seen.add(key);
      if (item.type === 'reasoning') {
        const signature = sealReasoningItem(item);
        return signature === undefined ? [] : [{ type: 'reasoning-end', signature }];
      }
      if (item.type === 'image_generation_call') {
        const image = generatedImage(item);
        return image ? [image] : [];
      }
      return typeof item.type === 'string'
        ? [{ type: 'hosted', wire: 'openai-responses', item: { ...item } }]
        : [];
    },
  };
}

/** Annotations count from the beginning of their part of a message, ours from the beginning of the text. */
function annotationReader() {
  const starts = new Map<string, number>();
  /** Of the last event; this runs for every token. */
  let lastIndex: unknown;
  let lastItem: unknown;
  let lastPart: unknown;
  const keyOf = ({ output_index, item_id, content_index }: Partial<Event>): string =>
    `${output_index ?? item_id} ${content_index}`;
  return {
    beginPart(event: Partial<Event>, length: number): void {
      const { output_index: index, item_id: item, content_index: part } = event;
      if (starts.size > 0 && index === lastIndex && item === lastItem && part === lastPart) return;
      lastIndex = index;
      lastItem = item;
      lastPart = part;
      const key = keyOf(event);
      if (!starts.has(key)) starts.set(key, length);
    },
    add(event: Partial<Event>): readonly EnginePart[] {
      return citationOf(event.annotation, starts.get(keyOf(event)) ?? 0).map((citation) => ({
        type: 'citation',
        citation,
      }));
    },
    /** Those of a response that did not stream. */
    ofWhole(messages: readonly Item[]): readonly EnginePart[] {
      let start = 0;
      const parts: EnginePart[] = [];
      for (const part of messages.flatMap((item) => contentParts(item?.content))) {
        for (const annotation of Array.isArray(part?.annotations) ? (part.annotations as unknown[]) : [])
          for (const citation of citationOf(annotation, start)) parts.push({ type: 'citation', citation });
        if (typeof part?.text === 'string') start += part.text.length;
      }
      return parts;
    },
  };
}

const failedError = (response: WholeResponse | null | undefined): RumboError =>
  errorFromEvent({ error: response?.error ?? 'The service cancelled its answer.' });

const contentParts = (content: unknown): readonly (ContentPart | null)[] =>
  Array.isArray(content) ? (content as readonly (ContentPart | null)[]) : [];

/** The text of a whole message. */
function contentText(content: unknown, kind: Writing): string {
  if (typeof content === 'string') return kind === 'text' ? content : '';
  return contentParts(content)
    .map((part) => part?.[kind])
    .filter((text) => typeof text === 'string')
    .join('');
}

/** The summary of the model's reasoning; empty for any other item. */
const summaryText = (item: Item): string =>
  item?.type === 'reasoning' ? contentText(item.summary, 'text') || contentText(item.content, 'text') : '';

const textPart = (
  type: 'text-delta' | 'reasoning-delta' | 'refusal-delta',
  text: unknown,
): readonly EnginePart[] => (typeof text === 'string' && text ? [{ type, text }] : []);

const reasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  content_filter: 'content-filter',
};
