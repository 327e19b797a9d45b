/** Requests of Ollama's own API. https://github.com/ollama/ollama/blob/main/docs/api.md */

import type {
  CompletionRequest,
  FillRequest,
  FunctionTool,
  Message,
  TextRequest,
} from '../../shared/chat.ts';
import { functionTools, imagesOf, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { toolArguments } from './merge-roles.ts';
import type { WireRequest } from './wire-format.ts';

export function encodeOllamaChat(model: string, request: CompletionRequest): WireRequest {
  const { toolChoice, reasoning } = request;
  // The API has no field to force a call; tools that must not be called are not offered.
  const offered = toolChoice === 'none' ? [] : functionTools(request.tools);
  return {
    path: '/api/chat',
    body: {
      model,
      messages: request.messages.map(messageOf),
      stream: true,
      ...wholePrompt,
      // gpt-oss has levels only. https://docs.ollama.com/capabilities/thinking
      ...(reasoning?.effort === 'none' ? { think: /gpt-oss/i.test(model) ? 'low' : false } : {}),
      ...limitsOf(request),
      ...(offered.length > 0 ? { tools: offered.map(toolOf) } : {}),
    },
  };
}

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

type Limits = Pick<CompletionRequest, 'maxOutputTokens' | 'stop' | 'temperature' | 'topP' | 'seed'>;

const limitsOf = ({ maxOutputTokens, stop, temperature, topP, seed }: Limits): object =>
  optionsOf({
    num_predict: maxOutputTokens,
    stop: stop?.length ? stop : undefined,
    temperature,
    top_p: topP,
    seed,
  });

/** `num_ctx` is never among the options: another value makes Ollama reload the model. */
function optionsOf(values: Readonly<Record<string, unknown>>): object {
  const options = Object.entries(values).filter(([, value]) => value !== undefined);
  return options.length > 0 ? { options: Object.fromEntries(options) } : {};
}

function messageOf(message: Message): object {
  const { role } = message;
  const content = textOf(message);
  if (message.role === 'tool')
    return { role, content, tool_name: message.toolName, tool_call_id: message.toolCallId };
  if (message.role === 'assistant') {
    const calls = toolCallsOf(message).map((call, index) => ({
      id: call.id,
      function: { index, name: call.name, arguments: toolArguments(call) },
    }));
    return { role, content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  }
  const images = imagesOf(message).flatMap((image) => ('data' in image ? [image.data] : []));
  return { role, content, ...(images.length > 0 ? { images } : {}) };
}

const toolOf = ({ name, description, inputSchema }: FunctionTool): object => ({
  type: 'function',
  function: { name, ...(description === undefined ? {} : { description }), parameters: inputSchema },
});
