/** Requests of clients that speak Anthropic's Messages. https://platform.claude.com/docs/en/api/messages */
import type { Message, ReasoningOptions, RequestMetadata, Tool, ToolChoice } from '../../../shared/chat.ts';
import type { AssistantPart, TextPart, ToolResultPart, UserPart } from '../../../shared/content.ts';
import { isHostedBlock } from '../anthropic-blocks.ts';
import { citationIn } from '../anthropic-citations.ts';
import { sealThinking } from '../anthropic-thinking.ts';
import { type Fields, fieldsOf, listOf, stringOf } from '../json-fields.ts';
import { parseJsonObject } from '../json-object.ts';
import { signatureFromClient } from '../signatures.ts';
import { bodyOf, countOf, defined, invalidBody, numberWithin, unreadFields } from './body-fields.ts';
import type { ClientRequest, ConversationParams } from './client-format.ts';
import { cacheHint, type DocumentFields, documentData, imageData, imagePart } from './client-media.ts';
import { described, effortNamed, toolNamesById } from './client-options.ts';

const names = new Set([
  ...['model', 'messages', 'system', 'max_tokens', 'stream', 'stop_sequences', 'tools', 'tool_choice'],
  ...['thinking', 'output_config', 'metadata', 'temperature', 'top_p', 'top_k', 'cache_control'],
]);

export function decodeMessagesRequest(body: unknown): ClientRequest {
  const fields = bodyOf(body);
  const ignored = new Set(unreadFields(fields, names));
  if (!Array.isArray(fields['messages'])) throw invalidBody('messages is missing, or is no list.');
  const reader: Reader = { nameOf: toolNamesById(), ignore: (path) => ignored.add(path) };
  const messages = [
    ...systemOf(fields['system'], 'system', reader),
    ...fields['messages'].flatMap((each, index) => messagesOf(each, `messages[${index}]`, reader)),
  ];
  const ask = { messages: withLastCached(messages, fields['cache_control']), ...optionsOf(fields, reader) };
  return {
    model: stringOf(fields['model']) ?? '',
    stream: fields['stream'] === true,
    ask,
    ignored: [...ignored],
  };
}

type Reader = {
  readonly nameOf: ReturnType<typeof toolNamesById>;
  /** @param path a field that is not carried on */
  readonly ignore: (path: string) => void;
};

function optionsOf(fields: Fields, reader: Reader): ConversationParams {
  const tools = listOf(fields['tools']).flatMap((tool, index) => toolOf(tool, index, reader));
  const choice = fieldsOf(fields['tool_choice']);
  const stop = listOf(fields['stop_sequences']).filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  if (stop.length > maxStops) reader.ignore(`stop_sequences[${maxStops}]`);
  const output = fieldsOf(fields['output_config']);
  const schema = fieldsOf(fieldsOf(output?.['format'])?.['schema']);
  return defined({
    tools: tools.length > 0 ? tools : undefined,
    toolChoice: tools.length > 0 ? choiceOf(choice) : undefined,
    parallelToolCalls: choice?.['disable_parallel_tool_use'] === true ? false : undefined,
    maxOutputTokens: countOf(fields['max_tokens']),
    temperature: numberWithin(fields['temperature'], 0, 1),
    topP: numberWithin(fields['top_p'], Number.MIN_VALUE, 1),
    topK: countOf(fields['top_k']),
    stop: stop.length > 0 ? stop.slice(0, maxStops) : undefined,
    reasoning: reasoningOf(fieldsOf(fields['thinking']), output, reader),
    responseFormat: schema ? { type: 'json' as const, schema } : undefined,
    metadata: metadataOf(fieldsOf(fields['metadata'])),
  });
}

const maxStops = 4;

/** Adaptive thinking without an effort is the model's default. */
function reasoningOf(
  thinking: Fields | undefined,
  output: Fields | undefined,
  { ignore }: Reader,
): ReasoningOptions | undefined {
  if (thinking?.['display'] === 'omitted') ignore('thinking.display');
  if (thinking?.['type'] === 'disabled') return { effort: 'none' };
  if (thinking?.['type'] === 'between_tools') ignore('thinking.type');
  const effort = effortNamed(output?.['effort']);
  const budgetTokens = countOf(thinking?.['budget_tokens']);
  return effort === undefined && budgetTokens === undefined ? undefined : defined({ effort, budgetTokens });
}

/** Claude Code writes JSON with its session into it. */
function metadataOf(metadata: Fields | undefined): RequestMetadata | undefined {
  const user = stringOf(metadata?.['user_id']);
  if (!user) return undefined;
  const parsed = user.startsWith('{') ? (parseJsonObject(user) as Fields | undefined) : undefined;
  const session = stringOf(parsed?.['session_id']);
  return { user, ...(session ? { session } : {}) };
}

