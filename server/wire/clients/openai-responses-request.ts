/** Requests of clients that speak the Responses API. https://platform.openai.com/docs/api-reference/responses/create */
import type { Message, ReasoningOptions, ResponseFormat } from '../../../shared/chat.ts';
import type { AssistantPart, UserPart } from '../../../shared/content.ts';
import { type Fields, fieldsOf, listOf, stringOf } from '../json-fields.ts';
import { citationOf } from '../openai-annotations.ts';
import { generatedImage, sealReasoningItem } from '../openai-items.ts';
import { signatureFromClient } from '../signatures.ts';
import { bodyOf, countOf, defined, invalidBody, numberWithin, unreadFields } from './body-fields.ts';
import type { ClientRequest, ConversationParams } from './client-format.ts';
import { audioData, dataAddressDocument, imagePart, instructionText } from './client-media.ts';
import { effortNamed, tierNamed, toolNamesById } from './client-options.ts';
import { responsesTools } from './openai-responses-client-tools.ts';

const names = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'tools', 'tool_choice'],
  ...['parallel_tool_calls', 'max_output_tokens', 'temperature', 'top_p', 'reasoning', 'text', 'include'],
  ...['top_logprobs', 'service_tier', 'prompt_cache_key', 'safety_identifier', 'user', 'store'],
]);

export function decodeResponsesRequest(body: unknown): ClientRequest {
  const fields = bodyOf(body);
  const ignored = new Set(unreadFields(fields, names));
  const ignore = (path: string): void => void ignored.add(path);
  // Nothing is stored here.
  if (fields['store'] === true) ignore('store');
  const conversation = conversationOf(fields, ignore);
  return {
    model: stringOf(fields['model']) ?? '',
    stream: fields['stream'] === true,
    ask: { messages: conversation.messages, ...optionsOf(fields, conversation, ignore) },
    ignored: [...ignored],
  };
}

type Ignore = (path: string) => void;

type Conversation = {
  readonly messages: readonly Message[];
  /** Tools and settings that stand among the messages. */
  readonly tools: readonly unknown[];
  readonly reasoning: Fields | undefined;
};

function optionsOf(
  fields: Fields,
  { tools: later, reasoning }: Conversation,
  ignore: Ignore,
): ConversationParams {
  const { tools, toolChoice } = responsesTools(
    [...listOf(fields['tools']), ...later],
    fields['tool_choice'],
    ignore,
  );
  const session = stringOf(fields['prompt_cache_key']);
  const user = stringOf(fields['safety_identifier']) ?? stringOf(fields['user']);
  const include = listOf(fields['include']);
  const wantsLogprobs =
    typeof fields['top_logprobs'] === 'number' || include.includes('message.output_text.logprobs');
  for (const each of include) if (!readIncludes.has(each)) ignore(`include.${String(each)}`);
  return defined({
    tools: tools.length > 0 ? tools : undefined,
    toolChoice: tools.length > 0 ? toolChoice : undefined,
    parallelToolCalls:
      typeof fields['parallel_tool_calls'] === 'boolean' ? fields['parallel_tool_calls'] : undefined,
    maxOutputTokens: countOf(fields['max_output_tokens']),
    temperature: numberWithin(fields['temperature'], 0, 2),
    topP: numberWithin(fields['top_p'], Number.MIN_VALUE, 1),
    logprobs: wantsLogprobs ? (numberWithin(fields['top_logprobs'], 0, 20) ?? 0) : undefined,
    reasoning: reasoningOf({ ...fieldsOf(fields['reasoning']), ...reasoning }, ignore),
    responseFormat: formatOf(fieldsOf(fields['text']), ignore),
    serviceTier: tierNamed(fields['service_tier']),
    metadata: session === undefined && user === undefined ? undefined : defined({ session, user }),
  });
}

/** Sources are in the items anyway. */
const readIncludes: ReadonlySet<unknown> = new Set([
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
  'web_search_call.action.sources',
]);

