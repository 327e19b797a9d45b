/**
 * Answers for clients that speak the Responses API, streamed and whole. Codex reads whole items and the whole response, the SDK
 * every event in between. https://platform.openai.com/docs/api-reference/responses-streaming
 */
import type { EnginePart, Usage } from '../../../shared/chat.ts';
import type { Citation, ToolCall } from '../../../shared/content.ts';
import type { StreamEvent } from '../../platform/stream-event.ts';
import { logprobField } from '../openai-annotations.ts';
import { generatedImageItem, reasoningItem } from '../openai-items.ts';
import { sealedSignature, unsealSignature } from '../signatures.ts';
import type { AnswerEncoder, ClientAnswer } from './client-format.ts';

type Finish = Extract<EnginePart, { type: 'finish' }>;
type Item = { readonly id: string; readonly type: string; readonly [field: string]: unknown };

/** Sends one event; its number is added. */
type Emit = (type: string, fields: object) => void;

/** An item that still grows. */
interface OpenItem {
  readonly kind: 'text' | 'refusal' | 'reasoning';
  /** Sends its end; returns the whole item. */
  close(): Item;
}

export function responsesAnswerEncoder(answer: ClientAnswer): AnswerEncoder {
  const output: Item[] = [];
  let open: OpenMessage | OpenReasoning | undefined;
  let textLength = 0;
  /** Messages with text, closed ones too: some services name sources and probabilities at the end, after calls and pictures. */
  const texts: OpenMessage[] = [];
  let finish: Finish | undefined;
  let sequence = 0;
  let events: StreamEvent[] = [];
  const emit: Emit = (type, fields) => {
    events.push({ event: type, data: JSON.stringify({ type, sequence_number: sequence, ...fields }) });
    sequence += 1;
  };
  const nextId = (prefix: string): string => `${prefix}_${answer.id}_${output.length}`;

  const close = (): void => {
    if (open) output.push(open.close());
    open = undefined;
  };
  const message = (kind: 'text' | 'refusal'): OpenMessage => {
    if (open?.kind === kind) return open;
    close();
    const begun = openMessage(emit, { id: nextId('msg'), index: output.length, kind, start: textLength });
    open = begun;
    if (kind === 'text') texts.push(begun);
    return begun;
  };
  const reasoning = (): OpenReasoning => {
    if (open?.kind === 'reasoning') return open;
    close();
    const begun = openReasoning(emit, { id: nextId('rs'), index: output.length });
    open = begun;
    return begun;
  };
  /** An item that needs no events in between. */
  const addItem = (item: Item, first: Item = item): void => {
    close();
    emit('response.output_item.added', { output_index: output.length, item: first });
    emit('response.output_item.done', { output_index: output.length, item });
    output.push(item);
  };

  const endReasoning = (signature: string | undefined): void => {
    const item = open?.kind === 'reasoning' ? undefined : reasoningItem(signature);
    if (item) addItem(item);
    else if (signature !== undefined) reasoning().sign(signature);
    if (open?.kind === 'reasoning') close();
  };

  const add = (part: EnginePart): void => {
    switch (part.type) {
      case 'text-delta':
        message('text').add(part.text);
        textLength += part.text.length;
        return;
      case 'refusal-delta':
        message('refusal').add(part.text);
        return;
      case 'logprobs':
        (texts.at(-1) ?? message('text')).addLogprobs(part.tokens.map(logprobField));
        return;
      case 'citation':
        (texts.findLast(({ start }) => start <= (part.citation.start ?? textLength)) ?? texts[0])?.cite(
          part.citation,
        );
        return;
      case 'reasoning-delta':
        reasoning().add(part.text);
        return;
      case 'reasoning-end':
        endReasoning(part.signature);
        return;
      case 'tool-call':
        close();
        output.push(sendCall(emit, part, { index: output.length, id: nextId(part.isCustom ? 'ctc' : 'fc') }));
        return;
      case 'image': {
        if (!('data' in part)) return;
        const format = part.mediaType.slice('image/'.length);
        const item = { ...generatedImageItem(part), type: 'image_generation_call', status: 'completed' };
        const id = 'id' in item ? String(item.id) : nextId('ig');
        addItem({ ...item, id, result: part.data, output_format: format });
        return;
      }
      case 'hosted':
        if (part.wire === 'openai-responses') addItem(part.item as Item);
        return;
      case 'text-retraction':
        close();
        texts.length = 0;
        output.forEach((item, index) => {
          if (item.type === 'message') output[index] = asReasoning(item);
        });
        return;
      case 'finish': {
        finish = part;
        close();
        const response = wholeResponse(answer, output, finish);
        emit(`response.${response.status}`, { response });
        return;
      }
      case 'text-signature':
      case 'audio':
      case 'alternative':
    }
  };
  const taken = (send: () => void): readonly StreamEvent[] => {
    events = [];
    send();
    return events;
  };

  return {
    start: () =>
      taken(() => {
        const response = wholeResponse(answer, [], undefined);
        emit('response.created', { response });
        emit('response.in_progress', { response });
      }),
    part: (part) => taken(() => add(part)),
    whole: () => wholeResponse(answer, output, finish),
  };
}

type Place = { readonly id: string; readonly index: number };

interface OpenMessage extends OpenItem {
  readonly kind: 'text' | 'refusal';
  /** Characters of the answer's text before this message. */
  readonly start: number;
  add(text: string): void;
  addLogprobs(tokens: readonly object[]): void;
  cite(citation: Citation): void;
}

