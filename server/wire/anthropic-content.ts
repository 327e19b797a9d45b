/** A conversation as Anthropic's turns of blocks. https://platform.claude.com/docs/en/api/messages */
import type { Message } from '../../shared/chat.ts';
import type {
  AssistantPart,
  CacheLifetime,
  DocumentPart,
  ImagePart,
  TextPart,
  ToolCall,
} from '../../shared/content.ts';
import { assistantParts, contentParts, type MessagePart, textOf } from '../../shared/message-parts.ts';
import { anthropicCitations } from './anthropic-citations.ts';
import { callThinking, thinkingBlock } from './anthropic-thinking.ts';
import { toolArguments } from './merge-roles.ts';

/** One block; its other fields depend on its type. */
export type AnthropicBlock = { readonly type: string } & Readonly<Record<string, unknown>>;

export type AnthropicTurn = {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string | readonly AnthropicBlock[];
};

export type AnthropicConversation = {
  /** Absent: there are no instructions. */
  readonly system?: string | readonly AnthropicBlock[];
  readonly messages: readonly AnthropicTurn[];
};

type Turn = { readonly role: AnthropicTurn['role']; readonly blocks: AnthropicBlock[] };
type SystemMessage = Extract<Message, { role: 'system' }>;

/** @param takesLaterSystem the model takes instructions within the conversation; else all of them precede it */
export function anthropicConversation(
  messages: readonly Message[],
  takesLaterSystem: boolean,
): AnthropicConversation {
  const encode = blockEncoder(messages);
  const turns: Turn[] = [];
  const system: SystemMessage[] = [];
  let pending: SystemMessage[] = [];
  // Instructions may only follow a turn of the user and precede one of the assistant.
  const addPending = (): void => {
    if (pending.length === 0) return;
    if (turns.at(-1)?.role === 'user') turns.push({ role: 'system', blocks: pending.flatMap(encode) });
    else system.push(...pending);
    pending = [];
  };
  for (const message of messages) {
    if (message.role === 'system') {
      (takesLaterSystem && turns.length > 0 ? pending : system).push(message);
      continue;
    }
    const blocks = encode(message);
    if (blocks.length === 0) continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    if (role === 'assistant' && turns.at(-1)?.role === 'user') addPending();
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else turns.push({ role, blocks: [...blocks] });
  }
  addPending();
  return {
    ...(system.length > 0 ? { system: systemOf(system, encode) } : {}),
    messages: turns.flatMap((turn, index) => turnOf(turn, index === turns.length - 1)),
  };
}

/** One text, unless its parts are cached on their own. */
function systemOf(
  system: readonly SystemMessage[],
  encode: (message: Message) => readonly AnthropicBlock[],
): string | readonly AnthropicBlock[] {
  const hasParts = system.some(
    ({ content }) =>
      typeof content !== 'string' && (content.length > 1 || content.some(({ cache }) => cache)),
  );
  return hasParts ? system.flatMap(encode) : system.map((message) => textOf(message)).join('\n\n');
}

function turnOf({ role, blocks: all }: Turn, isLast: boolean): readonly AnthropicTurn[] {
  const blocks =
    role === 'user' ? resultsFirst(all) : role === 'assistant' && isLast ? withoutTrailingSpace(all) : all;
  return blocks.length === 0 ? [] : [{ role, content: plainContent(blocks) }];
}

/** One text without anything else is a text. */
export function plainContent(blocks: readonly AnthropicBlock[]): AnthropicTurn['content'] {
  const [first] = blocks;
  const isPlain =
    blocks.length === 1 && first?.type === 'text' && !('cache_control' in first) && !('citations' in first);
  return isPlain ? (first['text'] as string) : blocks;
}

/** The results of calls must precede everything else in a turn. */
function resultsFirst(blocks: readonly AnthropicBlock[]): readonly AnthropicBlock[] {
  const isResult = ({ type }: AnthropicBlock): boolean => type === 'tool_result';
  const firstOther = blocks.findIndex((block) => !isResult(block));
  if (firstOther < 0 || !blocks.some((block, index) => index > firstOther && isResult(block))) return blocks;
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}

/** A prefill may not end in white space. */
function withoutTrailingSpace(blocks: readonly AnthropicBlock[]): readonly AnthropicBlock[] {
  const end = blocks.at(-1);
  if (end?.type !== 'text') return blocks;
  const text = String(end['text']).trimEnd();
  return text === '' ? blocks.slice(0, -1) : [...blocks.slice(0, -1), { ...end, text }];
}

const wantsCitations = (part: MessagePart): boolean => 'isCited' in part && part.isCited === true;

/** The blocks of one message after the other; calls get ids that the service allows. */
function blockEncoder(messages: readonly Message[]): (message: Message) => readonly AnthropicBlock[] {
  const ids = callIds();
  const isCited = messages.some(
    ({ role, content }) =>
      role !== 'assistant' && typeof content !== 'string' && content.some(wantsCitations),
  );
  return (message) => {
    // As most messages.
    if (typeof message.content === 'string' && message.role !== 'tool' && !('toolCalls' in message))
      return message.content === '' ? [] : [{ type: 'text', text: message.content }];
    switch (message.role) {
      case 'system':
      case 'user':
        return contentParts<MessagePart>(message.content).flatMap((part) => blocksOf(part, isCited));
      case 'assistant':
        return answerBlocks(assistantParts(message), ids.ofCall);
      case 'tool':
        return [resultOf(message, ids.ofResult(message.toolCallId), isCited)];
    }
  };
}

