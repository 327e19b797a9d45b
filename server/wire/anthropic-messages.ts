/** Anthropic's Messages API, version 2026-10-21. https://platform.claude.com/docs/en/api/messages */
import type { CompletionRequest, EnginePart, FinishReason } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { type Block, openBlocks } from './anthropic-blocks.ts';
import { anthropicModelsPath, anthropicSupportsPrefill, decodeAnthropicModels } from './anthropic-models.ts';
import {
  anthropicSupport,
  encodeAnthropicMessages,
  rejectedAnthropicField,
  withoutAnthropicField,
} from './anthropic-request.ts';
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
  readonly delta: (StopFields & Block) | null;
};

type WholeMessage = StopFields & { readonly content?: unknown };

type StopFields = {
  readonly stop_reason?: unknown;
  readonly stop_sequence?: unknown;
  readonly stop_details?: { readonly explanation?: unknown } | null;
};

/** What the service calls a pause in a turn of its own tools. The answer goes back as it is, to be continued. */
export const pausedTurn = 'pause_turn';

function messageDecoder(request?: CompletionRequest): StreamDecoder {
  const end = finishState({ toolNames: request?.tools?.map(({ name }) => name) });
  const blocks = openBlocks(end);
  const mayPause = request?.tools?.some(({ type }) => type === 'hosted') ?? false;

  const read = (event: Partial<Event>, name: string | undefined): readonly EnginePart[] => {
    switch (event.type ?? name) {
      case 'message_start':
        end.seen = true;
        return contentOf(event.message);
      case 'content_block_start':
        return event.content_block ? blocks.start(event.content_block, event.index) : [];
      case 'content_block_delta':
        return event.delta ? blocks.add(event.delta, event.index) : [];
      case 'content_block_stop':
        return blocks.stop();
      case 'message_delta':
        return stopWith(event.delta);
      case 'message_stop':
        return [...blocks.stop(), ...end.close()];
      case 'message':
        return wholeMessage(event as WholeMessage);
      default:
        return [];
    }
  };

  /** A service that does not stream. */
  const wholeMessage = (message: WholeMessage): readonly EnginePart[] => {
    end.seen = true;
    return [...contentOf(message), ...stopWith(message), ...end.close()];
  };
  const contentOf = (message: WholeMessage | null | undefined): readonly EnginePart[] =>
    Array.isArray(message?.content)
      ? (message.content as readonly (Block | null)[]).flatMap((block, index) =>
          block ? blocks.start(block, index) : [],
        )
      : [];

  const stopWith = (stop: StopFields | null | undefined): readonly EnginePart[] => {
    const word = finishWord(stop?.stop_reason);
    if (word === undefined) return [];
    end.seen = true;
    const parts = blocks.stop();
    const { stop_sequence: stopSequence, stop_details: details } = stop ?? {};
    const explanation = details?.explanation;
    // Only an answer that uses the service's own tools pauses, and then it is not complete.
    if (word === pausedTurn && !mayPause)
      throw new RumboError('The service paused its answer.', { kind: 'interrupted' });
    if (word === 'refusal' && !blocks.hasText()) throw contentFilteredError(explanation);
    end.setReason(word === pausedTurn ? 'other' : finishReasonIn(reasons, word));
    end.setDetails({
      ...(typeof stopSequence === 'string' && stopSequence ? { stopSequence } : {}),
      ...(word === pausedTurn ? { detail: pausedTurn } : {}),
      ...(typeof explanation === 'string' && explanation ? { detail: explanation } : {}),
    });
    return parts;
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
