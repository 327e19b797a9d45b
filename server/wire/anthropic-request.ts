/** Requests of Anthropic's Messages API. https://platform.claude.com/docs/en/api/messages */
import type { CompletionRequest, Tool, ToolChoice } from '../../shared/chat.ts';
import type { WireFeatures } from '../../shared/features.ts';
import {
  type AnthropicBlock,
  type AnthropicTurn,
  anthropicConversation,
  cacheControl,
  plainContent,
} from './anthropic-content.ts';
import {
  supportsForcedTools,
  supportsLaterSystemMessages,
  supportsStructuredOutput,
  thinkingMode,
} from './anthropic-models.ts';
import { reasoningFields } from './anthropic-reasoning.ts';
import { strictSchema } from './anthropic-schema.ts';
import { parseErrorText } from './error-body.ts';
import { anthropicMessagesFeatures, modelSupport } from './wire-features.ts';
import type { ErrorResponse, RejectedField, WireRequest } from './wire-format.ts';

/** Tokens. `max_tokens` is required here; every model still served can write this many. */
const defaultMaxTokens = 16_384;

type Body = {
  readonly system?: string | readonly AnthropicBlock[];
  readonly messages: readonly AnthropicTurn[];
  readonly thinking?: object;
  readonly output_config?: { readonly effort?: string; readonly format?: object };
  readonly tool_choice?: object;
};

export function encodeAnthropicMessages(model: string, request: CompletionRequest): WireRequest {
  const { system, messages } = anthropicConversation(request.messages, supportsLaterSystemMessages(model));
  const choice = choiceOf(model, request);
  // A stop sequence of white space alone is rejected.
  const stops = request.stop?.filter((text) => text.trim());
  const { maxTokens, thinking, effort } = reasoningFields(model, request, {
    defaultMaxTokens,
    messages,
    isForced: choice.type === 'any' || choice.type === 'tool',
  });
  const output = { ...(effort === undefined ? {} : { effort }), ...formatOf(model, request) };
  const body = {
    model,
    max_tokens: maxTokens,
    ...(system === undefined ? {} : { system }),
    messages,
    stream: true,
    ...(thinking ? { thinking } : {}),
    ...(Object.keys(output).length > 0 ? { output_config: output } : {}),
    ...(stops?.length ? { stop_sequences: stops } : {}),
    ...(request.metadata?.user === undefined ? {} : { metadata: { user_id: request.metadata.user } }),
    ...toolsOf(choice, request),
  };
  return { path: '/messages', body: withFewMarks(body) };
}

export const anthropicSupport = modelSupport('anthropic-messages', anthropicMessagesFeatures, differencesOf);

/** Models that are alike share one object. */
const differences = new Map<string, Partial<WireFeatures>>();

function differencesOf(model: string): Partial<WireFeatures> {
  const forced = supportsForcedTools(model);
  const thinks = thinkingMode(model) !== 'none';
  const structured = supportsStructuredOutput(model);
  const later = supportsLaterSystemMessages(model);
  const key = [forced, thinks, structured, later].join();
  const found = differences.get(key) ?? {
    ...(forced ? {} : { toolChoice: 'none' }),
    ...(thinks ? {} : { reasoningEffort: 'none', reasoningBudget: 'none' }),
    ...(structured ? {} : { jsonSchema: 'mapped', strictTools: 'none' }),
    ...(later ? { laterSystemMessages: 'native' } : {}),
  };
  differences.set(key, found);
  return found;
}

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
function formatOf(model: string, { responseFormat: format }: CompletionRequest): object {
  if (format?.type !== 'json' || !format.schema || !supportsStructuredOutput(model)) return {};
  return { format: { type: 'json_schema', schema: strictSchema(format.schema) } };
}

type Choice = { readonly type: 'auto' | 'none' | 'any' } | { readonly type: 'tool'; readonly name: string };

function toolsOf(choice: Choice, { tools = [], parallelToolCalls }: CompletionRequest): object {
  const offered = tools.flatMap(toolOf);
  if (offered.length === 0) return {};
  const single = parallelToolCalls === false && choice.type !== 'none';
  return {
    tools: offered,
    ...(choice.type !== 'auto' || single
      ? { tool_choice: { ...choice, ...(single ? { disable_parallel_tool_use: true } : {}) } }
      : {}),
  };
}

