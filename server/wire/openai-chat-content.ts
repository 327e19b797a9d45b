/** Where the chunks of Chat Completions and its copies hold their texts and calls. */
import { isObject } from './json-fields.ts';
import { tryParseJson } from './json-object.ts';

/** One chunk; the leaves are checked where they are used, since this runs for every token. */
export type Chunk = {
  readonly object: unknown;
  readonly choices: readonly (Choice | null)[];
  /** Addresses that the answer is based on, in a few copies. */
  readonly citations: unknown;
  readonly usage: unknown;
  readonly service_tier: unknown;
};

export type Choice = {
  readonly index?: unknown;
  /** A few copies send the text alone. */
  readonly delta?: Delta | string | null;
  /** Instead of `delta`: the whole answer where a service does not stream or repeats it at the end, or one more piece. */
  readonly message?: Delta | null;
  /** Text completions have this instead of `delta`, a few copies of it `content`. */
  readonly text?: unknown;
  readonly content?: unknown;
  readonly finish_reason?: unknown;
  readonly logprobs?: unknown;
} & CallFields;

export type Delta = {
  readonly content?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  /** OpenRouter's. https://openrouter.ai/docs/use-cases/reasoning-tokens */
  readonly reasoning_details?: unknown;
  /** Gateways' names for it. */
  readonly thinking_content?: unknown;
  readonly thinking?: unknown;
  readonly thought?: unknown;
  readonly refusal?: unknown;
  readonly annotations?: unknown;
  readonly audio?: unknown;
  /** OpenRouter's. */
  readonly images?: unknown;
  /** Instead of `content` in a few copies. */
  readonly text?: unknown;
} & CallFields;

/** What can hold calls: a delta, a message, and in copies a choice. */
export type CallFields = {
  /** A list; in copies also one call, an object with a number for each, or the JSON text of either. */
  readonly tool_calls?: unknown;
  readonly toolCalls?: unknown;
  /** The older form of one call. */
  readonly function_call?: FunctionFields | null;
};

export type ToolCallDelta = FunctionFields & {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: FunctionFields | null;
  /** A tool that takes plain text. https://platform.openai.com/docs/guides/function-calling#custom-tools */
  readonly custom?: FunctionFields | null;
};

export type FunctionFields = {
  readonly name?: unknown;
  readonly arguments?: unknown;
  /** Instead of `arguments`, as the models behind some copies write them. */
  readonly parameters?: unknown;
  readonly input?: unknown;
};

/** A text of an answer, or of the reasoning before it; other values are none. */
type ContentText = { readonly type: 'text-delta' | 'reasoning-delta'; readonly text: unknown };

/** The reasoning of a delta under the names of DeepSeek, OpenRouter and gateways; empty or absent: none. */
export const thoughtOf = (delta: Delta): unknown =>
  delta.reasoning_content ||
  delta.reasoning ||
  (delta.reasoning_details ? detailsText(delta.reasoning_details) : undefined) ||
  delta.thinking_content ||
  delta.thinking ||
  delta.thought;

/** The readable texts among the details; others are encrypted. */
function detailsText(details: unknown): string {
  if (!Array.isArray(details)) return '';
  const texts = (details as readonly { readonly text?: unknown; readonly summary?: unknown }[]).map(
    (detail) => detail?.text ?? detail?.summary,
  );
  return texts.filter((text) => typeof text === 'string').join('');
}

/** The text of a whole message, without its reasoning. */
export const textIn = ({ content }: Delta): string =>
  textsOf(content)
    .map(({ type, text }) => (type === 'text-delta' && typeof text === 'string' ? text : ''))
    .join('');

/** A part of a content list, as OpenAI and Mistral send it. https://docs.mistral.ai/capabilities/reasoning/ */
type ContentListPart = { readonly text?: unknown; readonly thinking?: unknown };

