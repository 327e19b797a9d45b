/** Requests of clients that speak Chat Completions. https://platform.openai.com/docs/api-reference/chat/create */
import type { Message, ReasoningOptions, ResponseFormat, Tool, ToolChoice } from '../../../shared/chat.ts';
import type { AssistantPart, ToolCall, UserPart } from '../../../shared/content.ts';
import { type Fields, fieldsOf, listOf, stringOf } from '../json-fields.ts';
import { sealSignature } from '../signatures.ts';
import { bodyOf, countOf, defined, invalidBody, numberWithin, unreadFields } from './body-fields.ts';
import type { ClientRequest, ConversationParams } from './client-format.ts';
import { audioData, cacheHint, dataAddressDocument, imagePart, instructionText } from './client-media.ts';
import { described, effortNamed, grammarOf, tierNamed, toolNamesById } from './client-options.ts';

const names = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'functions', 'tool_choice', 'function_call'],
  ...['parallel_tool_calls', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'stop'],
  ...[
    'seed',
    'random_seed',
    'frequency_penalty',
    'presence_penalty',
    'n',
    'logprobs',
    'top_logprobs',
    'response_format',
  ],
  ...['reasoning_effort', 'reasoning', 'prediction', 'service_tier', 'user', 'safety_identifier'],
  ...['prompt_cache_key', 'modalities', 'audio', 'grammar', 'json_schema', 'structured_outputs'],
]);

export function decodeChatRequest(body: unknown): ClientRequest {
  const fields = bodyOf(body);
  const ignored = [...unreadFields(fields, names)];
  if (!Array.isArray(fields['messages'])) throw invalidBody('messages is missing, or is no list.');
  const nameOf = toolNamesById();
  const messages = fields['messages'].flatMap((each, index) => messageOf(each, index, nameOf, ignored));
  return {
    model: stringOf(fields['model']) ?? '',
    stream: fields['stream'] === true,
    ask: { messages, ...optionsOf(fields, ignored) },
    ignored,
    wantsUsage: fieldsOf(fields['stream_options'])?.['include_usage'] === true,
  };
}

function optionsOf(fields: Fields, ignored: string[]): ConversationParams {
  const tools = toolsOf(fields, ignored);
  const wantsLogprobs = fields['logprobs'] === true || typeof fields['top_logprobs'] === 'number';
  const session = stringOf(fields['prompt_cache_key']);
  const user = stringOf(fields['safety_identifier']) ?? stringOf(fields['user']);
  const stop = listOf(typeof fields['stop'] === 'string' ? [fields['stop']] : fields['stop'])
    .filter((text): text is string => typeof text === 'string' && text !== '')
    .slice(0, 4);
  const audio = fieldsOf(fields['audio']);
  const wantsSound = listOf(fields['modalities']).includes('audio') && audio;
  return defined({
    tools: tools.length > 0 ? tools : undefined,
    toolChoice: tools.length > 0 ? choiceOf(fields['tool_choice'] ?? fields['function_call']) : undefined,
    parallelToolCalls:
      typeof fields['parallel_tool_calls'] === 'boolean' ? fields['parallel_tool_calls'] : undefined,
    maxOutputTokens: countOf(fields['max_completion_tokens'] ?? fields['max_tokens']),
    temperature: numberWithin(fields['temperature'], 0, 2),
    topP: numberWithin(fields['top_p'], Number.MIN_VALUE, 1),
    topK: countOf(fields['top_k']),
    frequencyPenalty: numberWithin(fields['frequency_penalty'], -2, 2),
    presencePenalty: numberWithin(fields['presence_penalty'], -2, 2),
    stop: stop.length > 0 ? stop : undefined,
    seed: [fields['seed'], fields['random_seed']].find(Number.isSafeInteger) as number | undefined,
    answerCount: countOf(fields['n'], 8),
    logprobs: wantsLogprobs ? (numberWithin(fields['top_logprobs'], 0, 20) ?? 0) : undefined,
    responseFormat: formatOf(fields),
    reasoning: reasoningOf(fields),
    prediction: predictionOf(fields['prediction']),
    serviceTier: tierNamed(fields['service_tier']),
    metadata: session === undefined && user === undefined ? undefined : defined({ session, user }),
    output: wantsSound
      ? { audio: { voice: stringOf(audio['voice']) ?? 'alloy', format: stringOf(audio['format']) ?? 'wav' } }
      : undefined,
  });
}

