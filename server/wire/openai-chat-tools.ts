/** Tools and the choice among them, in Chat Completions and, with other nesting, in Responses. https://platform.openai.com/docs/guides/function-calling */
import type { CompletionRequest, CustomTool, FunctionTool, Grammar } from '../../shared/chat.ts';

export type ToolQuirks = {
  /**
   * How the model is made to call one tool. `only-offered`: the service supports no name, so that tool alone is offered
   * and a call required. Absent: `by-name`.
   */
  readonly forcedTool?: 'by-name' | 'only-offered';
};

type ToolFormat = ToolQuirks & {
  /** Absent: as Chat Completions nests it. */
  readonly formatTool?: (tool: FunctionTool | CustomTool) => object;
  /** The choice of one tool. Absent: as Chat Completions nests it. */
  readonly formatChoice?: (toolName: string, isCustom: boolean) => object;
};

/** The fields about tools; none without tools, since an empty list is rejected. */
export function toolFields(
  { tools = [], toolChoice, parallelToolCalls }: CompletionRequest,
  { forcedTool, formatTool = nestedTool, formatChoice = nestedChoice }: ToolFormat = {},
): object {
  const own = tools.filter((tool) => tool.type !== 'hosted');
  if (own.length === 0) return {};
  const named = typeof toolChoice === 'object' ? toolChoice.toolName : undefined;
  const isOnlyOffered = named !== undefined && forcedTool === 'only-offered';
  const offered = isOnlyOffered ? own.filter(({ name }) => name === named) : own;
  const isCustom = own.some(({ name, type }) => name === named && type === 'custom');
  const choice =
    named === undefined ? toolChoice : isOnlyOffered ? 'required' : formatChoice(named, isCustom);
  return {
    tools: offered.map(formatTool),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

const nestedChoice = (name: string, isCustom: boolean): object =>
  isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };

function nestedTool(tool: FunctionTool | CustomTool): object {
  const { name, description } = tool;
  const described = { name, ...(description === undefined ? {} : { description }) };
  if (tool.type === 'custom')
    return {
      type: 'custom',
      custom: { ...described, ...(tool.grammar ? { format: nestedGrammar(tool.grammar) } : {}) },
    };
  return {
    type: 'function',
    function: { ...described, parameters: tool.inputSchema, ...(tool.isStrict ? { strict: true } : {}) },
  };
}

const nestedGrammar = ({ syntax, text }: Grammar): object => ({
  type: 'grammar',
  grammar: { syntax, definition: text },
});
