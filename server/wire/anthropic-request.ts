/** Requests of Anthropic's Messages API. https://platform.claude.com/docs/en/api/messages */

import type { CompletionRequest, Message, ToolChoice } from '../../shared/chat.ts';
import type { ToolCall, UserPart } from '../../shared/content.ts';
import type { WireFeatures } from '../../shared/features.ts';
import { contentParts, functionTools, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { supportsForcedTools, thinksByDefault } from './anthropic-models.ts';
import { type ThinkingBlock, unsealThinking } from './anthropic-thinking.ts';
import { parseErrorText } from './error-body.ts';
import { mergeRoles, systemText, toolArguments } from './merge-roles.ts';
import { anthropicMessagesFeatures, modelSupport } from './wire-features.ts';
import type { ErrorResponse, RejectedField, WireRequest } from './wire-format.ts';

/** Tokens. `max_tokens` is required here; every model still served can write this many. */
const defaultMaxTokens = 16_384;

type Block =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image';
      readonly source: { readonly type: 'base64'; readonly media_type: string; readonly data: string };
    }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object }
  | { readonly type: 'tool_result'; readonly tool_use_id: string; readonly content?: string }
  | ThinkingBlock;

type Body = {
  readonly messages: readonly {
    readonly role: 'user' | 'assistant';
    readonly content: string | readonly Block[];
  }[];
  readonly thinking?: object;
  readonly tool_choice?: object;
};

export function encodeAnthropicMessages(model: string, request: CompletionRequest): WireRequest {
  const system = systemText(request.messages);
  // A stop sequence of white space alone is rejected.
  const stops = request.stop?.filter((text) => text.trim());
  return {
    path: '/messages',
    body: {
      model,
      max_tokens: request.maxOutputTokens ?? defaultMaxTokens,
      ...(system === undefined ? {} : { system }),
      messages: messagesOf(request.messages),
      stream: true,
      ...(thinksByDefault(model) ? { thinking: { type: 'adaptive', display: 'summarized' } } : {}),
      ...(stops?.length ? { stop_sequences: stops } : {}),
      ...(request.metadata?.user === undefined ? {} : { metadata: { user_id: request.metadata.user } }),
      ...toolsOf(model, request),
    },
  };
}

export const anthropicSupport = modelSupport('anthropic-messages', anthropicMessagesFeatures, (model) =>
  supportsForcedTools(model) ? noDifference : withoutChoice,
);
const noDifference: Partial<WireFeatures> = {};
const withoutChoice: Partial<WireFeatures> = { toolChoice: 'none' };

function toolsOf(
  model: string,
  { tools = [], toolChoice = 'auto', parallelToolCalls }: CompletionRequest,
): object {
  if (tools.length === 0) return {};
  const choice = choiceOf(model, toolChoice);
  const single = parallelToolCalls === false && choice.type !== 'none';
  return {
    tools: functionTools(tools).map(({ name, description, inputSchema }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      input_schema: inputSchema,
    })),
    ...(choice.type !== 'auto' || single
      ? { tool_choice: { ...choice, ...(single ? { disable_parallel_tool_use: true } : {}) } }
      : {}),
  };
}

/** Where a call cannot be forced, offering the tools is the most that can be requested. */
function choiceOf(model: string, choice: ToolChoice): { readonly type: string; readonly name?: string } {
  if (choice === 'auto' || choice === 'none') return { type: choice };
  if (!supportsForcedTools(model)) return { type: 'auto' };
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.toolName };
}

function messagesOf(messages: readonly Message[]): Body['messages'] {
  const ids = callIds();
  const merged = mergeRoles<Block>(messages, (message) => {
    if (message.role === 'user') return contentOf(message.content);
    if (message.role === 'assistant') return answerOf(textOf(message), toolCallsOf(message), ids.ofCall);
    const content = textOf(message);
    return [
      { type: 'tool_result', tool_use_id: ids.ofResult(message.toolCallId), ...(content ? { content } : {}) },
    ];
  });
  return merged.flatMap(({ role, parts }, index) => {
    const last = index === merged.length - 1;
    const blocks = last && role === 'assistant' ? withoutTrailingSpace(parts) : parts;
    const [first] = blocks;
    if (!first) return [];
    return [{ role: role, content: blocks.length === 1 && first.type === 'text' ? first.text : blocks }];
  });
}

/** Empty texts are rejected. */
const textBlock = (text: string): readonly Block[] => (text ? [{ type: 'text', text }] : []);

const contentOf = (content: string | readonly UserPart[]): readonly Block[] =>
  contentParts(content).flatMap((part): readonly Block[] => {
    if (part.type === 'image' && 'data' in part)
      return [{ type: 'image', source: { type: 'base64', media_type: part.mediaType, data: part.data } }];
    return textBlock(textOf({ content: [part] }));
  });

/** A message begins with the thinking before its first word; later thinking precedes its call. */
function answerOf(text: string, calls: readonly ToolCall[], idOf: (id: string) => string): readonly Block[] {
  const [opening = [], ...later] = calls.map(({ signature }) => unsealThinking(signature));
  return [
    ...opening,
    ...textBlock(text),
    ...calls.flatMap((call, index): readonly Block[] => [
      ...(later[index - 1] ?? []),
      { type: 'tool_use', id: idOf(call.id), name: call.name, input: toolArguments(call) },
    ]),
  ];
}

/** A prefill may not end in white space. */
function withoutTrailingSpace(blocks: readonly Block[]): readonly Block[] {
  const end = blocks.at(-1);
  return end?.type === 'text' ? [...blocks.slice(0, -1), ...textBlock(end.text.trimEnd())] : blocks;
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

/** An error names in its message alone a field that this model does not support; the answer matters more than the field. */
export function rejectedAnthropicField(
  { body }: WireRequest,
  response: ErrorResponse,
): RejectedField | undefined {
  if (response.status !== 400) return undefined;
  const { text } = parseErrorText(response.body);
  const { thinking, tool_choice: choice, messages } = body as Body;
  if (thinking && /\bthinking\.(?:type|display|adaptive)/.test(text)) return { name: 'thinking' };
  if (choice && /\btool_choice\b/.test(text)) return { name: 'tool_choice' };
  // Thinking is bound to every message before it, and a client may have changed those.
  if (/\bthinking`? blocks?\b/.test(text) && withoutThinking(messages)) return { name: thinkingBlocks };
  return undefined;
}

const thinkingBlocks = 'messages.thinking';

/** The request without the thinking in its messages. */
export function withoutAnthropicField({ path, body }: WireRequest, name: string): WireRequest | undefined {
  const messages = name === thinkingBlocks ? withoutThinking((body as Body).messages) : undefined;
  return messages && { path, body: { ...(body as Body), messages } };
}

function withoutThinking(messages: Body['messages']): Body['messages'] | undefined {
  const isThought = ({ type }: Block): boolean => type === 'thinking' || type === 'redacted_thinking';
  const holds = ({ content }: Body['messages'][number]): boolean =>
    typeof content !== 'string' && content.some(isThought);
  if (!messages.some(holds)) return undefined;
  return messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? content : content.filter((block) => !isThought(block)),
  }));
}