function choiceOf(choice: Fields | undefined): ToolChoice | undefined {
  const toolName = stringOf(choice?.['name']);
  if (choice?.['type'] === 'tool' && toolName !== undefined) return { type: 'tool', toolName };
  if (choice?.['type'] === 'any') return 'required';
  return choice?.['type'] === 'none' || choice?.['type'] === 'auto' ? choice['type'] : undefined;
}

/** A tool with a type of its own is one that the service defines. */
function toolOf(value: unknown, index: number, { ignore }: Reader): readonly Tool[] {
  const tool = fieldsOf(value);
  const type = stringOf(tool?.['type']);
  const name = stringOf(tool?.['name']) ?? type;
  if (!tool || name === undefined) {
    ignore(`tools[${index}]`);
    return [];
  }
  if (type !== undefined && type !== 'custom')
    return [{ type: 'hosted', wire: 'anthropic-messages', name, definition: tool }];
  for (const field of unreadFields(tool, toolFields)) ignore(`tools.${field}`);
  return [
    {
      name,
      ...described(tool),
      inputSchema: fieldsOf(tool['input_schema']) ?? { type: 'object', properties: {} },
      ...(tool['strict'] === true ? { isStrict: true } : {}),
      ...cacheHint(tool['cache_control']),
    },
  ];
}

const toolFields = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);

function systemOf(system: unknown, where: string, reader: Reader): readonly Message[] {
  if (system === undefined || system === null) return [];
  if (typeof system === 'string') return [{ role: 'system', content: system }];
  const content = blocksOf(system, where).flatMap(({ block, path }): readonly TextPart[] => {
    const text = stringOf(block['text']);
    if (text !== undefined) return [{ type: 'text', text, ...cacheHint(block['cache_control']) }];
    reader.ignore(path);
    return [];
  });
  return [{ role: 'system', content }];
}

function messagesOf(value: unknown, where: string, reader: Reader): readonly Message[] {
  const message = fieldsOf(value);
  if (!message) throw invalidBody(`${where} is no object.`);
  const { role, content } = message;
  if (role === 'system') return systemOf(content, `${where}.content`, reader);
  if (role !== 'user' && role !== 'assistant')
    throw invalidBody(`${where}.role is ${JSON.stringify(role)}, which is no role.`);
  if (typeof content === 'string') return [{ role, content }];
  const blocks = blocksOf(content, `${where}.content`);
  if (role === 'user') return userMessages(blocks, reader);
  return [{ role, content: blocks.flatMap((each) => answerParts(each, reader)) }];
}

type Located = { readonly block: Fields; readonly path: string };

function blocksOf(content: unknown, where: string): readonly Located[] {
  if (!Array.isArray(content)) throw invalidBody(`${where} is neither a text nor a list.`);
  return content.map((value: unknown, index) => {
    const path = `${where}[${index}]`;
    const block = typeof value === 'string' ? { type: 'text', text: value } : fieldsOf(value);
    if (!block) throw invalidBody(`${path} is no object.`);
    return { block, path };
  });
}

/** Results of tools are messages of their own. */
function userMessages(blocks: readonly Located[], reader: Reader): readonly Message[] {
  const messages: Message[] = [];
  let parts: UserPart[] = [];
  const flush = (): void => {
    if (parts.length > 0) messages.push({ role: 'user', content: parts });
    parts = [];
  };
  for (const located of blocks) {
    if (located.block['type'] !== 'tool_result') parts.push(...userParts(located, reader));
    else {
      flush();
      messages.push(resultOf(located, reader));
    }
  }
  flush();
  return messages;
}

function resultOf({ block, path }: Located, reader: Reader): Message {
  const toolCallId = stringOf(block['tool_use_id']) ?? '';
  const { content } = block;
  const parts: readonly ToolResultPart[] | string =
    content === undefined || content === null
      ? ''
      : typeof content === 'string'
        ? content
        : blocksOf(content, `${path}.content`).flatMap((each) => userParts(each, reader));
  return {
    role: 'tool',
    toolCallId,
    toolName: reader.nameOf.get(toolCallId),
    content: withCache(parts, block['cache_control']),
    ...(block['is_error'] === true ? { isError: true } : {}),
  };
}

/** The hint on its last part; text alone becomes one. */
function withCache<Part extends UserPart>(
  content: string | readonly Part[],
  mark: unknown,
): string | readonly (Part | TextPart)[] {
  const hint = cacheHint(mark);
  if (!hint.cache || content.length === 0) return content;
  if (typeof content === 'string') return [{ type: 'text', text: content, ...hint }];
  return content.map((part, index) => (index === content.length - 1 ? { ...part, ...hint } : part));
}

