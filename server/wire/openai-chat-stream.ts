/** The chunks of a Chat Completions stream, with the differences of its copies, and of the older text completions. https://platform.openai.com/docs/api-reference/chat-streaming */
import type { EnginePart, FinishReason } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { deliveredText } from './delivered-text.ts';
import { type FinishState, finishReasonIn, finishState, finishWord } from './finish-state.ts';
import { sealReasoning } from './openai-reasoning.ts';
import type { ToolCallFragment } from './tool-call-assembler.ts';
import { type UsageQuirks, usageReports } from './usage-reports.ts';
import type { StreamDecoder } from './wire-format.ts';

/** One chunk; the leaves are checked where they are used, since this runs for every token. */
type Chunk = {
  readonly object: unknown;
  readonly choices: readonly (Choice | null)[];
  readonly usage: unknown;
  readonly service_tier: unknown;
};

type Choice = {
  readonly index?: unknown;
  readonly delta?: Delta | null;
  /** Instead of `delta`: the whole answer where a service does not stream or repeats it at the end, or one more piece. */
  readonly message?: Delta | null;
  /** Text completions have this instead of `delta`. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
};

type Delta = {
  readonly content?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  /** OpenRouter's. https://openrouter.ai/docs/use-cases/reasoning-tokens */
  readonly reasoning_details?: unknown;
  readonly refusal?: unknown;
  readonly tool_calls?: unknown;
  /** The older form of one call. */
  readonly function_call?: FunctionFields | null;
};

type ToolCallDelta = FunctionFields & {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: FunctionFields | null;
};

type FunctionFields = { readonly name?: unknown; readonly arguments?: unknown };

export type ChunkQuirks = UsageQuirks & {
  /** The service requires the reasoning that led to a call back with it. */
  readonly returnsReasoning?: boolean;
};

/** @param toolNames the tools of the request. Absent: unknown */
export function chunkDecoder(
  { addsReasoningTokens = false, returnsReasoning = false }: ChunkQuirks = {},
  toolNames?: readonly string[],
): StreamDecoder {
  let reasoning = '';
  const delivered = deliveredText();
  let usesDeltas = false;
  /** The last chunk with one choice: the next one may be the same object with another text. */
  let repeated: SingleChoice | undefined;
  const end = finishState({
    usage: usageReports({ addsReasoningTokens }),
    toolNames,
    isMarkerEnough: true,
  });
  /** The first call has the reasoning before them. */
  const addCalls = (delta: Delta): void => {
    if (!delta.tool_calls && !delta.function_call) return;
    addFragments(end, delta, returnsReasoning && !end.hasCalls() ? sealReasoning(reasoning) : undefined);
  };

  const addText = (parts: EnginePart[], type: 'text-delta' | 'reasoning-delta', text: unknown): void => {
    if (typeof text !== 'string' || !text) return;
    parts.push({ type, text });
    if (type === 'text-delta') delivered.add(text);
    else if (returnsReasoning) reasoning += text;
  };
  const readDelta = (parts: EnginePart[], delta: Delta): void => {
    addText(parts, 'reasoning-delta', thoughtOf(delta));
    const { content } = delta;
    if (Array.isArray(content)) for (const { type, text } of textsOfList(content)) addText(parts, type, text);
    else addText(parts, 'text-delta', content || delta.refusal);
  };
  const readMessage = (parts: EnginePart[], message: Delta, isWhole: boolean): void => {
    if (!isWhole || !end.hasCalls()) addCalls(message);
    const text = delivered.isEmpty ? '' : textIn(message);
    if (!delivered.isEmpty && (isWhole || usesDeltas || delivered.isRepeatedBy(text)))
      addText(parts, 'text-delta', delivered.missingEnd(text));
    else readDelta(parts, message);
  };
  const readChoice = (parts: EnginePart[], { delta, message, text }: Choice, isWhole: boolean): void => {
    const count = parts.length;
    if (delta) {
      addCalls(delta);
      readDelta(parts, delta);
      usesDeltas ||= parts.length > count;
    }
    if (parts.length === count) addText(parts, 'text-delta', text);
    if (parts.length === count && message) readMessage(parts, message, isWhole);
  };
  const readFinish = (choice: Choice, isWhole: boolean): void => {
    const word = finishWord(choice.finish_reason);
    if (word === undefined) {
      // A whole document has its own end.
      if (isWhole && choice.message && end.reason() === undefined) end.mark();
      return;
    }
    if (interruptedReasons.has(word)) throw interruptedError();
    end.setReason(finishReasonIn(reasons, word.toLowerCase()));
  };

  return {
    mayEnd: () => end.mayEnd(),
    reportedUsage: () => end.usage.partial(),
    read({ event, data }) {
      if (end.isFinished()) return [];
      if (isEndMarker(data)) {
        repeated = undefined;
        return end.mark();
      }
      const chunk = end.read<Chunk>(data, event);
      if (!chunk) return [];
      // Most chunks are the one before them with another text.
      if (chunk === repeated?.chunk && isTextOnly(repeated)) {
        const text = repeated.delta.content as string;
        if (!text) return [];
        delivered.add(text);
        usesDeltas = true;
        return [{ type: 'text-delta', text }];
      }
      repeated = undefined;
      const { choices, usage } = chunk;
      const parts: EnginePart[] = [];
      if (usage) end.seen = true;
      if (chunk.service_tier) end.usage.readTier(chunk.service_tier);
      if (!Array.isArray(choices)) return parts;
      const isWhole = chunk.object === 'chat.completion';
      const [first] = choices as Chunk['choices'];
      for (const choice of choices as Chunk['choices']) {
        // Some copies give text and calls a choice each; another index is another answer.
        if (!choice || (choice.index ?? 0) !== (first?.index ?? 0)) continue;
        end.seen = true;
        readChoice(parts, choice, isWhole);
        if (choice.finish_reason || isWhole) readFinish(choice, isWhole);
      }
      if (choices.length === 1 && first?.delta) repeated = { chunk, choice: first, delta: first.delta };
      return parts;
    },
    end: () => end.end(),
  };
}

