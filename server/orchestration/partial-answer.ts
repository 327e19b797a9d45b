/** The answer as the user sees it so far, whichever models wrote it. */

import type { AskParams } from '../../shared/ask.ts';
import type { EnginePart, ToolCall } from '../../shared/chat.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import type { Takeover } from '../../shared/receipts.ts';
import { codeFieldsOf, codePreview } from '../edits/code-preview.ts';
import { overlapRemover } from './continuation.ts';

const nothing: readonly AskPart[] = [];

export class PartialAnswer {
  text = '';
  toolCalls: readonly ToolCall[] = [];
  takeovers: readonly Takeover[] = [];
  /** On the clock handed in. `null`: no text yet. */
  firstTextAt: number | null = null;

  readonly #params: AskParams;
  readonly #now: () => number;
  #discarded = '';
  #preview: ReturnType<typeof codePreview>;
  #read: { readonly text: string; readonly fields: Pick<AskResult, 'code' | 'codeIssue'> } | undefined;
  #overlap: ReturnType<typeof overlapRemover> | undefined;

  /** @param now milliseconds on any steady clock */
  constructor(params: AskParams, now: () => number) {
    this.#params = params;
    this.#now = now;
    this.#preview = codePreview(params);
  }

  /** The longest text that was shown: for an answer that will not be whole, also one that a restart discarded. */
  get longestText(): string {
    return this.text.length >= this.#discarded.length ? this.text : this.#discarded;
  }

  /** Another model continues where this stops. */
  continueWith({ from, to, reason }: Omit<Takeover, 'at'>): void {
    const last = this.takeovers.at(-1);
    // The model before was asked to continue and wrote nothing.
    this.takeovers =
      last?.at === this.text.length
        ? [...this.takeovers.slice(0, -1), { ...last, to }]
        : [...this.takeovers, { at: this.text.length, from, to, reason }];
    this.#overlap = overlapRemover(this.text);
  }

  /** Another model answers from the beginning. */
  restart(): void {
    this.#discarded = this.longestText;
    this.text = '';
    this.takeovers = [];
    this.toolCalls = [];
    this.firstTextAt = null;
    this.#preview = codePreview(this.#params);
    this.#overlap = undefined;
  }

  /** Adds one part of the model; returns the parts to show. */
  append(part: EnginePart): readonly AskPart[] {
    switch (part.type) {
      case 'finish':
        return nothing;
      case 'text-delta':
        return this.#show(this.#overlap ? this.#overlap.push(part.text) : part.text);
      case 'reasoning-delta':
        return [part];
      case 'text-retraction':
        return [this.#retract()];
      case 'tool-call':
        this.toolCalls = [...this.toolCalls, part];
        return [part];
    }
  }

  /** The model has ended or failed; returns the parts that were buffered as a possible overlap. */
  flush(): readonly AskPart[] {
    const rest = this.#overlap?.end() ?? '';
    this.#overlap = undefined;
    return this.#show(rest);
  }

  /** The model failed: returns the parts that show its text up to the end. */
  flushPreview(): readonly AskPart[] {
    return this.#preview.flush();
  }

  /** The code of the whole answer, or why it has none. Read once for each text. */
  get codeFields(): Pick<AskResult, 'code' | 'codeIssue'> {
    if (this.toolCalls.length > 0) return {};
    if (this.#read?.text !== this.text)
      this.#read = { text: this.text, fields: codeFieldsOf(this.#params, this.text) };
    return this.#read.fields;
  }

  result(): Omit<AskResult, 'receipt'> {
    const toolCalls = this.toolCalls.map(({ id, name, input, signature }) => ({
      id,
      name,
      input,
      ...(signature ? { signature } : {}),
    }));
    return {
      text: this.text,
      ...this.codeFields,
      ...(toolCalls.length > 0 ? { toolCalls } : {}),
    };
  }

  /** What the current model has written so far was reasoning. */
  #retract(): AskPart {
    const keptCharacters = this.takeovers.at(-1)?.at ?? 0;
    this.text = this.text.slice(0, keptCharacters);
    if (keptCharacters === 0) this.firstTextAt = null;
    else this.#overlap = overlapRemover(this.text);
    this.#preview = codePreview(this.#params);
    this.#preview.update(this.text, Number.NEGATIVE_INFINITY);
    return { type: 'text-retraction', keptCharacters };
  }

  #show(text: string): readonly AskPart[] {
    if (text === '') return nothing;
    const now = this.#now();
    this.firstTextAt ??= now;
    this.text += text;
    return [{ type: 'text-delta', text }, ...this.#preview.update(text, now)];
  }
}
