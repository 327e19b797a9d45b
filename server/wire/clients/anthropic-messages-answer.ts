/**
 * Answers for clients that speak Anthropic's Messages, streamed and whole. Claude Code needs the end of each block, the reason
 * and the end of the message; its SDK reads no event without a name. https://platform.claude.com/docs/en/build-with-claude/streaming
 */
import type { EnginePart, Usage } from '../../../shared/chat.ts';
import type { Citation } from '../../../shared/content.ts';
import type { StreamEvent } from '../../platform/stream-event.ts';
import { anthropicCitations } from '../anthropic-citations.ts';
import { pausedTurn } from '../anthropic-messages.ts';
import { thinkingBlock } from '../anthropic-thinking.ts';
import { parseJsonObject } from '../json-object.ts';
import { toolArguments } from '../merge-roles.ts';
import { signatureForClient } from '../signatures.ts';
import type { AnswerEncoder, ClientAnswer } from './client-format.ts';

type Finish = Extract<EnginePart, { type: 'finish' }>;

/** A block as the whole message has it. */
type AnswerBlock = { type: string; [field: string]: unknown };

export function messagesAnswerEncoder({ id, model }: ClientAnswer): AnswerEncoder {
  const content: AnswerBlock[] = [];
  /** The block that further deltas belong to. */
  let open: AnswerBlock | undefined;
  let finish: Finish | undefined;

  const delta = (fields: object): StreamEvent =>
    event({ type: 'content_block_delta', index: content.length - 1, delta: fields });
  const close = (): readonly StreamEvent[] => {
    if (!open) return [];
    open = undefined;
    return [event({ type: 'content_block_stop', index: content.length - 1 })];
  };
  /** @param first the block as its first event has it, where that is not the whole */
  const begin = (block: AnswerBlock, first: object = block): readonly StreamEvent[] => {
    const before = close();
    open = block;
    content.push(block);
    return [
      ...before,
      event({ type: 'content_block_start', index: content.length - 1, content_block: first }),
    ];
  };
  const whole = (block: AnswerBlock, first: object = block, input?: string): readonly StreamEvent[] => [
    ...begin(block, first),
    ...(input === undefined ? [] : [delta({ type: 'input_json_delta', partial_json: input })]),
    ...close(),
  ];

  const text = (added: string): readonly StreamEvent[] => {
    const begun = open?.type === 'text' ? [] : begin({ type: 'text', text: '' }, { type: 'text', text: '' });
    if (open) open['text'] = String(open['text']) + added;
    return [...begun, delta({ type: 'text_delta', text: added })];
  };
  const beginThinking = (): readonly StreamEvent[] => {
    const empty = { type: 'thinking', thinking: '', signature: '' };
    return open?.type === 'thinking' ? [] : begin({ ...empty }, empty);
  };
  const thinking = (added: string): readonly StreamEvent[] => {
    const begun = beginThinking();
    if (open) open['thinking'] = String(open['thinking']) + added;
    return [...begun, delta({ type: 'thinking_delta', thinking: added })];
  };
  const endThinking = (signature: string | undefined): readonly StreamEvent[] => {
    if (signature === undefined) return close();
    const own = thinkingBlock({ type: 'reasoning', text: '', signature });
    if (own?.type === 'redacted_thinking') return whole({ ...own });
    const begun = beginThinking();
    const sent = signatureForClient('anthropic', signature);
    if (open) open['signature'] = sent;
    return [...begun, delta({ type: 'signature_delta', signature: sent }), ...close()];
  };
  /** The block that cites ends with its sources. */
  const cite = (citation: Citation): readonly StreamEvent[] => {
    const found = citationFor(citation);
    if (!found || open?.type !== 'text') return [];
    open['citations'] = [...((open['citations'] as object[] | undefined) ?? []), found];
    return [delta({ type: 'citations_delta', citation: found })];
  };
  let hasCited = false;

  const events = (part: EnginePart): readonly StreamEvent[] => {
    switch (part.type) {
      case 'text-delta':
      case 'refusal-delta': {
        // What follows is another block: the sources are not of its text.
        const ended = hasCited ? close() : [];
        hasCited = false;
        return [...ended, ...text(part.text)];
      }
      case 'citation':
        hasCited = true;
        return cite(part.citation);
      case 'reasoning-delta':
        return thinking(part.text);
      case 'reasoning-end':
        return endThinking(part.signature);
      case 'tool-call': {
        const { id: callId, name } = part;
        const input = toolArguments(part);
        const first = { type: 'tool_use', id: callId, name, input: {} };
        // As the model wrote it, unless that is no object.
        return whole({ ...first, input }, first, parseJsonObject(part.input) ? part.input : '{}');
      }
      case 'hosted': {
        if (part.wire !== 'anthropic-messages') return [];
        const { item } = part;
        const { type, input } = item;
        const streams = typeof type === 'string' && type.endsWith('_tool_use') && input !== undefined;
        return streams
          ? whole(item as AnswerBlock, { ...item, input: {} }, JSON.stringify(input))
          : whole(item as AnswerBlock);
      }
      case 'text-retraction': {
        for (const block of content) if (block.type === 'text') replaceByThinking(block);
        // What was sent cannot be taken back; what follows is another block.
        return close();
      }
      case 'finish':
        finish = part;
        return [
          ...close(),
          event({ type: 'message_delta', delta: stopFields(part), usage: usageFields(part.usage) }),
          event({ type: 'message_stop' }),
        ];
      case 'text-signature':
      case 'image':
      case 'audio':
      case 'logprobs':
      case 'alternative':
        return [];
    }
  };

  const head = { id, type: 'message', role: 'assistant', model };
  return {
    start: () => [
      event({
        type: 'message_start',
        message: { ...head, content: [], ...noStop, usage: usageFields(undefined) },
      }),
    ],
    part: events,
    whole: () => ({
      ...head,
      content,
      ...(finish ? stopFields(finish) : noStop),
      usage: usageFields(finish?.usage),
    }),
  };
}

