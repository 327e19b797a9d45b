/**
 * Requests of clients that speak Gemini's generateContent. The API takes each name in camel case and with underscores.
 * https://ai.google.dev/api/generate-content
 */
import type { Message, ReasoningOptions, ResponseFormat, Tool, ToolChoice } from '../../../shared/chat.ts';
import {
  type AssistantPart,
  imageMediaTypes,
  type ToolResultPart,
  type UserPart,
} from '../../../shared/content.ts';
import { type Fields, fieldsOf, listOf, stringOf } from '../json-fields.ts';
import { sealSignature } from '../signatures.ts';
import { bodyOf, countOf, defined, invalidBody, numberWithin, unreadFields } from './body-fields.ts';
import type { ClientPath, ClientRequest, ConversationParams } from './client-format.ts';
import { audioData, documentData, imageData } from './client-media.ts';
import { effortNamed, tierNamed } from './client-options.ts';

const names = new Set([
  ...['contents', 'systemInstruction', 'generationConfig', 'tools', 'toolConfig', 'serviceTier', 'model'],
]);

export function decodeGeminiRequest(sent: unknown, path: ClientPath = {}): ClientRequest {
  const body = inCamelCase(bodyOf(sent));
  const ignored = [...unreadFields(body, names)];
  if (!Array.isArray(body['contents'])) throw invalidBody('contents is missing, or is no list.');
  const system = systemOf(body['systemInstruction'], ignored);
  const ids = callIds();
  const messages = body['contents'].flatMap((each, index) => messagesOf(each, index, ids, ignored));
  return {
    model: path.model ?? stringOf(body['model'])?.replace(/^models\//, '') ?? '',
    stream: path.stream ?? false,
    ask: { messages: [...system, ...messages], ...optionsOf(body, ignored) },
    ignored,
  };
}

/** The names of one object in camel case; values stay, since schemas and arguments are the client's own. */
const inCamelCase = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
const camelFields = (value: unknown): Fields | undefined => {
  const fields = fieldsOf(value);
  return fields && inCamelCase(fields);
};

function systemOf(instruction: unknown, ignored: string[]): readonly Message[] {
  if (typeof instruction === 'string') return [{ role: 'system', content: instruction }];
  const texts = listOf(fieldsOf(instruction)?.['parts']).flatMap((part, index) => {
    const text = stringOf(fieldsOf(part)?.['text']);
    if (text === undefined) ignored.push(`systemInstruction.parts[${index}]`);
    return text ?? [];
  });
  const [only] = texts;
  if (only === undefined) return [];
  return [
    { role: 'system', content: texts.length === 1 ? only : texts.map((text) => ({ type: 'text', text })) },
  ];
}

/** Results name their call by its id, or only by the tool's name: then they follow the calls in their order. */
function callIds() {
  const open: { readonly id: string; readonly name: string }[] = [];
  let count = 0;
  return {
    called(id: string | undefined, name: string): string {
      const own = id ?? `call_${count}`;
      count += 1;
      open.push({ id: own, name });
      return own;
    },
    answered(id: string | undefined, name: string): string {
      const index = open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
      return index < 0 ? (id ?? name) : (open.splice(index, 1)[0]?.id ?? name);
    },
  };
}

function messagesOf(
  value: unknown,
  index: number,
  ids: ReturnType<typeof callIds>,
  ignored: string[],
): readonly Message[] {
  const where = `contents[${index}]`;
  const content = fieldsOf(value);
  if (!content) throw invalidBody(`${where} is no object.`);
  const parts = listOf(content['parts']).map((part) => camelFields(part) ?? {});
  if (content['role'] === 'model')
    return [
      {
        role: 'assistant',
        content: parts.flatMap((part, at) => answerPart(part, `${where}.parts[${at}]`, ids, ignored)),
      },
    ];
  const messages: Message[] = [];
  let user: UserPart[] = [];
  const flush = (): void => {
    if (user.length > 0) messages.push({ role: 'user', content: user });
    user = [];
  };
  for (const [at, part] of parts.entries()) {
    const response = camelFields(part['functionResponse']);
    if (!response) {
      user.push(...userPart(part, `${where}.parts[${at}]`, ignored));
      continue;
    }
    flush();
    messages.push(resultOf(response, `${where}.parts[${at}]`, ids, ignored));
  }
  flush();
  return messages.length > 0 ? messages : [{ role: 'user', content: '' }];
}

function userPart(part: Fields, where: string, ignored: string[]): readonly UserPart[] {
  const text = stringOf(part['text']);
  if (text !== undefined) return [{ type: 'text', text }];
  const media = mediaOf(part, where);
  if (!media) ignored.push(where);
  return media ? [media] : [];
}

function mediaOf(part: Fields, where: string): UserPart | undefined {
  const inline = camelFields(part['inlineData']);
  const type = stringOf(inline?.['mimeType']) ?? '';
  const data = stringOf(inline?.['data']);
  if (data !== undefined) {
    if (type.startsWith('image/')) return imageData(type, data, where);
    return type.startsWith('audio/') ? audioData(type, data, where) : documentData(type, data, where);
  }
  const file = camelFields(part['fileData']);
  const uri = stringOf(file?.['fileUri']);
  if (uri === undefined) return undefined;
  const fileType = stringOf(file?.['mimeType']) ?? '';
  const isUpload = uri.startsWith('https://generativelanguage.googleapis.com/') || !/^https?:/.test(uri);
  const source = isUpload ? { fileId: uri, provider: 'gemini' } : { url: uri };
  // Clients leave out the type of pictures.
  if (fileType !== '' && !fileType.startsWith('image/')) return { type: 'document', ...source };
  const mediaType = imageMediaTypes.find((each) => each === fileType);
  return { type: 'image', ...(mediaType ? { mediaType } : {}), ...source };
}

function answerPart(
  part: Fields,
  where: string,
  ids: ReturnType<typeof callIds>,
  ignored: string[],
): readonly AssistantPart[] {
  const sent = stringOf(part['thoughtSignature']);
  const signature =
    sent === undefined || sent === 'skip_thought_signature_validator' ? undefined : clientSignature(sent);
  const signed = signature === undefined ? {} : { signature };
  const call = camelFields(part['functionCall']);
  if (call) {
    const name = stringOf(call['name']) ?? '';
    const id = ids.called(stringOf(call['id']), name);
    return [{ type: 'tool-call', id, name, input: JSON.stringify(call['args'] ?? {}), ...signed }];
  }
  const text = stringOf(part['text']);
  if (text !== undefined)
    return part['thought'] === true
      ? [{ type: 'reasoning', text, ...signed }]
      : [{ type: 'text', text, ...signed }];
  const media = mediaOf(part, where);
  if (media?.type === 'image') return [{ ...media, ...signed }];
  if (media?.type === 'audio') return [media];
  if (Object.keys(part).length === 0) {
    ignored.push(where);
    return [];
  }
  return [{ type: 'hosted', wire: 'gemini-generate-content', item: part }];
}

/** What we have sealed for another vendor comes back through this wire as it is. */
const clientSignature = (signature: string): string =>
  /^[a-z-]+:/.test(signature) ? signature : sealSignature('gemini', signature);

function resultOf(
  response: Fields,
  where: string,
  ids: ReturnType<typeof callIds>,
  ignored: string[],
): Message {
  const toolName = stringOf(response['name']) ?? '';
  const toolCallId = ids.answered(stringOf(response['id']), toolName);
  const value = fieldsOf(response['response']) ?? {};
  const isError = Object.keys(value).length === 1 && typeof value['error'] === 'string';
  const output = isError
    ? value['error']
    : Object.keys(value).length === 1 && 'output' in value
      ? value['output']
      : value;
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  const media = listOf(response['parts']).flatMap((part, index): ToolResultPart[] => {
    const found = mediaOf(camelFields(part) ?? {}, `${where}.functionResponse.parts[${index}]`);
    if (found?.type === 'image' || found?.type === 'document') return [found];
    ignored.push(`${where}.functionResponse.parts[${index}]`);
    return [];
  });
  const content = media.length > 0 ? [{ type: 'text' as const, text }, ...media] : text;
  return { role: 'tool', toolCallId, toolName, content, ...(isError ? { isError: true as const } : {}) };
}

function optionsOf(body: Fields, ignored: string[]): ConversationParams {
  const config = camelFields(body['generationConfig']) ?? {};
  const tools = toolsOf(body['tools']);
  ignored.push(...unreadFields(config, configNames).map((name) => `generationConfig.${name}`));
  const modalities = listOf(config['responseModalities']).map((each) => String(each).toUpperCase());
  const voice = camelFields(
    camelFields(camelFields(config['speechConfig'])?.['voiceConfig'])?.['prebuiltVoiceConfig'],
  )?.['voiceName'];
  const stop = listOf(config['stopSequences'])
    .filter((text): text is string => typeof text === 'string' && text !== '')
    .slice(0, 4);
  return defined({
    tools: tools.length > 0 ? tools : undefined,
    toolChoice: tools.length > 0 ? choiceOf(body['toolConfig']) : undefined,
    maxOutputTokens: countOf(config['maxOutputTokens']),
    temperature: numberWithin(config['temperature'], 0, 2),
    topP: numberWithin(config['topP'], Number.MIN_VALUE, 1),
    topK: countOf(config['topK']),
    frequencyPenalty: numberWithin(config['frequencyPenalty'], -2, 2),
    presencePenalty: numberWithin(config['presencePenalty'], -2, 2),
    stop: stop.length > 0 ? stop : undefined,
    seed: Number.isSafeInteger(config['seed']) ? (config['seed'] as number) : undefined,
    answerCount: countOf(config['candidateCount'], 8),
    logprobs:
      config['responseLogprobs'] === true ? (numberWithin(config['logprobs'], 0, 20) ?? 0) : undefined,
    responseFormat: formatOf(config),
    reasoning: reasoningOf(config['thinkingConfig']),
    serviceTier: tierNamed(body['serviceTier']),
    output: modalities.includes('AUDIO')
      ? { audio: { voice: stringOf(voice) ?? 'Kore', format: 'wav' } }
      : modalities.includes('IMAGE')
        ? { images: true as const }
        : undefined,
  });
}

const configNames = new Set([
  ...[
    'maxOutputTokens',
    'temperature',
    'topP',
    'topK',
    'frequencyPenalty',
    'presencePenalty',
    'stopSequences',
  ],
  ...['seed', 'candidateCount', 'responseLogprobs', 'logprobs', 'responseMimeType', 'responseSchema'],
  ...['responseJsonSchema', 'thinkingConfig', 'responseModalities', 'speechConfig'],
]);

function formatOf(config: Fields): ResponseFormat | undefined {
  const schema = fieldsOf(config['responseJsonSchema']) ?? fieldsOf(config['responseSchema']);
  if (schema) return { type: 'json', schema: config['responseJsonSchema'] ? schema : inLowerCase(schema) };
  return config['responseMimeType'] === 'application/json' ? { type: 'json' } : undefined;
}

/** Gemini's own schemas write types in capitals. */
function inLowerCase(schema: Fields): Fields {
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      if (name === 'type' && typeof value === 'string') return [name, value.toLowerCase()];
      if (Array.isArray(value))
        return [name, value.map((each) => (fieldsOf(each) ? inLowerCase(each as Fields) : each))];
      return [name, fieldsOf(value) ? inLowerCase(value as Fields) : value];
    }),
  );
}