/** Summaries are sent wherever a model's reasoning can be read. */
function reasoningOf(fields: Fields, ignore: Ignore): ReasoningOptions | undefined {
  for (const name of unreadFields(fields, new Set(['effort', 'summary', 'generate_summary'])))
    ignore(`reasoning.${name}`);
  const effort = effortNamed(fields['effort']);
  return effort && { effort };
}

function formatOf(text: Fields | undefined, ignore: Ignore): ResponseFormat | undefined {
  for (const name of unreadFields(text ?? {}, new Set(['format']))) ignore(`text.${name}`);
  const format = fieldsOf(text?.['format']);
  if (format?.['type'] === 'json_object') return { type: 'json' };
  if (format?.['type'] !== 'json_schema') return undefined;
  return defined({
    type: 'json' as const,
    schema: fieldsOf(format['schema']),
    name: stringOf(format['name']),
    description: stringOf(format['description']),
    isStrict: format['strict'] === true ? (true as const) : undefined,
  });
}

function conversationOf({ input, instructions }: Fields, ignore: Ignore): Conversation {
  const messages: Message[] = [];
  const tools: unknown[] = [];
  let reasoning: Fields | undefined;
  if (typeof instructions === 'string' && instructions !== '')
    messages.push({ role: 'system', content: instructions });
  if (typeof input === 'string')
    return { messages: [...messages, { role: 'user', content: input }], tools, reasoning };
  if (!Array.isArray(input)) throw invalidBody('input is neither a text nor a list.');
  const nameOf = toolNamesById();
  let answer: AssistantPart[] = [];
  const flush = (): void => {
    if (answer.length > 0) messages.push({ role: 'assistant', content: answer });
    answer = [];
  };
  for (const [index, value] of (input as readonly unknown[]).entries()) {
    const where = `input[${index}]`;
    const item = fieldsOf(value);
    if (!item) throw invalidBody(`${where} is no object.`);
    if (item['type'] === 'additional_tools') tools.push(...listOf(item['tools']));
    else if (item['type'] === 'configuration_update') {
      reasoning = { ...reasoning, ...fieldsOf(item['reasoning']) };
      if (item['text'] !== undefined) ignore(`${where}.text`);
    } else if (item['type'] === 'item_reference') ignore(where);
    else {
      const read = readItem(item, where, nameOf, ignore);
      if ('role' in read) {
        flush();
        messages.push(read);
        continue;
      }
      // Two messages in a row stay two.
      if (isWriting(answer.at(-1)) && isWriting(read.parts[0])) flush();
      answer.push(...read.parts);
    }
  }
  flush();
  return { messages, tools, reasoning };
}

const isWriting = (part: AssistantPart | undefined): boolean => part?.type === 'text';

type ReadItem = Message | { readonly parts: readonly AssistantPart[] };

function readItem(
  item: Fields,
  where: string,
  nameOf: ReturnType<typeof toolNamesById>,
  ignore: Ignore,
): ReadItem {
  const { type } = item;
  switch (type) {
    case 'function_call':
    case 'custom_tool_call': {
      const id = stringOf(item['call_id']) ?? stringOf(item['id']) ?? '';
      const name = stringOf(item['name']) ?? '';
      nameOf.add(id, name);
      const namespace = stringOf(item['namespace']);
      return {
        parts: [
          {
            type: 'tool-call',
            id,
            name,
            input: stringOf(type === 'function_call' ? item['arguments'] : item['input']) ?? '',
            ...(namespace ? { namespace } : {}),
            ...(type === 'custom_tool_call' ? { isCustom: true } : {}),
          },
        ],
      };
    }
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const toolCallId = stringOf(item['call_id']) ?? '';
      const toolName = stringOf(item['name']) ?? nameOf.get(toolCallId);
      const content = userContent(item['output'] ?? '', `${where}.output`, ignore);
      return { role: 'tool', toolCallId, toolName, content: content as string };
    }
    case 'reasoning':
      return { parts: [reasoningPart(item)] };
    case 'image_generation_call': {
      const image = generatedImage(item);
      return { parts: image ? [image] : [] };
    }
    case 'message':
    case undefined:
      return messageOf(item, where, ignore);
    default:
      return { parts: [{ type: 'hosted', wire: 'openai-responses', item }] };
  }
}