/**
 * @param isCited of all documents of a request, citations are on for each or for none
 * @param isMarked with the hint to cache it
 */
function blocksOf(part: MessagePart, isCited: boolean, isMarked = true): readonly AnthropicBlock[] {
  const mark = isMarked && 'cache' in part ? cacheControl(part.cache) : {};
  switch (part.type) {
    case 'text':
      // Empty texts are rejected.
      return part.text === '' ? [] : [{ type: 'text', text: part.text, ...mark }];
    case 'image':
      return [{ type: 'image', source: imageSource(part), ...mark }];
    case 'document':
      return [{ ...documentBlock(part, isCited), ...mark }];
    default:
      return [];
  }
}

export const cacheControl = (lifetime: CacheLifetime | undefined): object =>
  lifetime === undefined
    ? {}
    : { cache_control: { type: 'ephemeral', ...(lifetime === '1h' ? { ttl: lifetime } : {}) } };

const imageSource = (part: ImagePart): object =>
  'data' in part
    ? { type: 'base64', media_type: part.mediaType, data: part.data }
    : 'url' in part
      ? { type: 'url', url: part.url }
      : { type: 'file', file_id: part.fileId };

const documentBlock = (part: DocumentPart, isCited: boolean): AnthropicBlock => ({
  type: 'document',
  source: documentSource(part),
  ...(part.title === undefined ? {} : { title: part.title }),
  ...(part.context === undefined ? {} : { context: part.context }),
  ...(isCited ? { citations: { enabled: true } } : {}),
});

const documentSource = (part: DocumentPart): object =>
  'data' in part
    ? { type: 'base64', media_type: part.mediaType, data: part.data }
    : 'text' in part
      ? { type: 'text', media_type: 'text/plain', data: part.text }
      : 'url' in part
        ? { type: 'url', url: part.url }
        : { type: 'file', file_id: part.fileId };

/** What is within a result is cached with the whole of it. */
function resultOf(
  { content, isError }: Extract<Message, { role: 'tool' }>,
  id: string,
  isCited: boolean,
): AnthropicBlock {
  const parts = contentParts(content);
  const cache = parts.findLast((part) => part.cache)?.cache;
  const isText = parts.every((part) => part.type === 'text');
  const blocks = isText ? textOf({ content }) : parts.flatMap((part) => blocksOf(part, isCited, false));
  return {
    type: 'tool_result',
    tool_use_id: id,
    ...(blocks.length > 0 ? { content: blocks } : {}),
    ...(isError ? { is_error: true } : {}),
    ...cacheControl(cache),
  };
}

/**
 * Reasoning of this vendor is returned in its place. Where it came with the calls alone, a message begins with the thinking
 * before its first word, and later thinking precedes its call.
 */
function answerBlocks(
  parts: readonly AssistantPart[],
  idOf: (id: string) => string,
): readonly AnthropicBlock[] {
  const hasOwn = parts.some((part) => part.type === 'reasoning' && thinkingBlock(part));
  const firstCall = parts.find((part) => part.type === 'tool-call');
  const blocks = parts.flatMap((part): readonly AnthropicBlock[] => {
    switch (part.type) {
      case 'text':
        return answerText(part);
      case 'refusal':
        return part.text === '' ? [] : [{ type: 'text', text: part.text }];
      case 'reasoning':
        return [thinkingBlock(part) ?? []].flat();
      case 'tool-call':
        return [...(hasOwn || part === firstCall ? [] : callThinking(part)), callBlock(part, idOf)];
      case 'hosted':
        return part.wire === 'anthropic-messages' ? [part.item as AnthropicBlock] : [];
      default:
        return [];
    }
  });
  return hasOwn || !firstCall ? blocks : [...callThinking(firstCall), ...blocks];
}

const callBlock = (call: ToolCall, idOf: (id: string) => string): AnthropicBlock => ({
  type: 'tool_use',
  id: idOf(call.id),
  name: call.name,
  input: toolArguments(call),
});

function answerText({ text, citations = [], cache }: TextPart): readonly AnthropicBlock[] {
  if (text === '') return [];
  const cited = citations.flatMap(anthropicCitations);
  return [{ type: 'text', text, ...(cited.length > 0 ? { citations: cited } : {}), ...cacheControl(cache) }];
}

/**
 * Ids as this service allows them: letters, digits, `_` and `-`, each once in a conversation. Services without ids of
 * their own get ids that count from 0 in every answer.
 */
function callIds() {
  const uses = new Map<string, number>();
  const named = (id: string, use: number): string =>
    `${id.replace(/[^\w-]/g, '_') || 'call'}${use > 1 ? `_${use}` : ''}`;
  return {
    ofCall(id: string): string {
      const use = (uses.get(id) ?? 0) + 1;
      uses.set(id, use);
      return named(id, use);
    },
    ofResult: (id: string): string => named(id, uses.get(id) ?? 1),
  };
}
