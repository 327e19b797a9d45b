/** Ollama's own chat: one JSON document per line. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import type { CompletionRequest, EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { answerEnd, readEvent, reasonIn, tokens } from './answer-end.ts';
import { refusalError, streamError } from './refusals.ts';
import type { Decoder, ModelInfo, Refusal, StreamFormat, WireFormat } from './wire-format.ts';

const chat: StreamFormat<CompletionRequest> = {
  framing: 'ndjson',
  encode(model, { messages, maxOutputTokens, temperature }) {
    // `num_ctx` is never among the options: another value makes Ollama load the model again.
    const options = {
      ...(maxOutputTokens === undefined ? {} : { num_predict: maxOutputTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    };
    return {
      path: '/api/chat',
      body: { model, messages, stream: true, ...(Object.keys(options).length > 0 ? { options } : {}) },
    };
  },
  decoder: lineDecoder,
};

export const ollamaChat: WireFormat = {
  chat: () => chat,
  modelsPath: '/api/tags',
  decodeModels,
  refused,
};

/** One line; the leaves are checked where they are used, since this runs for every token. */
type Line = {
  readonly message: {
    readonly content?: unknown;
    readonly thinking?: unknown;
    readonly tool_calls?: readonly (ToolCall | null)[] | null;
  } | null;
  readonly done: unknown;
  readonly done_reason: unknown;
  readonly prompt_eval_count: unknown;
  readonly eval_count: unknown;
  readonly error: unknown;
};

type ToolCall = {
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
};

function lineDecoder(): Decoder {
  const end = answerEnd();
  let calls = 0;

  const callOf = (call: ToolCall | null): readonly EnginePart[] => {
    const name = call?.function?.name;
    if (typeof name !== 'string') return [];
    const id = typeof call?.id === 'string' && call.id ? call.id : `call_${calls}`;
    calls += 1;
    // Arguments are an object here, where everybody else sends text.
    return [{ type: 'tool-call', id, name, input: JSON.stringify(call?.function?.arguments ?? {}) }];
  };

  return {
    get ending() {
      return end.reason !== undefined;
    },
    read({ data }) {
      if (end.finished) return [];
      const line = readEvent<Line>(data);
      if (!line) return [];
      if (line.error) throw streamError(line);
      const parts: EnginePart[] = [];
      const message = line.message;
      if (message || line.done === true) end.seen = true;
      if (typeof message?.thinking === 'string' && message.thinking)
        parts.push({ type: 'reasoning-delta', text: message.thinking });
      if (typeof message?.content === 'string' && message.content)
        parts.push({ type: 'text-delta', text: message.content });
      if (Array.isArray(message?.tool_calls)) parts.push(...message.tool_calls.flatMap(callOf));
      if (line.done !== true) return parts;
      end.usage = usageOf(line);
      const reason = reasonIn(reasons, line.done_reason ?? 'stop');
      end.reason = reason === 'stop' && calls > 0 ? 'tool-calls' : reason;
      return [...parts, ...end.close()];
    },
    end: () => end.end(),
  };
}

const reasons: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length' };

/** A count of zero is left out of the line: a prompt that was wholly cached has none. */
function usageOf(line: Partial<Line>): Usage | undefined {
  if (line.prompt_eval_count === undefined && line.eval_count === undefined) return undefined;
  return {
    input: tokens(line.prompt_eval_count),
    cachedRead: 0,
    cacheWrite: 0,
    output: tokens(line.eval_count),
    reasoning: 0,
  };
}

const Entry = z.object({
  name: z.string().min(1),
  remote_host: z.string().optional().catch(undefined),
  capabilities: z.array(z.string()).optional().catch(undefined),
});
const List = z.object({ models: z.array(z.unknown()) });

/** The list does not say what context a model gets; that depends on the memory free when it is loaded. */
function decodeModels(body: unknown): readonly ModelInfo[] {
  const list = List.safeParse(body);
  if (!list.success)
    throw new RumboError('Ollama’s list of models cannot be read.', { kind: 'bad-response' });
  return list.data.models.flatMap((value) => {
    const { data: entry } = Entry.safeParse(value);
    if (!entry || !canChat(entry)) return [];
    const remote = Boolean(entry.remote_host) || isCloudName(entry.name);
    return [{ name: entry.name, ...(remote ? { remote } : {}) }];
  });
}

/** `kimi-k2:1t-cloud`, `glm-4.6:cloud`: Ollama passes these on to its own servers. https://docs.ollama.com/cloud */
export const isCloudName = (name: string): boolean => /[:-]cloud$/i.test(name);

const canChat = ({ name, capabilities }: z.infer<typeof Entry>): boolean =>
  capabilities ? capabilities.includes('completion') : !/embed/i.test(name);

/** On loopback Ollama answers a host name it does not know with an empty 403. */
function refused(refusal: Refusal): RumboError {
  if (refusal.status !== 403 || refusal.body.trim()) return refusalError(refusal);
  return new RumboError('Ollama refuses requests that reach it under this host name.', {
    kind: 'unauthorized',
    status: 403,
    action: 'Use http://127.0.0.1:11434, or allow the name in OLLAMA_ORIGINS and OLLAMA_HOST.',
  });
}
