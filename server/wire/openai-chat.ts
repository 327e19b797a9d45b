/** Chat Completions, as OpenAI frames it and half the world copies it. https://platform.openai.com/docs/api-reference/chat */
import type { CompletionRequest, EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { answerEnd, readEvent, reasonIn, tokens } from './answer-end.ts';
import { decodeOpenAiModels } from './openai-models.ts';
import { refusalError, streamError } from './refusals.ts';
import type { Decoder, StreamFormat, WireFormat } from './wire-format.ts';

/** What a copy does otherwise than the original. */
export type OpenAiChatQuirks = {
  /** Where the output limit goes. OpenAI's reasoning models refuse `max_tokens`; most copies know only that. */
  readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
  /** What asks for usage at the end of the stream; `false` where the field is refused. */
  readonly streamOptions?: object | false;
  /** Models that take a temperature. Absent: all. */
  readonly takesTemperature?: (model: string) => boolean;
  /** Models of the list that can chat. Absent: all whose name does not say otherwise. */
  readonly canChat?: (model: string) => boolean;
  /** The name by which to show and ask a listed model. Absent: its id. */
  readonly nameOf?: (id: string) => string;
  /** Totals from the service's own account; `undefined` when it holds none. */
  readonly usageOf?: (usage: OpenAiUsage) => Usage | undefined;
};

/** The parts of `usage` that are read; each may be missing or of another type. */
export type OpenAiUsage = {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: unknown;
    readonly cache_write_tokens?: unknown;
  } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
};

export function openaiChat(quirks: OpenAiChatQuirks = {}): WireFormat {
  const {
    maxTokensField = 'max_completion_tokens',
    streamOptions = { include_usage: true },
    takesTemperature = () => true,
    usageOf = usageAsTotals,
  } = quirks;
  const chat: StreamFormat<CompletionRequest> = {
    framing: 'sse',
    encode: (model, request) => ({
      path: '/chat/completions',
      body: {
        model,
        messages: request.messages,
        stream: true,
        ...(streamOptions ? { stream_options: streamOptions } : {}),
        ...(request.maxOutputTokens === undefined ? {} : { [maxTokensField]: request.maxOutputTokens }),
        ...temperatureOf(request, takesTemperature(model)),
      },
    }),
    decoder: () => chunkDecoder(usageOf),
  };
  return {
    chat: () => chat,
    modelsPath: '/models',
    decodeModels: (body) => decodeOpenAiModels(body, quirks),
    refused: (refusal) => refusalError(refusal),
  };
}

const temperatureOf = ({ temperature }: CompletionRequest, taken: boolean): { temperature?: number } =>
  temperature === undefined || !taken ? {} : { temperature };

/** One chunk; the leaves are checked where they are used, since this runs for every token. */
type Chunk = {
  readonly choices: readonly ({
    readonly delta?: {
      readonly content?: unknown;
      readonly reasoning_content?: unknown;
      readonly reasoning?: unknown;
      readonly refusal?: unknown;
      readonly tool_calls?: readonly ToolCallDelta[] | null;
    } | null;
    readonly finish_reason?: unknown;
  } | null)[];
  readonly usage: OpenAiUsage | null;
  readonly error: unknown;
  readonly x_groq: { readonly error?: unknown; readonly usage?: OpenAiUsage } | null;
};

type ToolCallDelta = {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
} | null;

function chunkDecoder(usageOf: (usage: OpenAiUsage) => Usage | undefined): Decoder {
  const end = answerEnd();
  const calls = toolCalls();

  return {
    get ending() {
      return end.reason !== undefined;
    },
    read({ event, data }) {
      if (end.finished) return [];
      if (data === '[DONE]') return [...calls.flush(), ...end.close()];
      const chunk = readEvent<Chunk>(data);
      if (!chunk) {
        if (event === 'error') throw streamError({ error: data });
        return [];
      }
      if (chunk.error) throw streamError(chunk);
      if (chunk.x_groq?.error) throw streamError({ error: chunk.x_groq.error });
      if (event === 'error') throw streamError(chunk);

      const parts: EnginePart[] = [];
      const choice = chunk.choices?.[0];
      if (choice || chunk.usage) end.seen = true;
      const delta = choice?.delta;
      if (delta) {
        const reasoning = delta.reasoning_content || delta.reasoning;
        if (typeof reasoning === 'string' && reasoning)
          parts.push({ type: 'reasoning-delta', text: reasoning });
        const text = delta.content || delta.refusal;
        if (typeof text === 'string' && text) parts.push({ type: 'text-delta', text });
        if (Array.isArray(delta.tool_calls)) calls.add(delta.tool_calls);
      }
      const usage = chunk.usage ?? chunk.x_groq?.usage;
      if (usage) end.usage = usageOf(usage) ?? end.usage;
      if (typeof choice?.finish_reason === 'string' && choice.finish_reason) {
        end.reason = reasonIn(reasons, choice.finish_reason);
        parts.push(...calls.flush());
      }
      parts.push(...end.settle());
      return parts;
    },
    end: () => end.end(),
  };
}

/** Arguments come in fragments under the index of their call; a call is given when it is whole. */
function toolCalls() {
  const open = new Map<unknown, { id: string; name: string; input: string }>();
  return {
    add(deltas: readonly ToolCallDelta[]): void {
      for (const delta of deltas) {
        const key = delta?.index ?? open.size;
        const call = open.get(key) ?? { id: '', name: '', input: '' };
        open.set(key, call);
        if (typeof delta?.id === 'string' && delta.id) call.id = delta.id;
        if (typeof delta?.function?.name === 'string') call.name += delta.function.name;
        if (typeof delta?.function?.arguments === 'string') call.input += delta.function.arguments;
      }
    },
    flush(): readonly EnginePart[] {
      const calls = [...open.values()].filter(({ name }) => name);
      open.clear();
      return calls.map((call, index) => ({ type: 'tool-call', ...call, id: call.id || `call_${index}` }));
    },
  };
}

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

/** Cached tokens are inside the prompt's, reasoning inside the completion's. */
function usageAsTotals(usage: OpenAiUsage): Usage | undefined {
  if (typeof usage.prompt_tokens !== 'number') return undefined;
  return {
    input: tokens(usage.prompt_tokens),
    cachedRead: tokens(usage.prompt_tokens_details?.cached_tokens),
    cacheWrite: tokens(usage.prompt_tokens_details?.cache_write_tokens),
    output: tokens(usage.completion_tokens),
    reasoning: tokens(usage.completion_tokens_details?.reasoning_tokens),
  };
}
