/** Tools of clients that speak the Responses API, and the choice among them. https://platform.openai.com/docs/guides/tools */
import type { Tool, ToolChoice } from '../../../shared/chat.ts';
import { type Fields, fieldsOf, listOf, stringOf } from '../json-fields.ts';
import { unreadFields } from './body-fields.ts';
import { described, grammarOf } from './client-options.ts';

export type ClientTools = { readonly tools: readonly Tool[]; readonly toolChoice?: ToolChoice };

/** @param ignore called with each path that is not carried on */
export function responsesTools(
  list: readonly unknown[],
  choice: unknown,
  ignore: (path: string) => void,
): ClientTools {
  const tools = list.flatMap((tool, index) => toolsOf(fieldsOf(tool), `tools[${index}]`, undefined, ignore));
  const fields = fieldsOf(choice);
  if (fields?.['type'] === 'allowed_tools') {
    const allowed = listOf(fields['tools']).map((each) => nameOf(fieldsOf(each)));
    const toolChoice = fields['mode'] === 'required' ? 'required' : 'auto';
    return { tools: tools.filter(({ name }) => allowed.includes(name)), toolChoice };
  }
  const toolChoice = choiceOf(choice);
  return { tools, ...(toolChoice === undefined ? {} : { toolChoice }) };
}

function choiceOf(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const toolName = nameOf(fieldsOf(choice));
  return toolName === undefined ? undefined : { type: 'tool', toolName };
}

/** Tools of the service are named by their type, MCP servers by their label. */
const nameOf = (tool: Fields | undefined): string | undefined =>
  tool?.['type'] === 'mcp'
    ? stringOf(tool['server_label'])
    : (stringOf(tool?.['name']) ?? stringOf(tool?.['type']));

function toolsOf(
  tool: Fields | undefined,
  where: string,
  namespace: string | undefined,
  ignore: (path: string) => void,
): readonly Tool[] {
  const name = nameOf(tool);
  if (!tool || name === undefined) {
    ignore(where);
    return [];
  }
  const common = { name, ...described(tool), ...(namespace === undefined ? {} : { namespace }) };
  switch (tool['type']) {
    case 'namespace':
      if (tool['description'] && tool['description'] !== name) ignore('tools.description');
      return listOf(tool['tools']).flatMap((each, index) =>
        toolsOf(fieldsOf(each), `${where}.tools[${index}]`, name, ignore),
      );
    case 'function':
      for (const field of unreadFields(tool, functionFields)) ignore(`tools.${field}`);
      return [
        {
          ...common,
          inputSchema: fieldsOf(tool['parameters']) ?? { type: 'object', properties: {} },
          ...(tool['strict'] === true ? { isStrict: true } : {}),
        },
      ];
    case 'custom': {
      const grammar = grammarOf(fieldsOf(tool['format']));
      return [{ type: 'custom', ...common, ...(grammar ? { grammar } : {}) }];
    }
    default:
      return [{ type: 'hosted', wire: 'openai-responses', name, definition: tool }];
  }
}

const functionFields = new Set(['type', 'name', 'description', 'parameters', 'strict']);