/** Encrypted by OpenAI, or what Rumbo has put in its place for a model of another vendor. */
function reasoningPart(item: Fields): AssistantPart {
  const text = textsIn(item['summary'], '\n\n') || textsIn(item['content'], '');
  const encrypted = stringOf(item['encrypted_content']);
  if (!encrypted) return { type: 'reasoning', text };
  const isOwn = signatureFromClient('openai', encrypted) !== encrypted;
  const signature = isOwn ? sealReasoningItem({ summary: [], ...item }) : encrypted;
  return { type: 'reasoning', text, ...(signature ? { signature } : {}) };
}

const textsIn = (list: unknown, separator: string): string =>
  listOf(list)
    .map((part) => stringOf(fieldsOf(part)?.['text']) ?? '')
    .join(separator);

function messageOf(item: Fields, where: string, ignore: Ignore): ReadItem {
  const { role, content } = item;
  switch (role) {
    case 'system':
    case 'developer': {
      const parts = userContent(content, `${where}.content`, ignore);
      return { role: 'system', content: instructionText(parts, () => ignore(`${where}.content`)) };
    }
    case 'user':
      return { role, content: userContent(content, `${where}.content`, ignore) };
    case 'assistant':
      return { parts: answerParts(content, `${where}.content`, ignore) };
    default:
      throw invalidBody(`${where}.role is ${JSON.stringify(role)}, which is no role.`);
  }
}

function answerParts(content: unknown, where: string, ignore: Ignore): readonly AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return listOf(content).flatMap((value, index): readonly AssistantPart[] => {
    const part = fieldsOf(value);
    const refusal = stringOf(part?.['refusal']);
    if (refusal !== undefined) return [{ type: 'refusal', text: refusal }];
    const text = stringOf(part?.['text']);
    if (text === undefined) {
      ignore(`${where}[${index}]`);
      return [];
    }
    const citations = listOf(part?.['annotations']).flatMap((annotation) => citationOf(annotation));
    return [{ type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }];
  });
}

function userContent(content: unknown, where: string, ignore: Ignore): string | readonly UserPart[] {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidBody(`${where} is neither a text nor a list.`);
  return content.flatMap((part, index) => userPart(part, `${where}[${index}]`, ignore));
}

function userPart(value: unknown, where: string, ignore: Ignore): readonly UserPart[] {
  const part = fieldsOf(value);
  switch (part?.['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return [{ type: 'text', text: stringOf(part['text']) ?? '' }];
    case 'input_image': {
      const detail = (['low', 'high', 'original'] as const).find((each) => each === part['detail']);
      const more = detail ? { detail } : {};
      const fileId = stringOf(part['file_id']);
      if (fileId !== undefined) return [{ type: 'image', fileId, provider: 'openai', ...more }];
      return [imagePart(stringOf(part['image_url']) ?? '', `${where}.image_url`, more)];
    }
    case 'input_file': {
      const fileId = stringOf(part['file_id']);
      if (fileId !== undefined) return [{ type: 'document', fileId, provider: 'openai' }];
      const title = stringOf(part['filename']);
      const url = stringOf(part['file_url']) ?? stringOf(part['file_data']) ?? '';
      return [dataAddressDocument(url, where, title === undefined ? {} : { title })];
    }
    case 'input_audio': {
      const audio = fieldsOf(part['input_audio']);
      return [audioData(stringOf(audio?.['format']) ?? 'wav', stringOf(audio?.['data']) ?? '', where)];
    }
    default:
      ignore(where);
      return [];
  }
}