function reasoningOf(thinking: unknown): ReasoningOptions | undefined {
  const fields = camelFields(thinking);
  const effort = effortNamed(fields?.['thinkingLevel']);
  const budget = fields?.['thinkingBudget'];
  // The least thinking, and none of it to be shown.
  if (budget === 0 || (effort === 'minimal' && fields?.['includeThoughts'] !== true))
    return { effort: 'none' };
  const budgetTokens = countOf(budget);
  return effort === undefined && budgetTokens === undefined ? undefined : defined({ effort, budgetTokens });
}

function toolsOf(tools: unknown): readonly Tool[] {
  return listOf(tools).flatMap((value): readonly Tool[] => {
    const tool = fieldsOf(value) ?? {};
    const declarations = camelFields(tool)?.['functionDeclarations'];
    if (Array.isArray(declarations)) return declarations.flatMap((each) => functionOf(camelFields(each)));
    const [name] = Object.keys(tool);
    return name === undefined
      ? []
      : [{ type: 'hosted', wire: 'gemini-generate-content', name, definition: tool }];
  });
}

function functionOf(declaration: Fields | undefined): readonly Tool[] {
  const name = stringOf(declaration?.['name']);
  if (name === undefined) return [];
  const description = stringOf(declaration?.['description']);
  const own = fieldsOf(declaration?.['parameters']);
  const inputSchema =
    fieldsOf(declaration?.['parametersJsonSchema']) ??
    (own ? inLowerCase(own) : { type: 'object', properties: {} });
  return [{ name, ...(description === undefined ? {} : { description }), inputSchema }];
}

function choiceOf(config: unknown): ToolChoice | undefined {
  const calling = camelFields(camelFields(config)?.['functionCallingConfig']);
  const [only, ...others] = listOf(calling?.['allowedFunctionNames']);
  switch (String(calling?.['mode']).toUpperCase()) {
    case 'NONE':
      return 'none';
    case 'ANY':
      return typeof only === 'string' && others.length === 0 ? { type: 'tool', toolName: only } : 'required';
    case 'AUTO':
      return 'auto';
    default:
      return undefined;
  }
}
