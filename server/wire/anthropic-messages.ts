/** Anthropic's Messages API, version 2026-10-21. https://platform.claude.com/docs/en/api/messages */
import * as z from 'zod';
import type { CompletionRequest, EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { answerEnd, readEvent, reasonIn, tokens } from './answer-end.ts';
import { refusalError, streamError } from './refusals.ts';
import type { Decoder, ModelInfo, StreamFormat, WireFormat } from './wire-format.ts';

/** Tokens. `max_tokens` is required here; every model still served can write this many. */
const defaultMaxTokens = 16_384;

const chat: StreamFormat<CompletionRequest> = {
  framing: 'sse',
  encode(model, request) {
    const system = request.messages.filter(({ role }) => role === 'system').map(({ content }) => content);
    // A temperature is never sent: this version of the API refuses sampling parameters, even at their defaults.
    return {
      path: '/messages',
      body: {
        model,
        max_tokens: request.maxOutputTokens ?? defaultMaxTokens,
        ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
        messages: request.messages.filter(({ role }) => role !== 'system'),
        stream: true,
      },
    };
  },
  decoder: messageDecoder,
};

export const anthropicMessages: WireFormat = {
  chat: () => chat,
  modelsPath: '/models?limit=1000',
  decodeModels,
  refused: (refusal) => refusalError(refusal),
};

/** One event; the leaves are checked where they are used, since this runs for every token. */
type Event = {
  readonly type: unknown;
  readonly error: unknown;
  readonly index: unknown;
  readonly message: { readonly usage?: MessageUsage | null } | null;
  readonly content_block: { readonly type?: unknown; readonly id?: unknown; readonly name?: unknown } | null;
  readonly delta: {
    readonly type?: unknown;
    readonly text?: unknown;
    readonly thinking?: unknown;
    readonly partial_json?: unknown;
    readonly stop_reason?: unknown;
    readonly stop_details?: { readonly explanation?: unknown } | null;
  } | null;
  readonly usage: MessageUsage | null;
};

type MessageUsage = {
  readonly input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly output_tokens_details?: { readonly thinking_tokens?: unknown } | null;
};

function messageDecoder(): Decoder {
  const end = answerEnd();
  const calls = new Map<unknown, { id: string; name: string; input: string }>();
  let counted: MessageUsage = {};
  let said = false;

  const read = (event: Partial<Event>): readonly EnginePart[] => {
    switch (event.type) {
      case 'message_start':
        end.seen = true;
        counted = event.message?.usage ?? {};
        return [];
      case 'content_block_start':
        if (event.content_block?.type === 'tool_use') {
          const { id, name } = event.content_block;
          calls.set(event.index, { id: String(id ?? ''), name: String(name ?? ''), input: '' });
        }
        return [];
      case 'content_block_delta':
        return deltaOf(event);
      case 'content_block_stop': {
        const call = calls.get(event.index);
        calls.delete(event.index);
        // A call without arguments sends no fragment at all.
        return call ? [{ type: 'tool-call', ...call, input: call.input || '{}' }] : [];
      }
      case 'message_delta':
        return messageDelta(event);
      case 'message_stop':
        return end.close();
      default:
        return [];
    }
  };

  const deltaOf = ({ delta, index }: Partial<Event>): readonly EnginePart[] => {
    end.seen = true;
    if (typeof delta?.text === 'string' && delta.text) {
      said = true;
      return [{ type: 'text-delta', text: delta.text }];
    }
    if (typeof delta?.thinking === 'string' && delta.thinking)
      return [{ type: 'reasoning-delta', text: delta.thinking }];
    const call = calls.get(index);
    if (call && typeof delta?.partial_json === 'string') call.input += delta.partial_json;
    return [];
  };

  const messageDelta = ({ delta, usage }: Partial<Event>): readonly EnginePart[] => {
    if (typeof delta?.stop_reason === 'string') {
      end.seen = true;
      end.reason = reasonIn(reasons, delta.stop_reason);
      if (delta.stop_reason === 'refusal' && !said) throw refusedByPolicy(delta.stop_details?.explanation);
    }
    // Cumulative: what is said again replaces, what is left out stays as it began.
    if (usage) {
      counted = { ...counted, ...definedOf(usage) };
      end.usage = totals(counted);
    }
    return end.settle();
  };

  return {
    get ending() {
      return end.reason !== undefined;
    },
    read({ event: name, data }) {
      if (end.finished) return [];
      const event = readEvent<Event>(data);
      if (event?.type === 'error' || event?.error || name === 'error')
        throw streamError(event ?? { error: data });
      return event ? read(event) : [];
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

const refusedByPolicy = (explanation: unknown): RumboError =>
  new RumboError(
    typeof explanation === 'string' && explanation
      ? `The model refused to answer: ${explanation}`
      : 'The model refused to answer.',
    { kind: 'content-filtered' },
  );

const definedOf = (usage: MessageUsage): MessageUsage =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null && value !== undefined));

/** `input_tokens` leaves out what was cached; a total does not. */
function totals(usage: MessageUsage): Usage {
  const cachedRead = tokens(usage.cache_read_input_tokens);
  const cacheWrite = tokens(usage.cache_creation_input_tokens);
  return {
    input: tokens(usage.input_tokens) + cachedRead + cacheWrite,
    cachedRead,
    cacheWrite,
    output: tokens(usage.output_tokens),
    reasoning: tokens(usage.output_tokens_details?.thinking_tokens),
  };
}

const Count = z.number().positive().nullish().catch(undefined);
const Entry = z.object({
  id: z.string().min(1),
  max_input_tokens: Count,
  max_tokens: Count,
  lifecycle: z.string().optional().catch(undefined),
});
const List = z.object({ data: z.array(z.unknown()) });

function decodeModels(body: unknown): readonly ModelInfo[] {
  const list = List.safeParse(body);
  if (!list.success)
    throw new RumboError('The service’s list of models cannot be read.', { kind: 'bad-response' });
  return list.data.data.flatMap((value) => {
    const { data: entry } = Entry.safeParse(value);
    if (!entry || entry.lifecycle === 'retired') return [];
    return [
      {
        name: entry.id,
        ...(entry.max_input_tokens ? { contextTokens: entry.max_input_tokens } : {}),
        ...(entry.max_tokens ? { maxOutputTokens: entry.max_tokens } : {}),
      },
    ];
  });
}