const event = (fields: { readonly type: string; readonly [field: string]: unknown }): StreamEvent => ({
  event: fields.type,
  data: JSON.stringify(fields),
});

function replaceByThinking(block: AnswerBlock): void {
  block['thinking'] = block['text'];
  block['signature'] = '';
  block.type = 'thinking';
  delete block['text'];
}

/** Sources of other services have an address, and nothing that Anthropic would want back. */
function citationFor(citation: Citation): object | undefined {
  const [own] = anthropicCitations(citation);
  if (own || citation.url === undefined) return own;
  const { url, title = null, quote = '' } = citation;
  return { type: 'web_search_result_location', cited_text: quote, url, title, encrypted_index: '' };
}

const noStop = { stop_reason: null, stop_sequence: null, stop_details: null, container: null };

function stopFields({ reason, stopSequence, detail }: Finish): typeof noStop | object {
  return {
    ...noStop,
    stop_reason: stopReason(reason, stopSequence, detail),
    stop_sequence: stopSequence ?? null,
    ...(reason === 'refusal' || reason === 'content-filter'
      ? { stop_details: { type: 'refusal', category: null, explanation: detail ?? null } }
      : {}),
  };
}

function stopReason(
  reason: Finish['reason'],
  stopSequence: string | undefined,
  detail: string | undefined,
): string {
  switch (reason) {
    case 'stop':
      return stopSequence === undefined ? 'end_turn' : 'stop_sequence';
    case 'length':
      return 'max_tokens';
    case 'tool-calls':
      return 'tool_use';
    case 'content-filter':
    case 'refusal':
      return 'refusal';
    case 'other':
      return detail === pausedTurn ? pausedTurn : 'end_turn';
  }
}

/** Input without what was cached. https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance */
function usageFields(usage: Usage | undefined): object {
  const {
    input = 0,
    cachedRead = 0,
    cacheWrite = 0,
    cacheWriteHour = 0,
    output = 0,
    reasoning = 0,
  } = usage ?? {};
  return {
    input_tokens: input - cachedRead - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cachedRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite - cacheWriteHour,
      ephemeral_1h_input_tokens: cacheWriteHour,
    },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: reasoning },
    server_tool_use: null,
    service_tier:
      usage?.serviceTier === 'priority' || usage?.serviceTier === 'batch' ? usage.serviceTier : 'standard',
    inference_geo: null,
    speed: null,
  };
}
