/**
 * A chat request in the terms of a wire that has an equivalent for some of its features only (`mapped` in wire-features.ts),
 * and the calls of its answer in the terms of the request again. Pure.
 */
import type {
  CompletionRequest,
  CustomTool,
  EnginePart,
  FunctionTool,
  Message,
  Tool,
} from '../../shared/chat.ts';
import type {
  AssistantPart,
  DocumentPart,
  ToolCall,
  ToolResultPart,
  UserPart,
} from '../../shared/content.ts';
import { contentParts, type MessagePart } from '../../shared/message-parts.ts';
import { customToolInput, customToolSchema, readCustomInput } from './custom-tool-input.ts';
import { jsonInstruction } from './json-instruction.ts';
import { flatToolNames, type ToolNames } from './tool-namespaces.ts';
import type { WireSupport } from './wire-format.ts';

export type MappedRequest = {
  readonly request: CompletionRequest;
  /** The part in the terms of the original request. Absent: parts need no change. */
  readonly restore?: (part: EnginePart) => EnginePart;
};

/** The request itself where nothing of it needs an equivalent, as nearly always. */
export function mapFeatures(request: CompletionRequest, support: WireSupport): MappedRequest {
  const tools = toolMapping(request, support);
  const isPlain = request.messages.every(isPlainMessage);
  const instruction = instructionFor(request, support);
  if (!tools && isPlain && instruction === undefined) return { request };
  const messages = isPlain && !tools ? request.messages : mapMessages(request.messages, support, tools);
  const mapped: CompletionRequest = {
    ...(instruction === undefined ? request : withoutFormat(request)),
    messages: instruction === undefined ? messages : withInstruction(messages, instruction),
    ...(tools ? tools.fields : {}),
  };
  return tools?.restore ? { request: mapped, restore: tools.restore } : { request: mapped };
}

const isPlainMessage = (message: Message): boolean =>
  typeof message.content === 'string' && !(message.role === 'tool' && message.isError);

/** The instruction that stands for a format. `undefined`: none is needed. */
function instructionFor(
  { responseFormat }: CompletionRequest,
  { features }: WireSupport,
): string | undefined {
  if (responseFormat?.type !== 'json') return undefined;
  const support = responseFormat.schema ? features.jsonSchema : features.jsonAnswer;
  return support === 'mapped' ? jsonInstruction(responseFormat) : undefined;
}

function withoutFormat(request: CompletionRequest): CompletionRequest {
  const { responseFormat: _, ...rest } = request;
  return rest;
}

/** After the instructions that come first, so that the beginning of the prompt stays the same. */
function withInstruction(messages: readonly Message[], instruction: string): readonly Message[] {
  const end = messages.findIndex(({ role }) => role !== 'system');
  const at = end < 0 ? messages.length : end;
  return [...messages.slice(0, at), { role: 'system', content: instruction }, ...messages.slice(at)];
}

type ToolMapping = {
  readonly fields: Pick<CompletionRequest, 'tools' | 'toolChoice'>;
  readonly callOf: (call: ToolCall) => ToolCall;
  readonly restore?: (part: EnginePart) => EnginePart;
};

/** `undefined`: every tool is sent as it is. */
function toolMapping(
  { tools = [], toolChoice }: CompletionRequest,
  { name: wire, features }: WireSupport,
): ToolMapping | undefined {
  const own = tools.filter((tool) => tool.type !== 'hosted' || tool.wire === wire);
  const mapsNames = features.toolNamespaces === 'mapped' && own.some((tool) => 'namespace' in tool);
  const mapsCustom = features.customTools === 'mapped' && own.some(isCustom);
  if (own.length === tools.length && !mapsNames && !mapsCustom) return undefined;
  const names: ToolNames | undefined = mapsNames ? flatToolNames(own) : undefined;
  const callOf = (call: ToolCall): ToolCall => {
    const flat = names ? names.flatten(call) : call;
    return mapsCustom && flat.isCustom ? customCall(flat) : flat;
  };
  const customs = new Set(mapsCustom ? own.filter(isCustom).map((tool) => nameOf(tool, names)) : []);
  const choice =
    names && typeof toolChoice === 'object'
      ? {
          type: 'tool' as const,
          toolName: names.flatten({ name: toolChoice.toolName, ...namespaceOf(toolChoice) }).name,
        }
      : toolChoice;
  return {
    fields: {
      tools: own.map((tool) => mapTool(tool, names, mapsCustom)),
      ...(choice === undefined ? {} : { toolChoice: choice }),
    },
    callOf,
    ...(names || mapsCustom ? { restore: (part) => restorePart(part, names, customs) } : {}),
  };
}

const namespaceOf = ({ namespace }: { readonly namespace?: string }) =>
  namespace === undefined ? {} : { namespace };
const isCustom = (tool: Tool): tool is CustomTool => tool.type === 'custom';
const nameOf = (tool: FunctionTool | CustomTool, names: ToolNames | undefined): string =>
  names ? names.flatten(tool).name : tool.name;

function mapTool(tool: Tool, names: ToolNames | undefined, mapsCustom: boolean): Tool {
  if (tool.type === 'hosted') return tool;
  const flat = names ? names.flatten(tool) : tool;
  if (!mapsCustom || flat.type !== 'custom') return flat;
  return {
    name: flat.name,
    description: customToolInput(flat),
    inputSchema: customToolSchema,
    ...namespaceOf(flat),
  };
}

