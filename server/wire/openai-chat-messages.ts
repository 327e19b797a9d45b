/** A conversation and its tools in Chat Completions. https://platform.openai.com/docs/api-reference/chat/create */

import type { CompletionRequest, FunctionTool, Message } from '../../shared/chat.ts';
import { functionTools, imagesOf, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { unsealReasoning } from './openai-reasoning.ts';

export type CallQuirks = {
  /** The id under which a tool call is sent back; another service may have made it. Absent: unchanged. */
  readonly formatCallId?: (id: string) => string;
  /** The service requires the reasoning that led to a call back with it. */
  readonly returnsReasoning?: boolean;
  /**
   * How the model is made to call one tool. `only-offered`: the service supports no name, so that tool alone is offered
   * and a call required. Absent: `by-name`.
   */
  readonly forcedTool?: 'by-name' | 'only-offered';
};

export function encodeChatMessage(
  message: Message,
  { formatCallId = (id) => id, returnsReasoning }: CallQuirks,
): object {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: textOf(message) };
    case 'user':
      return { role: 'user', content: userContent(message) };
    case 'assistant':
      return toolCallsOf(message).length > 0
        ? {
            role: 'assistant',
            content: textOf(message) || null,
            ...(returnsReasoning ? { reasoning_content: unsealReasoning(toolCallsOf(message)) } : {}),
            tool_calls: toolCallsOf(message).map(({ id, name, input }) => ({
              id: formatCallId(id),
              type: 'function',
              function: { name, arguments: input },
            })),
          }
        : { role: 'assistant', content: textOf(message) };
    case 'tool':
      return { role: 'tool', tool_call_id: formatCallId(message.toolCallId), content: textOf(message) };
  }
}

/** Plain text stays a string: many servers accept nothing else. */
function userContent(message: Extract<Message, { role: 'user' }>): string | readonly object[] {
  if (typeof message.content === 'string' || imagesOf(message).length === 0) return textOf(message);
  return message.content.map((part) =>
    part.type === 'image' && 'data' in part
      ? { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } }
      : { type: 'text', text: textOf({ content: [part] }) },
  );
}

type ToolFormat = Pick<CallQuirks, 'forcedTool'> & {
  /** Absent: as Chat Completions nests it. */
  readonly formatTool?: (tool: FunctionTool) => object;
  /** The choice of one tool. Absent: as Chat Completions nests it. */
  readonly formatChoice?: (toolName: string) => object;
};

/** The fields about tools; none without tools, since an empty list is rejected. */
export function toolFields(
  request: CompletionRequest,
  { forcedTool, formatTool = nestedTool, formatChoice = nestedChoice }: ToolFormat = {},
): object {
  const { toolChoice, parallelToolCalls } = request;
  const tools = functionTools(request.tools);
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

const nestedTool = ({ name, description, inputSchema }: FunctionTool): object => ({
  type: 'function',
  function: { name, ...(description === undefined ? {} : { description }), parameters: inputSchema },
});