/** A mark on the whole request is one on its last part. */
function withLastCached(messages: readonly Message[], mark: unknown): readonly Message[] {
  const last = messages.at(-1);
  if (!cacheHint(mark).cache || (last?.role !== 'user' && last?.role !== 'tool')) return messages;
  return [
    ...messages.slice(0, -1),
    { ...last, content: withCache(last.content as readonly UserPart[], mark) } as Message,
  ];
}

type ImageOrDocument = Exclude<ToolResultPart, TextPart>;

function userParts({ block, path }: Located, { ignore }: Reader): readonly (TextPart | ImageOrDocument)[] {
  const hint = cacheHint(block['cache_control']);
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', text: stringOf(block['text']) ?? '', ...hint }];
    case 'image':
      return [imageOf(fieldsOf(block['source']), path, hint)];
    case 'document':
      return documentOf(block, path, ignore);
    case 'search_result':
      return [
        {
          type: 'document',
          text: textsIn(block['content']),
          ...documentFields({ ...block, context: block['source'] }),
        },
      ];
    default:
      ignore(path);
      return [];
  }
}

function imageOf(
  source: Fields | undefined,
  path: string,
  hint: ReturnType<typeof cacheHint>,
): ImageOrDocument {
  const fileId = stringOf(source?.['file_id']);
  if (fileId !== undefined) return { type: 'image', fileId, provider: 'anthropic', ...hint };
  const url = stringOf(source?.['url']);
  if (url !== undefined) return imagePart(url, `${path}.source`, hint);
  return imageData(
    stringOf(source?.['media_type']) ?? '',
    stringOf(source?.['data']) ?? '',
    `${path}.source`,
    hint,
  );
}

function documentOf(
  block: Fields,
  path: string,
  ignore: (path: string) => void,
): readonly (TextPart | ImageOrDocument)[] {
  const source = fieldsOf(block['source']);
  const more = documentFields(block);
  const fileId = stringOf(source?.['file_id']);
  if (fileId !== undefined) return [{ type: 'document', fileId, provider: 'anthropic', ...more }];
  const url = stringOf(source?.['url']);
  if (url !== undefined) return [{ type: 'document', url, ...more }];
  if (source?.['type'] === 'content') {
    const pictures = listOf(source['content']).flatMap((each, index) => {
      const inner = fieldsOf(each);
      return inner?.['type'] === 'image'
        ? [imageOf(fieldsOf(inner['source']), `${path}.source.content[${index}]`, {})]
        : [];
    });
    return [{ type: 'document', text: textsIn(source['content']), ...more }, ...pictures];
  }
  const data = stringOf(source?.['data']);
  if (data === undefined) {
    ignore(path);
    return [];
  }
  if (source?.['type'] === 'text') return [{ type: 'document', text: data, ...more }];
  return [documentData(stringOf(source?.['media_type']) ?? '', data, `${path}.source`, more)];
}

const documentFields = (block: Fields): DocumentFields => ({
  ...defined({ title: stringOf(block['title']), context: stringOf(block['context']) }),
  ...(fieldsOf(block['citations'])?.['enabled'] === true ? { isCited: true } : {}),
  ...cacheHint(block['cache_control']),
});

const textsIn = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map((each) => stringOf(fieldsOf(each)?.['text']) ?? '')
        .join('');

function answerParts({ block, path }: Located, { nameOf, ignore }: Reader): readonly AssistantPart[] {
  const { type } = block;
  if (isHostedBlock(type)) return [{ type: 'hosted', wire: 'anthropic-messages', item: block }];
  switch (type) {
    case 'text': {
      const text = stringOf(block['text']) ?? '';
      const span = { start: 0, end: text.length };
      const citations = listOf(block['citations']).flatMap((each) => citationIn(each, span));
      return [
        {
          type,
          text,
          ...(citations.length > 0 ? { citations } : {}),
          ...cacheHint(block['cache_control']),
        },
      ];
    }
    case 'thinking': {
      const signature = stringOf(block['signature']);
      return [
        {
          type: 'reasoning',
          text: stringOf(block['thinking']) ?? '',
          ...(signature ? { signature: signatureFromClient('anthropic', signature) } : {}),
        },
      ];
    }
    case 'redacted_thinking':
      return [
        {
          type: 'reasoning',
          text: '',
          signature: sealThinking({ type, data: stringOf(block['data']) ?? '' }),
        },
      ];
    case 'tool_use': {
      const id = stringOf(block['id']) ?? '';
      const name = stringOf(block['name']) ?? '';
      nameOf.add(id, name);
      return [{ type: 'tool-call', id, name, input: JSON.stringify(block['input'] ?? {}) }];
    }
    default:
      ignore(path);
      return [];
  }
}