function customCall({ isCustom: _, input, ...call }: ToolCall): ToolCall {
  return { ...call, input: JSON.stringify({ input }) };
}

function restorePart(
  part: EnginePart,
  names: ToolNames | undefined,
  customs: ReadonlySet<string>,
): EnginePart {
  if (part.type === 'alternative')
    return part.toolCalls
      ? { ...part, toolCalls: part.toolCalls.map((call) => restoreCall(call, names, customs)) }
      : part;
  if (part.type !== 'tool-call') return part;
  const { type, ...call } = part;
  return { type, ...restoreCall(call, names, customs) };
}

function restoreCall(call: ToolCall, names: ToolNames | undefined, customs: ReadonlySet<string>): ToolCall {
  const read: ToolCall = customs.has(call.name)
    ? { ...call, input: readCustomInput(call.input), isCustom: true }
    : call;
  return names ? names.restore(read) : read;
}

function mapMessages(
  messages: readonly Message[],
  support: WireSupport,
  tools: ToolMapping | undefined,
): readonly Message[] {
  const result: Message[] = [];
  /** What tool results of one run show, until the run ends. */
  let shown: UserPart[] = [];
  const flush = (): void => {
    if (shown.length > 0) result.push({ role: 'user', content: shown });
    shown = [];
  };
  for (const message of messages) {
    if (message.role !== 'tool') flush();
    switch (message.role) {
      case 'system':
        result.push(message);
        break;
      case 'user':
        result.push(
          typeof message.content === 'string'
            ? message
            : { ...message, content: message.content.map((part) => mapUserPart(part, support)) },
        );
        break;
      case 'assistant':
        result.push(mapAnswer(message, support, tools));
        break;
      case 'tool': {
        const mapped = mapResult(message, support, tools);
        result.push(mapped.message);
        shown.push(...mapped.shown);
      }
    }
  }
  flush();
  return result;
}

function mapUserPart(part: UserPart, { features }: WireSupport): UserPart {
  if (part.type === 'document' && 'text' in part && features.textDocuments === 'mapped')
    return { type: 'text', text: documentText(part), ...(part.cache ? { cache: part.cache } : {}) };
  if (part.type !== 'image' || part.detail === undefined || features.imageDetail !== 'none') return part;
  const { detail: _, ...image } = part;
  return image;
}

/** A document among other text: its beginning and end can be seen. */
function documentText(part: Extract<DocumentPart, { text: string }>): string {
  const title = part.title === undefined ? '' : ` title=${JSON.stringify(part.title)}`;
  const context = part.context === undefined ? '' : ` context=${JSON.stringify(part.context)}`;
  return `<document${title}${context}>\n${part.text}\n</document>\n`;
}

function mapAnswer(
  message: Extract<Message, { role: 'assistant' }>,
  support: WireSupport,
  tools: ToolMapping | undefined,
): Message {
  const calls = tools && message.toolCalls ? { toolCalls: message.toolCalls.map(tools.callOf) } : {};
  if (typeof message.content === 'string') return tools ? { ...message, ...calls } : message;
  const content = message.content.flatMap((part): readonly AssistantPart[] => {
    if (part.type === 'hosted' && part.wire !== support.name) return [];
    if (part.type === 'refusal' && support.features.refusals === 'mapped')
      return [{ type: 'text', text: part.text }];
    if (part.type !== 'tool-call' || !tools) return [part];
    const { type, ...call } = part;
    return [{ type, ...tools.callOf(call) }];
  });
  return { ...message, ...calls, content };
}

type ToolMessage = Extract<Message, { role: 'tool' }>;

/** `shown`: what the service does not take within a result, for a message of the user after it. */
function mapResult(
  message: ToolMessage,
  { features }: WireSupport,
  tools: ToolMapping | undefined,
): { readonly message: ToolMessage; readonly shown: readonly UserPart[] } {
  const { toolName: name } = message;
  const toolName = tools ? tools.callOf({ id: '', name, input: '' }).name : name;
  const movesPictures = features.toolResultImages === 'mapped';
  const parts = contentParts<ToolResultPart>(message.content);
  const isMoved = (part: ToolResultPart): boolean => movesPictures && !isText(part);
  const moved = parts.filter(isMoved);
  const content = parts
    .filter((part) => !isMoved(part))
    .map((part) => mapUserPart(part as UserPart, { features, name: 'openai-chat' }) as ToolResultPart);
  const note =
    moved.length > 0
      ? [{ type: 'text' as const, text: `(${moved.length} pictures or documents follow.)` }]
      : [];
  const failed = message.isError && features.toolErrors === 'mapped';
  const all = [
    ...(failed ? [{ type: 'text' as const, text: 'The tool failed: ' }] : []),
    ...content,
    ...note,
  ];
  const { isError: _, ...rest } = message;
  return {
    message: {
      ...(failed ? rest : message),
      toolName,
      content: typeof message.content === 'string' && !failed ? message.content : all,
    },
    shown:
      moved.length > 0
        ? [
            { type: 'text', text: `From the result of ${name} (${message.toolCallId}):` },
            ...(moved as UserPart[]),
          ]
        : [],
  };
}

const isText = (part: MessagePart): boolean =>
  part.type === 'text' || (part.type === 'document' && 'text' in part);
