/** The chunks of a Chat Completions stream, with the differences of its copies, and of the older text completions. https://platform.openai.com/docs/api-reference/chat-streaming */
import type { CompletionRequest, EnginePart, FinishReason } from '../../shared/chat.ts';

import { isEndMarker } from '../platform/stream-event.ts';
import { deliveredText } from './delivered-text.ts';
import { type FinishState, finishState } from './finish-state.ts';
import { finishReasonIn, finishWordIn, hasOtherFinishField } from './finish-words.ts';
import {
  type CallFields,
  type Choice,
  type Chunk,
  callsIn,
  choicesIn,
  type Delta,
  type FunctionFields,
  hasCalls,
  type ToolCallDelta,
  textIn,
  textsOf,
  thoughtOf,
} from './openai-chat-content.ts';
import { chatExtras, hasExtras } from './openai-chat-extras.ts';
import { sealReasoning } from './openai-reasoning.ts';
import type { ToolCallFragment } from './tool-call-assembler.ts';
import { type UsageQuirks, usageReports } from './usage-reports.ts';
import type { StreamDecoder } from './wire-format.ts';

export type ChunkQuirks = UsageQuirks & {
  /** The service requires the reasoning that led to a call back with it. */
  readonly returnsReasoning?: boolean;
};

/** @param request absent: unknown */
export function chunkDecoder(
  { addsReasoningTokens = false, returnsReasoning = false }: ChunkQuirks = {},
  request?: CompletionRequest,
): StreamDecoder {
  const extras = chatExtras(request);
  let hasRefusal = false;
  let reasoning = '';
  const delivered = deliveredText();
  let usesDeltas = false;
  let hasListed = false;
  let hadEvents = false;
  /** A message instead of deltas, and nothing else: a document is whole as it is. */
  let isSoleMessage = false;
  /** The last chunk with one choice: the next one may be the same object with another text. */
  let repeated: SingleChoice | undefined;
  const end = finishState({
    usage: usageReports({ addsReasoningTokens }),
    toolNames: request?.tools?.map(({ name }) => name),
    isMarkerEnough: true,
  });
  /** The first call has the reasoning before them. */
  const addCalls = (delta: CallFields): void => {
    if (!hasCalls(delta)) return;
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
    if (typeof content === 'string' && content) addText(parts, 'text-delta', content);
    else if (content) for (const { type, text } of textsOf(content)) addText(parts, type, text);
    else addText(parts, 'text-delta', delta.text);
    addRefusal(parts, delta.refusal);
  };
  const addRefusal = (parts: EnginePart[], text: unknown): void => {
    if (typeof text !== 'string' || !text) return;
    hasRefusal = true;
    parts.push({ type: 'refusal-delta', text });
  };
  const readMessage = (parts: EnginePart[], message: Delta, isWhole: boolean): void => {
    if (!isWhole || !end.hasCalls()) addCalls(message);
    const text = delivered.isEmpty() ? '' : textIn(message);
    if (!delivered.isEmpty() && (usesDeltas || delivered.isRepeatedBy(text, true)))
      addText(parts, 'text-delta', delivered.missingEnd(text));
    else readDelta(parts, hasRefusal ? { ...message, refusal: undefined } : message);
  };
  const readChoice = (parts: EnginePart[], choice: Choice, isWhole: boolean): void => {
    const { delta: given, message, text, content } = choice;
    const count = parts.length;
    const delta = typeof given === 'string' ? { content: given } : given;
    if (delta) {
      addCalls(delta);
      readDelta(parts, delta);
      usesDeltas ||= parts.length > count;
    }
    addCalls(choice);
    if (parts.length === count) addText(parts, 'text-delta', text ?? content);
    if (parts.length === count && message) readMessage(parts, message, isWhole);
    const holder = delta ?? message;
    if (holder && hasExtras(choice, holder)) parts.push(...extras.read(choice, holder));
  };
  const readFinish = (choice: Choice, isWhole: boolean, chunk: object): void => {
    const word = finishWordIn([choice, typeof choice.delta === 'object' ? choice.delta : undefined, chunk]);
    if (word === undefined) {
      // A whole document has its own end.
      if (isWhole && choice.message && end.reason() === undefined) end.mark();
      return;
    }
    end.setReason(reasonOf(word.toLowerCase()));
  };
  const reasonOf = (word: string): FinishReason => finishReasonIn(reasons, word);
  /** The last parts, with what only the end shows before them. */
  const ended = (parts: readonly EnginePart[]): readonly EnginePart[] => {
    if (parts.length === 0) return parts;
    const before = extras.end();
    const all = hasRefusal ? parts.map(withRefusalReason) : parts;
    return before.length > 0 ? [...before, ...all] : all;
  };

  return {
    mayEnd: () => end.mayEnd(),
    reportedUsage: () => end.usage.partial(),
    read({ event, data }) {
      if (end.isFinished()) return [];
      if (isEndMarker(data)) {
        repeated = undefined;
        return ended(end.mark());
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
      const found = Array.isArray(choices) ? (choices as Chunk['choices']) : choicesIn(chunk, hasListed);
      const isWhole = chunk.object === 'chat.completion';
      const [first] = found;
      if (chunk.citations) parts.push(...extras.readSources(chunk.citations));
      for (const choice of found) {
        if (!choice) continue;
        const index = Number(choice.index ?? 0);
        if (extras.hasSeveral && index > 0) {
          extras.addAlternative(index, choice, reasonOf);
          continue;
        }
        // Some copies give text and calls a choice each; another index is another answer.
        if ((choice.index ?? 0) !== (first?.index ?? 0) && !extras.hasSeveral) continue;
        end.seen = true;
        readChoice(parts, choice, isWhole);
        readFinish(choice, isWhole, chunk);
      }
      if (
        found === choices &&
        found.length === 1 &&
        typeof first?.delta === 'object' &&
        first.delta &&
        !hasOtherFinishField(first)
      )
        repeated = { chunk, choice: first, delta: first.delta };
      hasListed ||= found === choices && found.length > 0;
      isSoleMessage = !hadEvents && found.length === 1 && !!first?.message && !first.delta;
      if (found.length > 0) hadEvents = true;
      return parts;
    },
    end() {
      if (isSoleMessage && !end.mayEnd()) end.mark();
      return ended(end.end());
    },
  };
}

/** A model that declines ends as usual. */
const withRefusalReason = (part: EnginePart): EnginePart =>
  part.type === 'finish' && (part.reason === 'stop' || part.reason === 'other')
    ? { ...part, reason: 'refusal' }
    : part;

type SingleChoice = { readonly chunk: object; readonly choice: Choice; readonly delta: Delta };

/** Whether a chunk holds one text and nothing else. */
const isTextOnly = ({ choice, delta }: SingleChoice): boolean =>
  typeof delta.content === 'string' &&
  !choice.finish_reason &&
  !choice.message &&
  !choice.text &&
  !hasCalls(delta) &&
  !hasCalls(choice) &&
  !delta.refusal &&
  !thoughtOf(delta) &&
  !hasExtras(choice, delta);

/** @param signature of the first of them */
function addFragments(end: FinishState, holder: CallFields, signature: string | undefined): void {
  end.addCalls(
    callsIn(holder).map((each, position) => fragmentOf(each, position === 0 ? signature : undefined)),
  );
}

/** A few services leave out the object `function` around name and arguments. */
const fragmentOf = (call: ToolCallDelta | null, signature: string | undefined): ToolCallFragment => ({
  id: call?.id,
  index: call?.index,
  name: call?.function?.name ?? call?.custom?.name ?? call?.name,
  input: inputIn(call?.function) ?? call?.custom?.input ?? inputIn(call),
  ...(call?.custom ? { isCustom: true } : {}),
  signature,
});

const inputIn = (fields: FunctionFields | null | undefined): unknown =>
  fields?.arguments ?? fields?.parameters ?? fields?.input;

/** OpenAI's own words and Mistral's. */
const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};
