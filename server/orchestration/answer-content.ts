/** An answer as parts in their order, for the next turn of the conversation: what its text alone does not hold. */
import type { AlternativeAnswer, EnginePart, TokenLogprob } from '../../shared/chat.ts';
import type { AssistantPart, Citation } from '../../shared/content.ts';
import type { AskResult } from '../../shared/protocol.ts';

/** A part of the answer. Its text is the answer's from `start` to the next entry that has one. */
type TextEntry = {
  readonly type: 'text' | 'refusal';
  readonly start: number;
  signature?: string;
  /** Nothing is added: what follows is a text of its own. */
  isClosed?: true;
};
type ReasoningEntry = { readonly type: 'reasoning'; text: string; signature?: string; isClosed?: true };
type OtherEntry = Exclude<AssistantPart, { type: 'text' | 'refusal' | 'reasoning' }>;
type Entry = TextEntry | ReasoningEntry | OtherEntry;

/** The parts that are neither text nor a call. */
export type ContentPart = Extract<
  EnginePart,
  {
    type:
      | 'reasoning-delta'
      | 'reasoning-end'
      | 'text-signature'
      | 'image'
      | 'audio'
      | 'hosted'
      | 'logprobs'
      | 'alternative';
  }
>;

export class AnswerContent {
  #entries: Entry[] = [];
  #citations: Citation[] = [];
  #logprobs: TokenLogprob[] = [];
  #alternatives: AlternativeAnswer[] = [];
  #keptEntries = 0;

  /** Pictures, sound, further answers and probabilities belong to the model that wrote them: no other one can continue them. */
  get isBoundToModel(): boolean {
    return this.hasMedia || this.#logprobs.length > 0 || this.#alternatives.length > 0;
  }

  /** There is something to see or to hear beside the text. */
  get hasMedia(): boolean {
    return this.#entries.some(({ type }) => type === 'image' || type === 'audio');
  }

  /** Something answers the user, which is no text. */
  get hasOtherAnswer(): boolean {
    return (
      this.#alternatives.length > 0 ||
      this.#entries.some(({ type }) => type !== 'text' && type !== 'reasoning')
    );
  }

  /** @param at UTF-16 units of the answer's text before it */
  addText(type: 'text' | 'refusal', at: number): void {
    const last = this.#entries.at(-1);
    if (last?.type === type && !last.isClosed) return;
    this.#entries.push({ type, start: at });
  }

  addCall(part: Extract<AssistantPart, { type: 'tool-call' }>): void {
    this.#entries.push(part);
  }

  /** @param citation offsets count in the whole answer */
  addCitation(citation: Citation): void {
    this.#citations.push(citation);
  }

  add(part: ContentPart, at: number): void {
    switch (part.type) {
      case 'reasoning-delta': {
        const last = this.#entries.at(-1);
        if (last?.type === 'reasoning' && !last.isClosed) last.text += part.text;
        else this.#entries.push({ type: 'reasoning', text: part.text });
        return;
      }
      case 'reasoning-end':
        this.#endReasoning(part.signature);
        return;
      case 'text-signature':
        this.#signText(part.signature, at);
        return;
      case 'logprobs':
        this.#logprobs.push(...part.tokens);
        return;
      case 'alternative': {
        const { type: _, ...answer } = part;
        this.#alternatives.push(answer);
        return;
      }
      default:
        this.#entries.push(part);
    }
  }

  /** All text after the first `length` units was none: its entries and citations are forgotten. */
  cutText(length: number): void {
    this.#entries = this.#entries.filter((entry) => !isText(entry) || entry.start < length);
    this.#citations = this.#citations.filter(({ end = 0 }) => end <= length);
  }

  /** Another model continues the text. What it adds is forgotten again by `forgetContinuation`. */
  beginContinuation(): void {
    this.#keptEntries = this.#entries.length;
  }

  /** The model that was to continue the text wrote none of it. */
  forgetContinuation(): void {
    this.#entries.length = Math.min(this.#entries.length, this.#keptEntries);
  }

