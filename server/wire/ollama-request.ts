/** Requests of Ollama's own API. https://github.com/ollama/ollama/blob/main/docs/api.md */

import type {
  CompletionRequest,
  FillRequest,
  FunctionTool,
  Message,
  ReasoningEffort,
  TextRequest,
} from '../../shared/chat.ts';
import { assistantParts, functionTools, imagesOf, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { toolArguments } from './merge-roles.ts';
import { effortOf, nearestEffort } from './reasoning-efforts.ts';
import type { WireRequest } from './wire-format.ts';

export function encodeOllamaChat(model: string, request: CompletionRequest): WireRequest {
  const { toolChoice, reasoning, responseFormat, logprobs } = request;
  const effort = reasoning && effortOf(reasoning);
  // The API has no field to force a call; tools that must not be called are not offered.
  const offered = toolChoice === 'none' ? [] : functionTools(request.tools);
  return {
    path: '/api/chat',
    body: {
      model,
      messages: request.messages.map(messageOf),
      stream: true,
      ...wholePrompt,
      ...(effort === undefined ? {} : { think: thinkOf(model, effort) }),
      // https://docs.ollama.com/capabilities/structured-outputs
      ...(responseFormat?.type === 'json' ? { format: responseFormat.schema ?? 'json' } : {}),
      ...(logprobs === undefined
        ? {}
        : { logprobs: true, ...(logprobs > 0 ? { top_logprobs: logprobs } : {}) }),
      ...limitsOf(request),
      ...(offered.length > 0 ? { tools: offered.map(toolOf) } : {}),
    },
  };
}

/** gpt-oss has levels only, other models think or do not. https://docs.ollama.com/capabilities/thinking */
const thinkOf = (model: string, effort: ReasoningEffort): string | boolean =>
  /gpt-oss/i.test(model) ? (nearestEffort(['low', 'medium', 'high'], effort) ?? 'medium') : effort !== 'none';

export const encodeOllamaFill = (model: string, request: FillRequest): WireRequest => ({
  path: '/api/generate',
  body: {
    model,
    prompt: request.prefix,
    // Without a suffix Ollama puts the prompt into the model's chat template, unless `raw` is set.
    ...(request.suffix ? { suffix: request.suffix } : { raw: true }),
    stream: true,
    ...wholePrompt,
    ...limitsOf(request),
  },
});

export const encodeOllamaText = (model: string, request: TextRequest): WireRequest => ({
  path: '/api/generate',
  body: { model, prompt: request.prompt, raw: true, stream: true, ...wholePrompt, ...limitsOf(request) },
});

/**
 * A prompt that exceeds the context is an error instead of cut without a word, and an answer ends where the context is full
 * instead of losing its beginning. Versions before 0.12 ignore both. https://github.com/ollama/ollama/blob/main/api/types.go
 */
const wholePrompt = { truncate: false, shift: false } as const;

type Limits = Pick<
  CompletionRequest,
  | 'maxOutputTokens'
  | 'stop'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'seed'
>;

const limitsOf = ({ maxOutputTokens, stop, ...sampling }: Limits): object =>
  optionsOf({
    num_predict: maxOutputTokens,
    stop: stop?.length ? stop : undefined,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
  });

/** `num_ctx` is never among the options: another value makes Ollama reload the model. */
function optionsOf(values: Readonly<Record<string, unknown>>): object {
  const options = Object.entries(values).filter(([, value]) => value !== undefined);
  return options.length > 0 ? { options: Object.fromEntries(options) } : {};
}

function messageOf(message: Message): object {
  const { role } = message;
  const images = imagesOf(message).flatMap((image) => ('data' in image ? [image.data] : []));
  const shown = images.length > 0 ? { images } : {};
  if (message.role === 'tool')
    return {
      role,
      content: textOf(message),
      tool_name: message.toolName,
      tool_call_id: message.toolCallId,
      ...shown,
    };
  if (message.role !== 'assistant') return { role, content: textOf(message), ...shown };
  const calls = toolCallsOf(message).map((call, index) => ({
    id: call.id,
    function: { index, name: call.name, arguments: toolArguments(call) },
  }));
  // Templates of models that think need the thoughts that led to a call.
  const thinking = calls.length > 0 ? thoughtsIn(message) : '';
  return {
    role,
    content: textOf(message),
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

const thoughtsIn = (message: Extract<Message, { role: 'assistant' }>): string =>
  assistantParts(message)
    .map((part) => (part.type === 'reasoning' ? part.text : ''))
    .join('');

const toolOf = ({ name, description, inputSchema }: FunctionTool): object => ({
  type: 'function',
  function: { name, ...(description === undefined ? {} : { description }), parameters: inputSchema },
});
