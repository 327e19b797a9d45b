/** Anthropic's Messages API, version 2026-10-21. https://platform.claude.com/docs/en/api/messages */
import type { CompletionRequest, EnginePart, FinishReason } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { anthropicModelsPath, anthropicSupportsPrefill, decodeAnthropicModels } from './anthropic-models.ts';
import {
  anthropicSupport,
  encodeAnthropicMessages,
  rejectedAnthropicField,
  withoutAnthropicField,
} from './anthropic-request.ts';
import { sealThinking, type ThinkingBlock } from './anthropic-thinking.ts';
import { errorFromResponse } from './error-response.ts';
import { finishState } from './finish-state.ts';
import { finishReasonIn, finishWord } from './finish-words.ts';
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
  support: anthropicSupport,
  count,
  supportsPrefill: anthropicSupportsPrefill,
  modelsPath: anthropicModelsPath,
  decodeModels: decodeAnthropicModels,
  rejectedField: rejectedAnthropicField,
  withoutField: withoutAnthropicField,
  toError: (response) => errorFromResponse(response),
};

/** One event, or the whole message; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly type: unknown;
  readonly index: unknown;
  readonly message: WholeMessage | null;
  readonly content_block: Block | null;
  readonly delta:
    | (StopFields & Block & { readonly signature?: unknown; readonly partial_json?: unknown })
    | null;
};

type WholeMessage = StopFields & { readonly content?: unknown };

type StopFields = {
  readonly stop_reason?: unknown;
  readonly stop_details?: { readonly explanation?: unknown } | null;
};

type Block = {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly signature?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
  readonly data?: unknown;
};

function messageDecoder(request?: CompletionRequest): StreamDecoder {
  const end = finishState({ toolNames: request?.tools?.map(({ name }) => name) });
  const thinking = thinkingCollector();
  let hasText = false;
  /** Indices of blocks that use the service's own tools, whose input is not for us. */
  const serverTools = new Set<unknown>();

  const read = (event: Partial<Event>, name: string | undefined): readonly EnginePart[] => {
    switch (event.type ?? name) {
      case 'message_start':
        end.seen = true;
        return contentOf(event.message);
      case 'content_block_start':
        return event.content_block ? blockStart(event.content_block, event.index) : [];
      case 'content_block_delta':
        return deltaOf(event);
      case 'message_delta':
        stopWith(event.delta);
        return [];
      case 'message_stop':
        return end.close();
      case 'message':
        return wholeMessage(event as WholeMessage);
      default:
        return [];
    }
  };

  /** A service that does not stream. */
  const wholeMessage = (message: WholeMessage): readonly EnginePart[] => {
    end.seen = true;
    const parts = contentOf(message);
    stopWith(message);
    return [...parts, ...end.close()];
  };
  const contentOf = (message: WholeMessage | null | undefined): readonly EnginePart[] =>
    Array.isArray(message?.content)
      ? (message.content as readonly (Block | null)[]).flatMap((block, index) =>
          block ? blockStart(block, index) : [],
        )
      : [];

  /** A block may begin with all that it has. */
  const blockStart = (block: Block, index: unknown): readonly EnginePart[] => {
    if (block.type === 'thinking') thinking.begin();
    if (block.type === 'redacted_thinking') thinking.redacted(String(block.data ?? ''));
    if (block.type === 'tool_use') serverTools.delete(index);
    else if (typeof block.type === 'string' && block.type.endsWith('_tool_use')) serverTools.add(index);
    if (block.type === 'tool_use') {
      const { id, name, input } = block;
      end.addCalls([{ id, index, name, input, signature: thinking.sealed() }]);
    }
    return textOf(block);
  };

  const textOf = (block: Block): readonly EnginePart[] => {
    end.seen = true;
    if (typeof block.text === 'string' && block.text) {
      hasText = true;
      return [{ type: 'text-delta', text: block.text }];
    }
    const hasThought = typeof block.thinking === 'string' && block.thinking !== '';
    if (hasThought) thinking.add(block.thinking as string);
    if (typeof block.signature === 'string' && block.signature) thinking.seal(block.signature);
    return hasThought ? [{ type: 'reasoning-delta', text: block.thinking as string }] : [];
  };

  const deltaOf = ({ delta, index }: Partial<Event>): readonly EnginePart[] => {
    if (!delta) return [];
    if (delta.partial_json && !serverTools.has(index)) end.addCalls([{ index, input: delta.partial_json }]);
    return textOf(delta);
  };

  const stopWith = (stop: StopFields | null | undefined): void => {
    const word = finishWord(stop?.stop_reason);
    if (word === undefined) return;
    end.seen = true;
    // Only an answer that uses the service's own tools pauses, and then it is not complete.
    if (word === 'pause_turn')
      throw new RumboError('The service paused its answer.', { kind: 'interrupted' });
    end.setReason(finishReasonIn(reasons, word));
    if (word === 'refusal' && !hasText) throw contentFilteredError(stop?.stop_details?.explanation);
  };

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
    /** The blocks for the call that follows them. `undefined`: there are none. */
    sealed(): string | undefined {
      if (blocks.length === 0) return;
      const signature = sealThinking(blocks);
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
