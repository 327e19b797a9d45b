/** Reads messages: every consumer sees their parts in one order, however they were written. */
import type { FunctionTool, Message, Tool } from './chat.ts';
import type { AssistantPart, ImagePart, TextPart, ToolCall, ToolResultPart, UserPart } from './content.ts';

export type MessagePart = UserPart | AssistantPart | ToolResultPart;
type PartHolder = Pick<Message, 'content'>;

/** The text of a message or a part list: what a person would read as its words, plain-text documents included. */
export function textOf({ content }: PartHolder): string {
  if (typeof content === 'string') return content;
  let text = '';
  for (const part of content as readonly MessagePart[]) text += textOfPart(part);
  return text;
}

function textOfPart(part: MessagePart): string {
  if (part.type === 'text' || part.type === 'refusal') return part.text;
  return part.type === 'document' && 'text' in part ? part.text : '';
}

/** The pictures of a message. */
export const imagesOf = ({ content }: PartHolder): readonly ImagePart[] => partsOfType(content, 'image');

const none: readonly never[] = [];

function partsOfType<Type extends MessagePart['type']>(
  content: Message['content'],
  type: Type,
): readonly Extract<MessagePart, { type: Type }>[] {
  if (typeof content === 'string') return none;
  return (content as readonly MessagePart[]).filter(
    (part): part is Extract<MessagePart, { type: Type }> => part.type === type,
  );
}

type AssistantMessage = Extract<Message, { role: 'assistant' }>;

/** The parts of an answer in their order; its text as one part, calls in `toolCalls` last. */
export function assistantParts({ content, toolCalls = none }: AssistantMessage): readonly AssistantPart[] {
  const parts = contentParts(content);
  if (toolCalls.length === 0) return parts;
  return [...parts, ...toolCalls.map((call) => ({ type: 'tool-call', ...call }) as const)];
}

/** The calls of an answer in their order. */
export function toolCallsOf(message: AssistantMessage): readonly ToolCall[] {
  if (typeof message.content === 'string') return message.toolCalls ?? none;
  return assistantParts(message).flatMap((part): readonly ToolCall[] => {
    if (part.type !== 'tool-call') return none;
    const { type: _, ...call } = part;
    return [call];
  });
}

/** A message of a user or a tool as parts. An empty text has none. */
export const contentParts = <Part>(content: string | readonly Part[]): readonly (Part | TextPart)[] =>
  typeof content !== 'string' ? content : content === '' ? [] : [{ type: 'text', text: content }];

/** The tools that are functions. */
export const functionTools = (tools: readonly Tool[] = []): readonly FunctionTool[] =>
  tools.filter((tool): tool is FunctionTool => tool.type === undefined || tool.type === 'function');
