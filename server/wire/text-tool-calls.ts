/**
 * Tool calls that a model wrote into its text, because its server was started without a parser for them:
 * `<tool_call>{"name": "read", "arguments": {"path": "x"}}</tool_call>`, as Hermes, Qwen and others were trained to.
 * https://docs.vllm.ai/en/latest/features/tool_calling.html
 */
import type { EnginePart } from '../../shared/chat.ts';
import { isInsideCode } from './inside-code.ts';
import { tryParseJson } from './json-object.ts';
import { isPartOf } from './token-text.ts';

const open = '<tool_call>';
const close = '</tool_call>';
/** Characters of one call; a longer one is text. */
const maxCall = 256 * 1024;

/**
 * Takes the text of one answer piece by piece. A block that does not call a tool of the request stays text, as does one
 * in code, or in a conversation about such blocks.
 * @param tools names
 * @param isMentioned whether the conversation contains a token
 */
export function textToolCalls(tools: ReadonlySet<string>, isMentioned: (token: string) => boolean) {
  let answer = '';
  let buffer = '';
  /** A block begins the buffer; what follows is in `pieces` until its end comes. */
  let isOpen = false;
  let pieces: string[] = [];
  let heldLength = 0;
  let tail = '';
  /** Blanks that follow a call are no text. */
  let isAfterCall = false;
  let count = 0;
  const isOff = tools.size === 0 || isMentioned(open);

  const text = (piece: string): readonly EnginePart[] => {
    answer += piece;
    return piece === '' ? [] : [{ type: 'text-delta', text: piece }];
  };
  const callIn = (block: string): EnginePart | undefined => {
    const value = tryParseJson(block);
    if (typeof value !== 'object' || value === null) return undefined;
    const { name, arguments: given, parameters } = value as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || !tools.has(name)) return undefined;
    const input = given ?? parameters ?? {};
    return {
      type: 'tool-call',
      id: `text_call_${count++}`,
      name,
      input: typeof input === 'string' ? input : JSON.stringify(input),
    };
  };
  /** Whether the end of the open block has not come with this piece. */
  const holds = (piece: string): boolean => {
    const recent = tail + piece;
    tail = recent.slice(-close.length);
    pieces.push(piece);
    heldLength += piece.length;
    return heldLength < maxCall && !recent.includes(close);
  };
  const release = (): void => {
    buffer += pieces.join('');
    pieces = [];
    heldLength = 0;
    tail = '';
  };
  /** The block that begins the buffer, which is whole or too long. */
  const readBlock = (): readonly EnginePart[] => {
    const end = buffer.indexOf(close);
    const call = end < 0 ? undefined : callIn(buffer.slice(open.length, end));
    const length = end < 0 ? buffer.length : end + close.length;
    const block = buffer.slice(0, length);
    buffer = buffer.slice(length);
    isAfterCall = call !== undefined;
    return call ? [call] : text(block);
  };
  /** What is decided of the buffer; the rest waits for more. */
  const read = (): readonly EnginePart[] => {
    const parts: EnginePart[] = [];
    for (;;) {
      if (isAfterCall) buffer = buffer.trimStart();
      const at = buffer.indexOf('<');
      const before = at < 0 ? buffer : buffer.slice(0, at);
      if (buffer !== '') isAfterCall = false;
      parts.push(...text(before));
      buffer = buffer.slice(before.length);
      if (buffer === '' || isPartOf(buffer, open)) return parts;
      if (!buffer.startsWith(open) || isInsideCode(answer)) {
        parts.push(...text('<'));
        buffer = buffer.slice(1);
        continue;
      }
      isOpen = !buffer.includes(close);
      tail = buffer.slice(-close.length);
      if (isOpen) return parts;
      parts.push(...readBlock());
    }
  };
  return {
    hasCalls: () => count > 0,
    /** Whether a piece is text as it is; if not, it has to be pushed. */
    passes(piece: string): boolean {
      if (isOff) return true;
      if (buffer !== '' || isAfterCall || piece.indexOf('<') >= 0) return false;
      answer += piece;
      return true;
    },
    push(piece: string): readonly EnginePart[] {
      if (!isOpen) {
        buffer += piece;
        return read();
      }
      if (holds(piece)) return [];
      release();
      isOpen = false;
      return [...readBlock(), ...read()];
    },
    /** The answer has ended. @param isCut it stopped at a limit: what is open is no call */
    end(isCut: boolean): readonly EnginePart[] {
      release();
      const call = isCut || !isOpen ? undefined : callIn(buffer.slice(open.length));
      const rest = buffer;
      buffer = '';
      isOpen = false;
      return call ? [call] : text(rest);
    },
  };
}