function messageOf(
  value: unknown,
  index: number,
  nameOf: ReturnType<typeof toolNamesById>,
  ignored: string[],
): readonly Message[] {
  const where = `messages[${index}]`;
  const message = fieldsOf(value);
  if (!message) throw invalidBody(`${where} is no object.`);
  const content = contentOf(message['content'], where, ignored);
  switch (message['role']) {
    case 'system':
    case 'developer':
      return [{ role: 'system', content: instructionText(content, () => ignored.push(`${where}.content`)) }];
    case 'user':
      return [{ role: 'user', content }];
    case 'assistant':
      return [answerOf(message, content, nameOf)];
    case 'tool':
    case 'function': {
      const toolCallId = stringOf(message['tool_call_id']) ?? stringOf(message['name']) ?? '';
      const toolName = stringOf(message['name']) ?? nameOf.get(toolCallId);
      return [{ role: 'tool', toolCallId, toolName, content: content as string }];
    }
    default:
      throw invalidBody(`${where}.role is ${JSON.stringify(message['role'])}, which is no role.`);
  }
}

function contentOf(content: unknown, where: string, ignored: string[]): string | readonly UserPart[] {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidBody(`${where}.content is neither a text nor a list.`);
  return content.flatMap((part, index) => partOf(part, `${where}.content[${index}]`, ignored));
}

function partOf(value: unknown, where: string, ignored: string[]): readonly UserPart[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  const part = fieldsOf(value);
  const cache = cacheHint(part?.['cache_control']);
  switch (part?.['type']) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case 'refusal':
      return [{ type: 'text', text: stringOf(part['text'] ?? part['refusal']) ?? '', ...cache }];
    case 'image_url': {
      const image = fieldsOf(part['image_url']);
      const detail = (['low', 'high', 'original'] as const).find((each) => each === image?.['detail']);
      const url = stringOf(image?.['url'] ?? part['image_url']) ?? '';
      return [imagePart(url, `${where}.image_url`, { ...(detail ? { detail } : {}), ...cache })];
    }
    case 'input_audio': {
      const audio = fieldsOf(part['input_audio']);
      return [
        audioData(
          stringOf(audio?.['format']) ?? 'wav',
          stringOf(audio?.['data'] ?? part['input_audio']) ?? '',
          where,
        ),
      ];
    }
    case 'file': {
      const file = fieldsOf(part['file']);
      const fileId = stringOf(file?.['file_id'] ?? part['file_id']);
      if (fileId !== undefined) return [{ type: 'document', fileId, provider: 'openai', ...cache }];
      const title = stringOf(file?.['filename']);
      return [
        dataAddressDocument(stringOf(file?.['file_data']) ?? '', where, {
          ...(title === undefined ? {} : { title }),
          ...cache,
        }),
      ];
    }
    case 'document_url':
      return [{ type: 'document', url: stringOf(part['document_url']) ?? '', ...cache }];
    default:
      ignored.push(where);
      return [];
  }
}

function answerOf(
  message: Fields,
  content: string | readonly UserPart[],
  nameOf: ReturnType<typeof toolNamesById>,
): Message {
  const calls = callsOf(message);
  for (const { id, name } of calls) nameOf.add(id, name);
  const refusal = stringOf(message['refusal']);
  const reasoning = reasoningParts(message);
  if (reasoning.length === 0 && !refusal && typeof content === 'string')
    return { role: 'assistant', content, ...(calls.length > 0 ? { toolCalls: calls } : {}) };
  const texts =
    typeof content === 'string'
      ? content === ''
        ? []
        : [{ type: 'text' as const, text: content }]
      : content;
  const parts: AssistantPart[] = [
    ...reasoning,
    ...(texts.filter((part) => part.type === 'text') as AssistantPart[]),
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...calls.map((call) => ({ type: 'tool-call' as const, ...call })),
  ];
  return { role: 'assistant', content: parts };
}