function openMessage(
  emit: Emit,
  { id, index, kind, start }: Place & Pick<OpenMessage, 'kind' | 'start'>,
): OpenMessage {
  const place = { item_id: id, output_index: index, content_index: 0 };
  const event = kind === 'text' ? 'response.output_text' : 'response.refusal';
  const annotations: object[] = [];
  const logprobs: object[] = [];
  let text = '';
  const part = (): object =>
    kind === 'text'
      ? { type: 'output_text', text, annotations, logprobs }
      : { type: 'refusal', refusal: text };
  const item = (status: string, content: readonly object[]): Item => ({
    id,
    type: 'message',
    status,
    role: 'assistant',
    content,
  });
  emit('response.output_item.added', { output_index: index, item: item('in_progress', []) });
  emit('response.content_part.added', { ...place, part: part() });
  return {
    kind,
    start,
    add(added) {
      text += added;
      emit(`${event}.delta`, { ...place, delta: added, ...(kind === 'text' ? { logprobs: [] } : {}) });
    },
    addLogprobs(tokens) {
      logprobs.push(...tokens);
      emit(`${event}.delta`, { ...place, delta: '', logprobs: tokens });
    },
    cite(citation) {
      const annotation = annotationFor(citation, start);
      emit('response.output_text.annotation.added', {
        ...place,
        annotation_index: annotations.length,
        annotation,
      });
      annotations.push(annotation);
    },
    close() {
      emit(`${event}.done`, { ...place, ...(kind === 'text' ? { text, logprobs } : { refusal: text }) });
      emit('response.content_part.done', { ...place, part: part() });
      const done = item('completed', [part()]);
      emit('response.output_item.done', { output_index: index, item: done });
      return done;
    },
  };
}

interface OpenReasoning extends OpenItem {
  readonly kind: 'reasoning';
  add(text: string): void;
  sign(signature: string): void;
}

function openReasoning(emit: Emit, { id, index }: Place): OpenReasoning {
  const place = { item_id: id, output_index: index, summary_index: 0 };
  let text = '';
  let signature: string | undefined;
  emit('response.output_item.added', { output_index: index, item: { id, type: 'reasoning', summary: [] } });
  return {
    kind: 'reasoning',
    add(added) {
      if (text === '')
        emit('response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text } });
      text += added;
      emit('response.reasoning_summary_text.delta', { ...place, delta: added });
    },
    sign(made) {
      signature = made;
    },
    close() {
      const part = { type: 'summary_text', text };
      if (text !== '') {
        emit('response.reasoning_summary_text.done', { ...place, text });
        emit('response.reasoning_summary_part.done', { ...place, part });
      }
      const item: Item = {
        id,
        type: 'reasoning',
        summary: text === '' ? [] : [part],
        // Also OpenAI's own is sealed: the item that it belongs to has another id.
        ...(signature === undefined ? {} : { encrypted_content: sealedSignature(signature) }),
      };
      emit('response.output_item.done', { output_index: index, item });
      return item;
    },
  };
}

function sendCall(
  emit: Emit,
  { id: call_id, name, namespace, input, isCustom }: ToolCall,
  { id, index }: Place,
): Item {
  const place = { item_id: id, output_index: index };
  const event = isCustom ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
  const itemWith = (written: string, status: string): Item => ({
    id,
    type: isCustom ? 'custom_tool_call' : 'function_call',
    call_id,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(isCustom ? { input: written } : { arguments: written, status }),
  });
  const item = itemWith(input, 'completed');
  emit('response.output_item.added', { output_index: index, item: itemWith('', 'in_progress') });
  emit(`${event}.delta`, { ...place, delta: input });
  emit(`${event}.done`, { ...place, ...(isCustom ? { input } : { name, arguments: input }) });
  emit('response.output_item.done', { output_index: index, item });
  return item;
}

/** Annotations count within their message. */
function annotationFor(
  { url, title, document, start = 0, end = start, signature }: Citation,
  from: number,
): object {
  const start_index = Math.max(0, start - from);
  const end_index = Math.max(start_index, end - from);
  if (url !== undefined) return { type: 'url_citation', start_index, end_index, url, title: title ?? url };
  const file_id = unsealSignature('openai', signature) ?? `document-${document ?? 0}`;
  return { type: 'file_citation', index: end_index, file_id, filename: title ?? file_id };
}

function asReasoning({ id, content }: Item): Item {
  const [part] = content as readonly { readonly text?: string }[];
  return { id, type: 'reasoning', summary: [{ type: 'summary_text', text: part?.text ?? '' }] };
}

/** @param finish absent: the answer has begun */
function wholeResponse(
  { id, model, createdAt, request: { ask } }: ClientAnswer,
  output: readonly Item[],
  finish: Finish | undefined,
) {
  const cut = finish && incompleteReasons[finish.reason];
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status: finish ? (cut ? 'incomplete' : 'completed') : 'in_progress',
    error: null,
    incomplete_details: cut ? { reason: cut } : null,
    instructions: null,
    max_output_tokens: ask.maxOutputTokens ?? null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: ask.parallelToolCalls ?? true,
    previous_response_id: null,
    reasoning: { effort: ask.reasoning?.effort ?? null, summary: null },
    service_tier: finish?.usage?.serviceTier ?? 'default',
    store: false,
    temperature: ask.temperature ?? null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: ask.topP ?? null,
    truncation: 'disabled',
    usage: finish?.usage ? usageFields(finish.usage) : null,
  };
}

const incompleteReasons: { readonly [Reason in Finish['reason']]?: string } = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
};

const usageFields = (usage: Usage): object => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cachedRead, cache_write_tokens: usage.cacheWrite },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
});
