/** Tools and the choice among them in the Responses API. https://platform.openai.com/docs/api-reference/responses/create */
import type { CompletionRequest, CustomTool, FunctionTool, Tool, ToolChoice } from '../../shared/chat.ts';

/** The fields about tools; none without tools, since an empty list is rejected. */
export function responsesToolFields({
  tools = [],
  toolChoice,
  parallelToolCalls,
  output,
}: CompletionRequest): object {
  const offered = toolList(tools);
  if (output?.images && !offered.some((tool) => 'type' in tool && tool.type === 'image_generation'))
    offered.push({ type: 'image_generation' });
  if (offered.length === 0) return {};
  return {
    tools: offered,
    ...(toolChoice === undefined ? {} : { tool_choice: choiceOf(toolChoice, tools) }),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

/** Those of a namespace are where its first one is. */
function toolList(tools: readonly Tool[]): object[] {
  const list: object[] = [];
  const namespaces = new Map<string, object[]>();
  for (const tool of tools) {
    if (tool.type === 'hosted') {
      if (tool.wire === 'openai-responses') list.push(tool.definition);
      continue;
    }
    const { namespace } = tool;
    if (namespace === undefined) {
      list.push(toolOf(tool));
      continue;
    }
    const members = namespaces.get(namespace) ?? [];
    if (members.length === 0)
      list.push({ type: 'namespace', name: namespace, description: namespace, tools: members });
    members.push(toolOf(tool));
    namespaces.set(namespace, members);
  }
  return list;
}

function toolOf(tool: FunctionTool | CustomTool): object {
  const { name, description } = tool;
  const described = { name, ...(description === undefined ? {} : { description }) };
  if (tool.type === 'custom')
    return {
      type: 'custom',
      ...described,
      ...(tool.grammar
        ? { format: { type: 'grammar', syntax: tool.grammar.syntax, definition: tool.grammar.text } }
        : {}),
    };
  return {
    type: 'function',
    ...described,
    parameters: tool.inputSchema,
    // A strict schema must require each property and allow no other; the tools of other programs need not.
    strict: tool.isStrict === true,
  };
}

/** A tool of the service is named by its type. */
function choiceOf(choice: ToolChoice, tools: readonly Tool[]): string | object {
  if (typeof choice === 'string') return choice;
  const { toolName: name } = choice;
  const tool = tools.find((each) => each.name === name);
  if (tool?.type === 'hosted') {
    const { type, server_label: label } = tool.definition;
    return { type, ...(label === undefined ? {} : { server_label: label }) };
  }
  return { type: tool?.type === 'custom' ? 'custom' : 'function', name };
}
