/** Anthropic's Messages API, version 2026-10-21. https://platform.claude.com/docs/en/api/messages */
import type { CompletionRequest, EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { anthropicModelsPath, anthropicSupportsPrefill, decodeAnthropicModels } from './anthropic-models.ts';
import {
  anthropicUnsupportedFields,
  dropAnthropicField,
  encodeAnthropicMessages,
} from './anthropic-request.ts';
import { sealThinking, type ThinkingBlock } from './anthropic-thinking.ts';
import { errorFromEvent, errorFromResponse } from './error-response.ts';
import { finishReasonIn, finishState, toTokenCount } from './finish-state.ts';
import { serviceTierField } from './service-tier.ts';
import { tokenCountFormat } from './token-count.ts';
import type { StreamDecoder, StreamFormat, WireFormat } from './wire-format.ts';

const chat: StreamFormat<CompletionRequest> = {
  framing: 'sse',
  encode: encodeAnthropicMessages,
  decoder: messageDecoder,
};

/** https://platform.claude.com/docs/en/api/messages-count-tokens */
const count = tokenCountFormat(
  chat,
  '/messages/count_tokens',
  ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking'],
  'input_tokens',
);

export const anthropicMessages: WireFormat = {
  chat: () => chat,
  unsupportedFields: anthropicUnsupportedFields,
  count,
  supportsPrefill: anthropicSupportsPrefill,
  modelsPath: anthropicModelsPath,
  decodeModels: decodeAnthropicModels,
  dropUnsupportedField: dropAnthropicField,
  toError: (response) => errorFromResponse(response),
};

/** One event; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly type: unknown;
  readonly error: unknown;
  readonly index: unknown;
  readonly message: { readonly usage?: MessageUsage | null } | null;
  readonly content_block: {
    readonly type?: unknown;
    readonly id?: unknown;
    readonly name?: unknown;
    readonly data?: unknown;
  } | null;
  readonly delta: {
    readonly type?: unknown;
    readonly text?: unknown;
    readonly thinking?: unknown;
    readonly signature?: unknown;
    readonly partial_json?: unknown;
    readonly stop_reason?: unknown;
    readonly stop_details?: { readonly explanation?: unknown } | null;
  } | null;
  readonly usage: MessageUsage | null;
};

type MessageUsage = {
  readonly input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: unknown } | null;
  readonly cache_read_input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly output_tokens_details?: { readonly thinking_tokens?: unknown } | null;
  readonly service_tier?: unknown;
};

function messageDecoder(): StreamDecoder {
  const end = finishState();
  const calls = new Map<unknown, { id: string; name: string; input: string }>();
  const thinking = thinkingCollector();
  let counted: MessageUsage = {};
  let hasText = false;

  const read = (event: Partial<Event>): readonly EnginePart[] => {
    switch (event.type) {
      case 'message_start':
        end.seen = true;
        counted = event.message?.usage ?? {};
        return [];
      case 'content_block_start':
        if (event.content_block) blockStart(event.content_block, event.index);
        return [];
      case 'content_block_delta':
        return deltaOf(event);
      case 'content_block_stop': {
        const call = calls.get(event.index);
        calls.delete(event.index);
        if (!call) return [];
        // A call without arguments sends no fragment at all.
        return [{ type: 'tool-call', ...call, input: call.input || '{}', ...thinking.sealed() }];
      }
      case 'message_delta':
        return messageDelta(event);
      case 'message_stop':
        return end.close();
      default:
        return [];
    }
  };

  const blockStart = (block: NonNullable<Event['content_block']>, index: unknown): void => {
    if (block.type === 'thinking') thinking.begin();
    if (block.type === 'redacted_thinking') thinking.redacted(String(block.data ?? ''));
    if (block.type === 'tool_use')
      calls.set(index, { id: String(block.id ?? ''), name: String(block.name ?? ''), input: '' });
  };

  const deltaOf = ({ delta, index }: Partial<Event>): readonly EnginePart[] => {
    end.seen = true;
    if (typeof delta?.text === 'string' && delta.text) {
      hasText = true;
      return [{ type: 'text-delta', text: delta.text }];
    }
    if (typeof delta?.thinking === 'string' && delta.thinking) {
      thinking.add(delta.thinking);
      return [{ type: 'reasoning-delta', text: delta.thinking }];
    }
    if (typeof delta?.signature === 'string') thinking.seal(delta.signature);
    const call = calls.get(index);
    if (call && typeof delta?.partial_json === 'string') call.input += delta.partial_json;
    return [];
  };

  const messageDelta = ({ delta, usage }: Partial<Event>): readonly EnginePart[] => {
    if (typeof delta?.stop_reason === 'string') {
      end.seen = true;
      // Only an answer that uses the service's own tools pauses, and then it is not complete.
      if (delta.stop_reason === 'pause_turn')
        throw new RumboError('The service paused its answer.', { kind: 'interrupted' });
      end.reason = finishReasonIn(reasons, delta.stop_reason);
      if (delta.stop_reason === 'refusal' && !hasText)
        throw contentFilteredError(delta.stop_details?.explanation);
    }
    // Cumulative: a repeated field replaces the earlier value, an absent one keeps it.
    if (usage) {
      counted = { ...counted, ...definedFields(usage) };
      end.usage = toUsage(counted);
    }
    return end.settle();
  };

  return {
    get hasFinishReason() {
      return end.reason !== undefined;
    },
    read({ event: name, data }) {
      if (end.finished) return [];
      const event = end.read<Event>(data);
      if (event?.type === 'error' || event?.error || name === 'error')
        throw errorFromEvent(event ?? { error: data });
      return event ? read(event) : [];
    },
    end: () => end.end(),
  };
}

/** The thinking blocks since the last tool call. */
function thinkingCollector() {
  let blocks: ThinkingBlock[] = [];
  let open = { thinking: '', signature: '' };
  return {
    begin(): void {
      open = { thinking: '', signature: '' };
    },
    add(text: string): void {
      open.thinking += text;
    },
    /** The signature comes last, whole. */
    seal(signature: string): void {
      blocks.push({ type: 'thinking', thinking: open.thinking, signature });
    },
    redacted(data: string): void {
      blocks.push({ type: 'redacted_thinking', data });
    },
    sealed(): { signature?: string } {
      const signature = blocks.length > 0 ? { signature: sealThinking(blocks) } : {};
      blocks = [];
      return signature;
    },
  };
}

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

const contentFilteredError = (explanation: unknown): RumboError =>
  new RumboError(
    typeof explanation === 'string' && explanation
      ? `The model refused to answer: ${explanation}`
      : 'The model refused to answer.',
    { kind: 'content-filtered' },
  );

const definedFields = (usage: MessageUsage): MessageUsage =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null && value !== undefined));

/** `input_tokens` excludes cached tokens; our total includes them. */
function toUsage(usage: MessageUsage): Usage {
  const cachedRead = toTokenCount(usage.cache_read_input_tokens);
  const cacheWrite = toTokenCount(usage.cache_creation_input_tokens);
  const cacheWriteHour = toTokenCount(usage.cache_creation?.ephemeral_1h_input_tokens);
  return {
    input: toTokenCount(usage.input_tokens) + cachedRead + cacheWrite,
    cachedRead,
    cacheWrite,
    output: toTokenCount(usage.output_tokens),
    reasoning: toTokenCount(usage.output_tokens_details?.thinking_tokens),
    ...(cacheWriteHour > 0 ? { cacheWriteHour } : {}),
    ...serviceTierField(usage.service_tier),
  };
}