  /**
   * What only the service that wrote it can read is removed: signatures, the thoughts that consist of one, and items of its
   * own tools. Returns whether there was any.
   */
  dropUnreadable(): boolean {
    const before = this.#entries;
    this.#entries = before.flatMap((entry): readonly Entry[] => {
      if (entry.type === 'hosted') return [];
      if (!('signature' in entry) || entry.signature === undefined) return [entry];
      const { signature: _, ...rest } = entry;
      return rest.type === 'reasoning' && rest.text === '' ? [] : [rest];
    });
    return (
      before.length !== this.#entries.length || before.some((entry, index) => entry !== this.#entries[index])
    );
  }

  /** @param text of the whole answer */
  result(text: string): Pick<AskResult, 'content' | 'citations' | 'logprobs' | 'alternatives'> {
    return {
      ...(this.#isPlain() ? {} : { content: this.#parts(text) }),
      ...(this.#citations.length > 0 ? { citations: this.#citations } : {}),
      ...(this.#logprobs.length > 0 ? { logprobs: this.#logprobs } : {}),
      ...(this.#alternatives.length > 0 ? { alternatives: this.#alternatives } : {}),
    };
  }

  /** The text, then calls; no service wants a thought without a signature back. */
  #isPlain(): boolean {
    if (this.#citations.length > 0) return false;
    let hasCall = false;
    return this.#entries.every((entry) => {
      if (entry.type === 'tool-call') hasCall = true;
      else if (entry.type === 'text') return !hasCall && entry.signature === undefined;
      return entry.type === 'tool-call' || (entry.type === 'reasoning' && entry.signature === undefined);
    });
  }

  #parts(text: string): readonly AssistantPart[] {
    const texts = this.#entries.filter(isText);
    let next = 0;
    return this.#entries.map((entry): AssistantPart => {
      if (entry.type === 'reasoning') return withoutClosed(entry);
      if (!isText(entry)) return entry;
      next += 1;
      const end = texts[next]?.start ?? text.length;
      const words = text.slice(entry.start, end);
      if (entry.type === 'refusal') return { type: 'refusal', text: words };
      const citations = this.#citationsWithin(entry.start, end, next === texts.length);
      return {
        type: 'text',
        text: words,
        ...(citations.length > 0 ? { citations } : {}),
        ...(entry.signature === undefined ? {} : { signature: entry.signature }),
      };
    });
  }

  /** The citations of a text, with offsets in it. Those without a place belong to the last text. */
  #citationsWithin(start: number, end: number, isLast: boolean): readonly Citation[] {
    return this.#citations.flatMap((citation): readonly Citation[] => {
      if (citation.start === undefined || citation.end === undefined) return isLast ? [citation] : [];
      if (citation.start < start || citation.start >= end) return [];
      return [{ ...citation, start: citation.start - start, end: Math.min(citation.end, end) - start }];
    });
  }

  #endReasoning(signature: string | undefined): void {
    const last = this.#entries.at(-1);
    if (last?.type === 'reasoning' && !last.isClosed) {
      last.isClosed = true;
      if (signature !== undefined) last.signature = signature;
    } else if (signature !== undefined)
      this.#entries.push({ type: 'reasoning', text: '', signature, isClosed: true });
  }

  #signText(signature: string, at: number): void {
    const last = this.#entries.at(-1);
    if (last?.type === 'text' && !last.isClosed) {
      last.isClosed = true;
      last.signature = signature;
    } else this.#entries.push({ type: 'text', start: at, signature, isClosed: true });
  }
}

/** The text holds all of the answer. */
export const isTextAlone = ({
  toolCalls,
  content = [],
  refusal,
  citations,
  logprobs,
  alternatives,
}: Omit<AskResult, 'receipt' | 'text'>): boolean =>
  !(toolCalls || refusal || citations || logprobs || alternatives) &&
  content.every(({ type }) => type === 'text' || type === 'reasoning');

const isText = (entry: Entry): entry is TextEntry => entry.type === 'text' || entry.type === 'refusal';

const withoutClosed = ({ type, text, signature }: ReasoningEntry): AssistantPart => ({
  type,
  text,
  ...(signature === undefined ? {} : { signature }),
});