/** The texts of a content: a text, a number, one part of a message or a list of them. */
export function textsOf(content: unknown): readonly ContentText[] {
  if (typeof content === 'string' || typeof content === 'number')
    return [{ type: 'text-delta', text: String(content) }];
  if (Array.isArray(content)) return content.flatMap(textsOf);
  if (typeof content !== 'object' || content === null) return [];
  const { text, thinking } = content as ContentListPart;
  const thoughts = textsOf(thinking).map(
    ({ text: thought }): ContentText => ({ type: 'reasoning-delta', text: thought }),
  );
  return [...thoughts, { type: 'text-delta', text }];
}

/** Objects in which gateways put the whole answer. */
const wrapperNames = ['data', 'result', 'response', 'output', 'body', 'completion'];
/** Names of a text that is all there is of an answer. */
const textNames = ['response', 'output_text', 'generated_text', 'completion', 'text', 'content', 'answer'];

/**
 * The choices of an event without a list of them: an object instead, or within what a gateway puts around the service's
 * answer, or a text alone. Empty: it has none.
 * @param isLater choices have come before: what is no chunk is about something else
 */
export function choicesIn(event: object, isLater = false, depth = 0): Chunk['choices'] {
  const fields = event as Readonly<Record<string, unknown>>;
  const { choices, message } = fields;
  if (Array.isArray(choices)) return choices as Chunk['choices'];
  // A list that PHP has made an object.
  if (isObject(choices))
    return 'delta' in choices || 'message' in choices
      ? [choices as Choice]
      : (Object.values(choices) as Chunk['choices']);
  const inner = depth < 2 ? wrapperNames.map((name) => fields[name]).find(isObject) : undefined;
  if (inner) return wholeAnswer(fields, inner) ?? choicesIn(inner, isLater, depth + 1);
  if (isLater) return [];
  if (isObject(message))
    return [
      { delta: message, finish_reason: fields['done_reason'] ?? (fields['done'] === true ? 'stop' : null) },
    ];
  // An event with a type is another one than those of this wire.
  if (typeof fields['type'] === 'string' || typeof fields['event'] === 'string') return [];
  const name = textNames.find((each) => typeof fields[each] === 'string');
  if (!name) return [];
  // Text Generation Inference repeats the whole text in its last event, beside the reason.
  const { details } = fields;
  const reason = fields['finish_reason'] ?? (isObject(details) ? details['finish_reason'] : undefined);
  return [{ delta: { content: fields[name] }, finish_reason: reason }];
}

/**
 * The choice of a whole answer, as Cloudflare's native address wraps it: `{"result": {"response": …}, "success": true}`.
 * https://developers.cloudflare.com/workers-ai/get-started/rest-api/
 */
function wholeAnswer(
  { success }: Readonly<Record<string, unknown>>,
  { response, tool_calls, choices }: Readonly<Record<string, unknown>>,
): Chunk['choices'] | undefined {
  if (success !== true || choices) return undefined;
  const hasText = typeof response === 'string';
  if (!hasText && !Array.isArray(tool_calls)) return undefined;
  return [{ message: { ...(hasText ? { content: response } : {}), ...(tool_calls ? { tool_calls } : {}) } }];
}

/** Whether there is a call in any of its places. */
export const hasCalls = ({ tool_calls, toolCalls, function_call }: CallFields): boolean =>
  !!tool_calls || !!toolCalls || !!function_call;

/** The calls, or pieces of them. A service that sends both forms means the same call. */
export function callsIn({
  tool_calls,
  toolCalls,
  function_call,
}: CallFields): readonly (ToolCallDelta | null)[] {
  const calls = listOf(tool_calls ?? toolCalls);
  return calls.length === 0 && function_call ? [{ index: 0, ...function_call }] : calls;
}

function listOf(calls: unknown): readonly (ToolCallDelta | null)[] {
  if (Array.isArray(calls)) return calls;
  if (typeof calls === 'string') return listOf(tryParseJson(calls));
  if (!isObject(calls)) return [];
  const isOne = 'function' in calls || 'name' in calls || 'id' in calls || 'arguments' in calls;
  return isOne ? [calls as ToolCallDelta] : (Object.values(calls) as (ToolCallDelta | null)[]);
}