function toolOf(tool: Tool): readonly object[] {
  if (tool.type === 'hosted') return tool.wire === 'anthropic-messages' ? [tool.definition] : [];
  if (tool.type === 'custom') return [];
  const { name, description, inputSchema, isStrict, cache } = tool;
  return [
    {
      name,
      ...(description === undefined ? {} : { description }),
      input_schema: isStrict ? strictSchema(inputSchema) : inputSchema,
      ...(isStrict ? { strict: true } : {}),
      ...cacheControl(cache),
    },
  ];
}

/** Where a call cannot be forced, offering the tools is the most that can be requested. */
function choiceOf(model: string, { toolChoice = 'auto', tools = [] }: CompletionRequest): Choice {
  if (tools.length === 0) return { type: 'auto' };
  const choice: ToolChoice = toolChoice;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  if (!supportsForcedTools(model)) return { type: 'auto' };
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.toolName };
}

/** The service takes so many marks of what to cache. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const maxMarks = 4;

type Holder = Readonly<Record<string, unknown>>;

/** The longest beginnings are cached: the last marks stay. */
function withFewMarks<Fields extends Body & { readonly tools?: readonly object[] }>(body: Fields): Fields {
  const { tools = [], system = '', messages } = body;
  const holders = [tools, system, ...messages.map(({ content }) => content)].flatMap((list) =>
    typeof list === 'string' ? [] : (list as readonly Holder[]).filter((each) => 'cache_control' in each),
  );
  if (holders.length <= maxMarks) return body;
  const excess = new Set(holders.slice(0, holders.length - maxMarks));
  const unmarked = <List>(list: List): List =>
    Array.isArray(list)
      ? (list.map((each: Holder) => (excess.has(each) ? withoutMark(each) : each)) as List)
      : list;
  return {
    ...body,
    ...(body.tools ? { tools: unmarked(body.tools) } : {}),
    ...(typeof body.system === 'object' ? { system: plainContent(unmarked(body.system)) } : {}),
    messages: messages.map(({ role, content }) => ({
      role,
      content: typeof content === 'string' ? content : plainContent(unmarked(content)),
    })),
  };
}

function withoutMark({ cache_control: _, ...each }: Holder): Holder {
  return each;
}

/** An error names in its message alone a field that this model does not support; the answer matters more than the field. */
export function rejectedAnthropicField(
  { body }: WireRequest,
  response: ErrorResponse,
): RejectedField | undefined {
  if (response.status !== 400) return undefined;
  const { text } = parseErrorText(response.body);
  const { thinking, tool_choice: choice, output_config: output, messages } = body as Body;
  if (thinking && /\bthinking\.(?:type|display|adaptive)|must start with a thinking block/.test(text))
    return { name: 'thinking' };
  if (output?.effort !== undefined && /\beffort\b/.test(text)) return { name: 'output_config.effort' };
  if (choice && /\btool_choice\b/.test(text)) return { name: 'tool_choice' };
  if (/\brole\b.{0,20}\bsystem\b/.test(text) && messages.some(({ role }) => role === 'system'))
    return { name: laterSystem };
  // Thinking is bound to every message before it, and a client may have changed those.
  if (/\bthinking`? blocks?\b/.test(text) && withoutThinking(messages)) return { name: thinkingBlocks };
  return undefined;
}

const thinkingBlocks = 'messages.thinking';
const laterSystem = 'messages.system';

/** The request without the thinking in its messages, or with all instructions before them. */
export function withoutAnthropicField({ path, body }: WireRequest, name: string): WireRequest | undefined {
  if (name === laterSystem) return { path, body: withSystemFirst(body as Body) };
  const messages = name === thinkingBlocks ? withoutThinking((body as Body).messages) : undefined;
  return messages && { path, body: { ...(body as Body), messages } };
}

function withoutThinking(messages: Body['messages']): Body['messages'] | undefined {
  const isThought = ({ type }: AnthropicBlock): boolean =>
    type === 'thinking' || type === 'redacted_thinking';
  const holds = ({ content }: AnthropicTurn): boolean =>
    typeof content !== 'string' && content.some(isThought);
  if (!messages.some(holds)) return undefined;
  return messages.map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? content : content.filter((block) => !isThought(block)),
  }));
}

function withSystemFirst({ system, messages, ...body }: Body): Body {
  const blocks = (content: AnthropicTurn['content'] = []): readonly AnthropicBlock[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const later = messages.filter(({ role }) => role === 'system').flatMap(({ content }) => blocks(content));
  return {
    ...body,
    system: [...blocks(system), ...later],
    messages: messages.filter(({ role }) => role !== 'system'),
  };
}
