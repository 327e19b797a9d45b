/** A conversation and its tools as Chat Completions writes them. https://platform.openai.com/docs/api-reference/chat/create */
import { type CompletionRequest, imagesOf, type Message, type Tool, textOf } from '../../shared/chat.ts';
import { unsealReasoning } from './openai-reasoning.ts';

export type CallQuirks = {
  /** The id under which a tool call goes back; the other half may have come from another service. Absent: as it is. */
  readonly formatCallId?: (id: string) => string;
  /** Thoughts that led to a call are wanted back with it. */
  readonly returnsReasoning?: boolean;
  /**
   * How the model is made to call one tool. `only-offered`: the service takes `required` alone, so no other tool is
   * offered. Absent: `by-name`.
   */
  readonly forcedTool?: 'by-name' | 'only-offered';
};

export function encodeChatMessage(
  message: Message,
  { formatCallId = (id) => id, returnsReasoning }: CallQuirks,
): object {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user':
      return { role: 'user', content: userContent(message) };
    case 'assistant':
      return message.toolCalls?.length
        ? {
            role: 'assistant',
            content: message.content || null,
            ...(returnsReasoning ? { reasoning_content: unsealReasoning(message.toolCalls) } : {}),
            tool_calls: message.toolCalls.map(({ id, name, input }) => ({
              id: formatCallId(id),
              type: 'function',
              function: { name, arguments: input },
            })),
          }
        : { role: 'assistant', content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: formatCallId(message.toolCallId), content: message.content };
  }
}

/** Plain text stays a string: many servers read nothing else. */
function userContent(message: Extract<Message, { role: 'user' }>): string | readonly object[] {
  if (typeof message.content === 'string' || imagesOf(message).length === 0) return textOf(message);
  return message.content.map((part) =>
    part.type === 'text'
      ? { type: 'text', text: part.text }
      : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
  );
}

type ToolFormat = Pick<CallQuirks, 'forcedTool'> & {
  /** Absent: as Chat Completions nests it. */
  readonly formatTool?: (tool: Tool) => object;
  /** The choice of one tool. Absent: as Chat Completions nests it. */
  readonly formatChoice?: (toolName: string) => object;
};

/** Everything about tools; nothing where there are none, since an empty list is refused. */
export function toolFields(
  { tools = [], toolChoice, parallelToolCalls }: CompletionRequest,
  { forcedTool, formatTool = nestedTool, formatChoice = nestedChoice }: ToolFormat = {},
): object {
  if (tools.length === 0) return {};
  const named = typeof toolChoice === 'object' ? toolChoice.toolName : undefined;
  const isOnlyOffered = named !== undefined && forcedTool === 'only-offered';
  const offered = isOnlyOffered ? tools.filter(({ name }) => name === named) : tools;
  const choice = named === undefined ? toolChoice : isOnlyOffered ? 'required' : formatChoice(named);
  return {
    tools: offered.map(formatTool),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

const nestedChoice = (name: string): object => ({ type: 'function', function: { name } });

const nestedTool = ({ name, description, inputSchema }: Tool): object => ({
  type: 'function',
  function: { name, ...(description === undefined ? {} : { description }), parameters: inputSchema },
});
