/** The blocks of an answer of Anthropic's as they arrive. https://platform.claude.com/docs/en/build-with-claude/streaming */
import type { EnginePart } from '../../shared/chat.ts';
import type { Citation } from '../../shared/content.ts';
import { citationIn } from './anthropic-citations.ts';
import { sealCallThinking, sealThinking, type ThinkingBlock } from './anthropic-thinking.ts';
import type { FinishState } from './finish-state.ts';
import { parseJsonObject } from './json-object.ts';

/** A block, or a delta of one; the leaves are checked where they are used, since this runs for every token. */
export type Block = {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly signature?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
  readonly data?: unknown;
  readonly partial_json?: unknown;
  readonly citation?: unknown;
  readonly citations?: unknown;
};

/** Of a service's own tools: a call, its result, and what else only the service can read. */
export const isHostedBlock = (type: unknown): boolean =>
  typeof type === 'string' &&
  type !== 'tool_use' &&
  /^(?:\w+_tool_use|\w*tool_result|container_upload|compaction)$/.test(type);

/** @param end gets the calls, and is asked for no text */
export function openBlocks(end: FinishState) {
  /** Characters of text so far. */
  let length = 0;
  /** Where the text of the open block begins, and what it cites. */
  let textStart = 0;
  let citations: unknown[] = [];
  let thinking = '';
  /** Thinking since the last call. */
  let thoughts: ThinkingBlock[] = [];
  /** The open block, where it is of the service's own tools, and the input that it is given in pieces. */
  let hosted: { readonly index: unknown; readonly item: Block; input: string } | undefined;
  const hostedIndices = new Set<unknown>();

  const addThought = (block: ThinkingBlock): EnginePart => {
    thoughts.push(block);
    return { type: 'reasoning-end', signature: sealThinking(block) };
  };

  const textOf = (block: Block): readonly EnginePart[] => {
    end.seen = true;
    if (typeof block.text === 'string' && block.text) {
      length += block.text.length;
      return [{ type: 'text-delta', text: block.text }];
    }
    const hasThought = typeof block.thinking === 'string' && block.thinking !== '';
    const parts: EnginePart[] = [];
    if (hasThought) {
      thinking += block.thinking as string;
      parts.push({ type: 'reasoning-delta', text: block.thinking as string });
    }
    // The signature comes last, whole.
    if (typeof block.signature === 'string' && block.signature)
      parts.push(addThought({ type: 'thinking', thinking, signature: block.signature }));
    return parts;
  };

  /** What is known when the block is whole. */
  const stop = (): readonly EnginePart[] => {
    const span = { start: textStart, end: length };
    const cited: readonly Citation[] = citations.flatMap((each) => citationIn(each, span));
    const parts: EnginePart[] = cited.map((citation) => ({ type: 'citation', citation }));
    if (hosted) parts.push({ type: 'hosted', wire: 'anthropic-messages', item: wholeItem(hosted) });
    citations = [];
    textStart = length;
    hosted = undefined;
    return parts;
  };

  return {
    /** A block may begin with all that it has. */
    start(block: Block, index: unknown): readonly EnginePart[] {
      const parts = [...stop()];
      if (block.type === 'thinking') thinking = '';
      if (block.type === 'redacted_thinking')
        parts.push(addThought({ type: 'redacted_thinking', data: String(block.data ?? '') }));
      if (block.type === 'tool_use') {
        const { id, name, input } = block;
        const signature = thoughts.length > 0 ? sealCallThinking(thoughts) : undefined;
        thoughts = [];
        end.addCalls([{ id, index, name, input, signature }]);
      }
      if (Array.isArray(block.citations)) citations.push(...(block.citations as readonly unknown[]));
      hostedIndices.delete(index);
      if (isHostedBlock(block.type)) {
        hosted = { index, item: block, input: '' };
        hostedIndices.add(index);
      } else parts.push(...textOf(block));
      end.seen = true;
      return parts;
    },
    add(delta: Block, index: unknown): readonly EnginePart[] {
      const open = hosted;
      if (delta.partial_json) {
        if (!hostedIndices.has(index)) end.addCalls([{ index, input: delta.partial_json }]);
        else if (open && open.index === index) open.input += String(delta.partial_json);
      }
      if (delta.citation) citations.push(delta.citation);
      return textOf(delta);
    },
    stop,
    hasText: () => length > 0,
  };
}

function wholeItem({
  item,
  input,
}: {
  readonly item: Block;
  readonly input: string;
}): Record<string, unknown> {
  const parsed = input === '' ? undefined : parseJsonObject(input);
  return parsed ? { ...item, input: parsed } : { ...item };
}
