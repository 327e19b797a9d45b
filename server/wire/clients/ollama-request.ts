/** Requests of clients that speak Ollama's chat. https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion */
import type { Message, ReasoningOptions, ResponseFormat, Tool } from '../../../shared/chat.ts';
import {
  type AssistantPart,
  type ImageMediaType,
  type ImagePart,
  imageMediaTypes,
  type ToolCall,
} from '../../../shared/content.ts';
import { type Fields, fieldsOf, listOf, stringOf } from '../json-fields.ts';
import { bodyOf, countOf, defined, invalidBody, numberWithin, unreadFields } from './body-fields.ts';
import type { ClientRequest, ConversationParams } from './client-format.ts';
import { effortNamed } from './client-options.ts';

const names = new Set([
  ...['model', 'messages', 'stream', 'tools', 'format', 'options', 'think', 'logprobs', 'top_logprobs'],
  // What an engine does with its memory and its context is decided by Rumbo.
  ...['keep_alive', 'truncate', 'shift'],
]);
const optionNames = new Set([
  ...[
    'num_predict',
    'stop',
    'temperature',
    'top_p',
    'top_k',
    'frequency_penalty',
    'presence_penalty',
    'seed',
  ],
  'num_ctx',
]);

/** A request without messages loads a model, and one with `keep_alive: 0` unloads it: neither asks for an answer. */
export function decodeOllamaRequest(sent: unknown): ClientRequest {
  const body = bodyOf(sent);
  const options = fieldsOf(body['options']) ?? {};
  const ignored = [
    ...unreadFields(body, names),
    ...unreadFields(options, optionNames).map((name) => `options.${name}`),
  ];
  const calls: ToolCall[] = [];
  const messages = listOf(body['messages']).map((each, index) => messageOf(each, index, calls, ignored));
  return {
    model: stringOf(body['model']) ?? '',
    // Ollama streams unless it is asked not to.
    stream: body['stream'] !== false,
    ask: { messages, ...optionsOf(body, options) },
    ignored,
  };
}

function optionsOf(body: Fields, options: Fields): ConversationParams {
  const tools = listOf(body['tools']).flatMap(toolOf);
  const stop = listOf(typeof options['stop'] === 'string' ? [options['stop']] : options['stop'])
    .filter((text): text is string => typeof text === 'string' && text !== '')
    .slice(0, 4);
  return defined({
    tools: tools.length > 0 ? tools : undefined,
    maxOutputTokens: countOf(options['num_predict']),
    temperature: numberWithin(options['temperature'], 0, 2),
    topP: numberWithin(options['top_p'], Number.MIN_VALUE, 1),
    topK: countOf(options['top_k']),
    frequencyPenalty: numberWithin(options['frequency_penalty'], -2, 2),
    presencePenalty: numberWithin(options['presence_penalty'], -2, 2),
    stop: stop.length > 0 ? stop : undefined,
    seed: Number.isSafeInteger(options['seed']) ? (options['seed'] as number) : undefined,
    logprobs: body['logprobs'] === true ? (numberWithin(body['top_logprobs'], 0, 20) ?? 0) : undefined,
    responseFormat: formatOf(body['format']),
    reasoning: reasoningOf(body['think']),
  });
}

function messageOf(value: unknown, index: number, open: ToolCall[], ignored: string[]): Message {
  const where = `messages[${index}]`;
  const message = fieldsOf(value);
  if (!message) throw invalidBody(`${where} is no object.`);
  const text = stringOf(message['content']) ?? '';
  const images = listOf(message['images']).map((image, at) => imageOf(image, `${where}.images[${at}]`));
  const content =
    images.length > 0 ? [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...images] : text;
  const readsImages = message['role'] === 'user' || message['role'] === 'tool';
  if (images.length > 0 && !readsImages) ignored.push(`${where}.images`);
  switch (message['role']) {
    case 'system':
      return { role: 'system', content: text };
    case 'user':
      return { role: 'user', content };
    case 'assistant': {
      const calls = listOf(message['tool_calls']).map((each, at) => callOf(each, `call_${index}_${at}`));
      open.push(...calls);
      const thinking = stringOf(message['thinking']);
      if (!thinking)
        return { role: 'assistant', content: text, ...(calls.length > 0 ? { toolCalls: calls } : {}) };
      const parts: AssistantPart[] = [
        { type: 'reasoning', text: thinking },
        ...(text === '' ? [] : [{ type: 'text' as const, text }]),
        ...calls.map((call) => ({ type: 'tool-call' as const, ...call })),
      ];
      return { role: 'assistant', content: parts };
    }
    case 'tool': {
      const id = stringOf(message['tool_call_id']);
      const name = stringOf(message['tool_name']) ?? stringOf(message['name']);
      const found = open.findIndex((call) =>
        id === undefined ? name === undefined || call.name === name : call.id === id,
      );
      const call = found < 0 ? undefined : open.splice(found, 1)[0];
      return {
        role: 'tool',
        toolCallId: id ?? call?.id ?? name ?? '',
        toolName: name ?? call?.name ?? '',
        content,
      };
    }
    default:
      throw invalidBody(`${where}.role is ${JSON.stringify(message['role'])}, which is no role.`);
  }
}

function callOf(value: unknown, id: string): ToolCall {
  const call = fieldsOf(value);
  const called = fieldsOf(call?.['function']);
  const input = called?.['arguments'] ?? {};
  return {
    id: stringOf(call?.['id']) || id,
    name: stringOf(called?.['name']) ?? '',
    input: typeof input === 'string' ? input : JSON.stringify(input),
  };
}

/** Clients send the bytes alone; the first of them show the format. */
function imageOf(image: unknown, where: string): ImagePart {
  const text = stringOf(image);
  if (text === undefined) throw invalidBody(`${where} is no text in base64.`);
  const data = text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text;
  return { type: 'image', mediaType: imageTypeOf(data), data };
}

const beginnings: readonly (readonly [string, ImageMediaType])[] = [
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];
const imageTypeOf = (data: string): ImageMediaType =>
  beginnings.find(([beginning]) => data.startsWith(beginning))?.[1] ?? imageMediaTypes[0];

function toolOf(value: unknown): readonly Tool[] {
  const definition = fieldsOf(fieldsOf(value)?.['function']);
  const name = stringOf(definition?.['name']);
  if (name === undefined) return [];
  const description = stringOf(definition?.['description']);
  return [
    {
      name,
      ...(description === undefined ? {} : { description }),
      inputSchema: fieldsOf(definition?.['parameters']) ?? { type: 'object', properties: {} },
    },
  ];
}

function formatOf(format: unknown): ResponseFormat | undefined {
  if (format === 'json') return { type: 'json' };
  const schema = fieldsOf(format);
  return schema ? { type: 'json', schema } : undefined;
}

function reasoningOf(think: unknown): ReasoningOptions | undefined {
  if (think === false) return { effort: 'none' };
  if (think === true) return { effort: 'medium' };
  const effort = effortNamed(think);
  return effort === undefined ? undefined : { effort };
}