type SingleChoice = { readonly chunk: object; readonly choice: Choice; readonly delta: Delta };

/** Whether a chunk holds one text and nothing else. */
const isTextOnly = ({ choice, delta }: SingleChoice): boolean =>
  typeof delta.content === 'string' &&
  !choice.finish_reason &&
  !choice.message &&
  !choice.text &&
  !delta.tool_calls &&
  !delta.function_call &&
  !delta.refusal &&
  !thoughtOf(delta);

/** @param signature of the first of them */
function addFragments(
  end: FinishState,
  { tool_calls, function_call }: Delta,
  signature: string | undefined,
): void {
  const calls = Array.isArray(tool_calls) ? tool_calls : tool_calls ? [tool_calls] : [];
  const fragments: readonly (ToolCallDelta | null)[] = function_call
    ? [...calls, { index: 0, ...function_call }]
    : calls;
  end.addCalls(fragments.map((each, position) => fragmentOf(each, position === 0 ? signature : undefined)));
}

/** A few services leave out the object `function` around name and arguments. */
const fragmentOf = (call: ToolCallDelta | null, signature: string | undefined): ToolCallFragment => ({
  id: call?.id,
  index: call?.index,
  name: call?.function?.name ?? call?.name,
  input: call?.function?.arguments ?? call?.arguments,
  signature,
});

const thoughtOf = (delta: Delta): unknown =>
  delta.reasoning_content ||
  delta.reasoning ||
  (delta.reasoning_details ? detailsText(delta.reasoning_details) : undefined);

/** The text of a whole message, without its reasoning. */
const textIn = ({ content, refusal }: Delta): string => {
  if (!Array.isArray(content)) return String(content || refusal || '');
  return textsOfList(content)
    .map(({ type, text }) => (type === 'text-delta' && typeof text === 'string' ? text : ''))
    .join('');
};

/** The readable texts among the details; others are encrypted. */
function detailsText(details: unknown): string {
  if (!Array.isArray(details)) return '';
  const texts = (details as readonly { readonly text?: unknown; readonly summary?: unknown }[]).map(
    (detail) => detail?.text ?? detail?.summary,
  );
  return texts.filter((text) => typeof text === 'string').join('');
}

/** Mistral's reasoning models send lists. https://docs.mistral.ai/capabilities/reasoning/ */
type ContentListPart = {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
} | null;

type Text = { readonly type: 'text-delta' | 'reasoning-delta'; readonly text: unknown };

function textsOfList(content: readonly ContentListPart[]): readonly Text[] {
  return content.flatMap((part): readonly Text[] => {
    const thoughts = (
      Array.isArray(part?.thinking) ? part.thinking : [{ text: part?.thinking }]
    ) as readonly ContentListPart[];
    return [
      ...thoughts.map((thought): Text => ({ type: 'reasoning-delta', text: thought?.text })),
      { type: 'text-delta', text: part?.text },
    ];
  });
}

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  // Gateways leave the words of the service behind them.
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  complete: 'stop',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_context_window_exceeded: 'length',
  completed: 'stop',
  tool_use: 'tool-calls',
  safety: 'content-filter',
  refusal: 'content-filter',
};

/** Finish reasons by which Mistral, DeepSeek and vLLM report a failure of their own. */
const interruptedReasons: ReadonlySet<string> = new Set(['error', 'insufficient_system_resource', 'abort']);

const interruptedError = (): RumboError =>
  new RumboError('The service did not finish its answer.', { kind: 'interrupted' });
