/** The chunks of a Chat Completions stream, with the differences of its copies, and of the older text completions. https://platform.openai.com/docs/api-reference/chat-streaming */
import type { EnginePart, FinishReason, ToolCall, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { errorFromEvent } from './error-response.ts';
import { finishReasonIn, finishState, toTokenCount } from './finish-state.ts';
import { sealReasoning } from './openai-reasoning.ts';
import { serviceTierField } from './service-tier.ts';
import type { StreamDecoder } from './wire-format.ts';

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
    /** Text completions have this instead of `delta`. */
    readonly text?: unknown;
    readonly finish_reason?: unknown;
  } | null)[];
  readonly usage: ChunkUsage | null;
  readonly service_tier: unknown;
  readonly error: unknown;
  readonly x_groq: { readonly error?: unknown; readonly usage?: ChunkUsage } | null;
};

type ToolCallDelta = {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
} | null;

/** The fields of `usage` in use; each may be missing or of another type. */
type ChunkUsage = {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: unknown;
    readonly cache_write_tokens?: unknown;
  } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
  /** DeepSeek. */
  readonly prompt_cache_hit_tokens?: unknown;
};

export type ChunkQuirks = {
  /** The completion's tokens exclude reasoning tokens. */
  readonly addsReasoningTokens?: boolean;
  /** The service requires the reasoning that led to a call back with it. */
  readonly returnsReasoning?: boolean;
};

export function chunkDecoder({
  addsReasoningTokens = false,
  returnsReasoning = false,
}: ChunkQuirks = {}): StreamDecoder {
  const end = finishState();
  const calls = toolCallCollector();
  let reasoning = '';
  let tier: unknown;

  /** The open calls, the first with the reasoning before them. */
  const callParts = (): readonly EnginePart[] =>
    calls.flush().map((call, index) => ({
      type: 'tool-call',
      ...call,
      ...(returnsReasoning && index === 0 ? { signature: sealReasoning(reasoning) } : {}),
    }));

  return {
    get hasFinishReason() {
      return end.reason !== undefined;
    },
    read({ event, data }) {
      if (end.finished) return [];
      if (data === '[DONE]') return [...callParts(), ...end.close()];
      const chunk = end.read<Chunk>(data);
      if (!chunk) {
        if (event === 'error') throw errorFromEvent({ error: data });
        return [];
      }
      if (chunk.error) throw errorFromEvent(chunk);
      if (chunk.x_groq?.error) throw errorFromEvent({ error: chunk.x_groq.error });
      if (event === 'error') throw errorFromEvent(chunk);

      const parts: EnginePart[] = [];
      const choice = chunk.choices?.[0];
      if (choice || chunk.usage) end.seen = true;
      const delta = choice?.delta;
      if (delta) {
        const text = delta.reasoning_content || delta.reasoning;
        pushText(parts, 'reasoning-delta', text);
        if (returnsReasoning && typeof text === 'string') reasoning += text;
        if (Array.isArray(delta.content)) parts.push(...partsOfList(delta.content));
        else pushText(parts, 'text-delta', delta.content || delta.refusal);
        if (Array.isArray(delta.tool_calls)) calls.add(delta.tool_calls);
      } else pushText(parts, 'text-delta', choice?.text);
      tier = chunk.service_tier ?? tier;
      const usage = chunk.usage ?? chunk.x_groq?.usage;
      if (usage) end.usage = toUsage(usage, addsReasoningTokens, tier) ?? end.usage;
      if (typeof choice?.finish_reason === 'string' && choice.finish_reason) {
        if (interruptedReasons.has(choice.finish_reason)) throw interruptedError();
        end.reason = finishReasonIn(reasons, choice.finish_reason);
        parts.push(...callParts());
      }
      for (const part of end.settle()) parts.push(part);
      return parts;
    },
    end: () => end.end(),
  };
}

function pushText(parts: EnginePart[], type: 'text-delta' | 'reasoning-delta', text: unknown): void {
  if (typeof text === 'string' && text) parts.push({ type, text });
}

/** Mistral's reasoning models send lists. https://docs.mistral.ai/capabilities/reasoning/ */
type ContentListPart = {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
} | null;

function partsOfList(content: readonly ContentListPart[]): readonly EnginePart[] {
  const parts: EnginePart[] = [];
  for (const part of content) {
    pushText(parts, 'text-delta', part?.text);
    if (Array.isArray(part?.thinking))
      for (const thought of part.thinking as readonly ContentListPart[])
        pushText(parts, 'reasoning-delta', thought?.text);
  }
  return parts;
}

/** Arguments arrive in fragments under the index of their call; a call is returned when it is complete. */
function toolCallCollector() {
  const open = new Map<unknown, { id: string; name: string; input: string }>();
  return {
    add(deltas: readonly ToolCallDelta[]): void {
      for (const delta of deltas) {
        const key = delta?.index ?? open.size;
        const call = open.get(key) ?? { id: '', name: '', input: '' };
        open.set(key, call);
        if (typeof delta?.id === 'string' && delta.id) call.id = delta.id;
        if (typeof delta?.function?.name === 'string') call.name += delta.function.name;
        const fragment = delta?.function?.arguments;
        if (typeof fragment === 'string') call.input += fragment;
        // Some copies send the arguments as an object.
        else if (typeof fragment === 'object' && fragment) call.input = JSON.stringify(fragment);
      }
    },
    flush(): readonly ToolCall[] {
      const calls = [...open.values()].filter(({ name }) => name);
      open.clear();
      return calls.map(({ id, name, input }, index) => ({
        id: id || `call_${index}`,
        name,
        input: input || '{}',
      }));
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

/** Finish reasons by which Mistral, DeepSeek and vLLM report a failure of their own. */
const interruptedReasons: ReadonlySet<string> = new Set(['error', 'insufficient_system_resource', 'abort']);

const interruptedError = (): RumboError =>
  new RumboError('The service did not finish its answer.', { kind: 'interrupted' });

/** Every service includes cached tokens in the prompt's, nearly every one reasoning in the completion's. */
function toUsage(usage: ChunkUsage, reasoningApart: boolean, tier: unknown): Usage | undefined {
  if (typeof usage.prompt_tokens !== 'number') return undefined;
  const input = toTokenCount(usage.prompt_tokens);
  const completion = toTokenCount(usage.completion_tokens);
  const reasoning = toTokenCount(usage.completion_tokens_details?.reasoning_tokens);
  return {
    input,
    cachedRead: toTokenCount(usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens),
    cacheWrite: toTokenCount(usage.prompt_tokens_details?.cache_write_tokens),
    // The total is right whichever way the parts are counted.
    output: reasoningApart ? toTokenCount(usage.total_tokens) - input || completion + reasoning : completion,
    reasoning,
    ...serviceTierField(tier),
  };
}