/** Reasoning that clients send back, under the names of DeepSeek and OpenRouter. */
function reasoningParts(message: Fields): readonly AssistantPart[] {
  const text = stringOf(message['reasoning_content']) ?? stringOf(message['reasoning']) ?? '';
  const details = message['reasoning_details'];
  if (Array.isArray(details) && details.length > 0) {
    const signature = sealSignature('openai-chat', JSON.stringify({ reasoning_details: details }));
    return [{ type: 'reasoning', text, signature }];
  }
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

function callsOf(message: Fields): readonly ToolCall[] {
  const older = fieldsOf(message['function_call']);
  const name = stringOf(older?.['name']);
  if (name !== undefined) return [{ id: name, name, input: stringOf(older?.['arguments']) ?? '{}' }];
  return listOf(message['tool_calls']).flatMap((value, index): readonly ToolCall[] => {
    const call = fieldsOf(value);
    const id = stringOf(call?.['id']) ?? `call_${index}`;
    const custom = fieldsOf(call?.['custom']);
    if (custom)
      return [
        { id, name: stringOf(custom['name']) ?? '', input: stringOf(custom['input']) ?? '', isCustom: true },
      ];
    const called = fieldsOf(call?.['function']);
    const input = called?.['arguments'];
    return called
      ? [{ id, name: stringOf(called['name']) ?? '', input: stringOf(input) ?? JSON.stringify(input ?? {}) }]
      : [];
  });
}

function toolsOf(fields: Fields, ignored: string[]): readonly Tool[] {
  const older = listOf(fields['functions']).map((each) => ({ type: 'function', function: each }));
  return [...listOf(fields['tools']), ...older].flatMap((value, index): readonly Tool[] => {
    const tool = fieldsOf(value);
    const custom = fieldsOf(tool?.['custom']);
    if (custom) {
      const format = fieldsOf(custom['format']);
      const grammar = grammarOf(fieldsOf(format?.['grammar']));
      return [
        {
          type: 'custom',
          name: stringOf(custom['name']) ?? '',
          ...described(custom),
          ...(grammar ? { grammar } : {}),
        },
      ];
    }
    const definition = fieldsOf(tool?.['function']);
    const name = stringOf(definition?.['name']);
    if (!definition || name === undefined) {
      ignored.push(`tools[${index}]`);
      return [];
    }
    return [
      {
        name,
        ...described(definition),
        inputSchema: fieldsOf(definition['parameters']) ?? { type: 'object', properties: {} },
        ...(definition['strict'] === true ? { isStrict: true } : {}),
        ...cacheHint(tool?.['cache_control']),
      },
    ];
  });
}

function choiceOf(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  if (choice === 'any') return 'required';
  const fields = fieldsOf(choice);
  const toolName = stringOf(
    (fieldsOf(fields?.['function']) ?? fieldsOf(fields?.['custom']) ?? fields)?.['name'],
  );
  return toolName === undefined ? undefined : { type: 'tool', toolName };
}

function formatOf(fields: Fields): ResponseFormat | undefined {
  const grammar = stringOf(fields['grammar']);
  if (grammar !== undefined) return { type: 'grammar', grammar: { syntax: 'gbnf', text: grammar } };
  // vLLM's. https://docs.vllm.ai/en/latest/features/structured_outputs.html
  const structured = fieldsOf(fields['structured_outputs']);
  for (const [syntax, name] of [
    ['gbnf', 'grammar'],
    ['regex', 'regex'],
  ] as const) {
    const text = stringOf(structured?.[name]);
    if (text !== undefined) return { type: 'grammar', grammar: { syntax, text } };
  }
  const schema = fieldsOf(fields['json_schema']) ?? fieldsOf(structured?.['json']);
  if (schema) return { type: 'json', schema };
  const format = fieldsOf(fields['response_format']);
  if (format?.['type'] === 'json_object') {
    const own = fieldsOf(format['schema']);
    return { type: 'json', ...(own ? { schema: own } : {}) };
  }
  if (format?.['type'] !== 'json_schema') return undefined;
  const wrapped = fieldsOf(format['json_schema']);
  return defined({
    type: 'json' as const,
    schema: fieldsOf(wrapped?.['schema']),
    name: stringOf(wrapped?.['name']),
    description: stringOf(wrapped?.['description']),
    isStrict: wrapped?.['strict'] === true ? (true as const) : undefined,
  });
}

function reasoningOf(fields: Fields): ReasoningOptions | undefined {
  const options = fieldsOf(fields['reasoning']);
  const effort = effortNamed(fields['reasoning_effort'] ?? options?.['effort']);
  const budgetTokens = countOf(options?.['max_tokens']);
  return effort === undefined && budgetTokens === undefined ? undefined : defined({ effort, budgetTokens });
}

function predictionOf(prediction: unknown): string | undefined {
  const content = fieldsOf(prediction)?.['content'];
  if (typeof content === 'string') return content;
  const texts = listOf(content).map((part) => stringOf(fieldsOf(part)?.['text']) ?? '');
  return texts.length > 0 ? texts.join('') : undefined;
}
