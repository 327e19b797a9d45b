/** The answer as the user sees it so far, whichever models wrote it. */

import type { AskParams } from '../../shared/ask.ts';
import { type EnginePart, type ModelId, providerOf } from '../../shared/chat.ts';
import type { Citation, ToolCall } from '../../shared/content.ts';
import { functionTools } from '../../shared/message-parts.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import type { Takeover } from '../../shared/receipts.ts';
import { codeFieldsOf, codePreview } from '../edits/code-preview.ts';
import { checkCall } from '../wire/repair-call.ts';
import { AnswerContent } from './answer-content.ts';
import { type ContinuationJoin, continuationJoin, type JoinStep } from './continuation-join.ts';

const nothing: readonly AskPart[] = [];

/** Milliseconds from the first text of a model that continues: by then its place must be known. */
const maxJoinMs = 30_000;

/** `fault`: what was wrong, in a few words. */
export type CallRepair = { readonly tool: string; readonly fault: string };

export class PartialAnswer {
  text = '';
  toolCalls: readonly ToolCall[] = [];
  takeovers: readonly Takeover[] = [];
  /** Of `text`, what the model declines with. Empty: it does not. */
  refusal = '';
  /** On the clock handed in. `null`: no text yet. */
  firstTextAt: number | null = null;
  /** Models whose signatures and hosted items were removed, since a model of another provider continued. */
  unreadable: readonly ModelId[] = [];

  /** Calls whose arguments did not match the schema of their tool, and do now. */
  repairs: readonly CallRepair[] = [];

  readonly #params: AskParams;
  readonly #now: () => number;
  #discarded = '';
  #preview: ReturnType<typeof codePreview>;
  #read: { readonly text: string; readonly fields: Pick<AskResult, 'code' | 'codeIssue'> } | undefined;
  /** The text of the model that continues is buffered here until its place is known. */
  #join: ContinuationJoin | undefined;
  #joinStartedAt: number | undefined;
  #joinFailed = false;
  #content = new AnswerContent();
  /** UTF-16 units that the current model has written, whether they were shown or not. */
  #modelTextLength = 0;
  /** Citations of a text whose place is not known yet. */
  #openCitations: readonly Citation[] = [];

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

  /** What the model wrote does not show where it continues the text: nothing of it was shown. */
  get joinFailed(): boolean {
    return this.#joinFailed;
  }

  /** There is something that answers the user, in words or not. */
  get isBegun(): boolean {
    return this.text !== '' || this.#content.hasOtherAnswer;
  }

  /** There is an answer that is no text. */
  get hasOtherAnswer(): boolean {
    return this.#content.hasOtherAnswer;
  }

  /** No other model can continue it, only answer anew. */
  get isBoundToModel(): boolean {
    const { answerCount = 1, logprobs, output } = this.#params;
    const isRequested = answerCount > 1 || logprobs !== undefined || output !== undefined;
    return this.refusal !== '' || isRequested || this.#content.isBoundToModel;
  }

  /** Another model continues where this stops. */
  continueWith({ from, to, reason }: Omit<Takeover, 'at'>): void {
    if (this.takeovers.at(-1)?.at === this.text.length) this.#content.forgetContinuation();
    if (providerOf(from) !== providerOf(to) && this.#content.dropUnreadable())
      this.unreadable = [...this.unreadable, from];
    this.#content.beginContinuation();
    const last = this.takeovers.at(-1);
    // The model before was asked to continue and wrote nothing.
    this.takeovers =
      last?.at === this.text.length
        ? [...this.takeovers.slice(0, -1), { ...last, to }]
        : [...this.takeovers, { at: this.text.length, from, to, reason }];
    this.#startJoin(continuationJoin(this.text));
  }

  /** The model continues words that it was given: the first of what it repeats. */
  expectAfter(prefill: string): void {
    if (this.#join && prefill !== '') this.#startJoin(continuationJoin(this.text, prefill));
  }

  /** Another model answers from the beginning. */
  restart(): void {
    this.#discarded = this.longestText;
    this.text = '';
    this.takeovers = [];
    this.toolCalls = [];
    this.repairs = [];
    this.refusal = '';
    this.unreadable = [];
    this.#content = new AnswerContent();
    this.firstTextAt = null;
    this.#preview = codePreview(this.#params);
    this.#startJoin(undefined);
  }

  /** Adds one part of the model; returns the parts to show. */
  append(part: EnginePart): readonly AskPart[] {
    switch (part.type) {
      case 'finish':
        return nothing;
      case 'refusal-delta':
        return this.#declines(part.text);
      case 'text-delta':
        this.#modelTextLength += part.text.length;
        return this.#join ? this.#pushToJoin(this.#join, part.text) : this.#show(part.text);
      case 'citation':
        if (!this.#join) return this.#cite(part.citation);
        this.#openCitations = [...this.#openCitations, part.citation];
        return nothing;
      case 'reasoning-delta':
      case 'reasoning-end':
      case 'text-signature':
      case 'image':
      case 'audio':
      case 'hosted':
      case 'logprobs':
      case 'alternative':
        this.#content.add(part, this.text.length);
        return [part];
      case 'text-retraction':
        return [this.#retract()];
      case 'tool-call': {
        const before = this.endText();
        if (this.#joinFailed) return before;
        const call = this.#repaired(part);
        this.toolCalls = [...this.toolCalls, call];
        this.#content.addCall({ type: 'tool-call', ...call });
        return [...before, { type: 'tool-call', ...call }];
      }
    }
  }

  /** The model's text has ended; returns the parts that were buffered until their place was known. */
  endText(): readonly AskPart[] {
    return this.#join ? this.#settle(this.#join.end()) : nothing;
  }

  /** The model repeated the end and ended itself, although the text is not whole. */
  rejectRepetition(): void {
    this.#joinFailed = true;
  }

  /** The model broke off: as `endText`, but text whose place is unknown is forgotten, and the next model is asked for it. */
  breakOffText(): readonly AskPart[] {
    const parts = this.endText();
    this.#joinFailed = false;
    return parts;
  }

  /** The model failed: returns the parts that show its text up to the end. */
  flushPreview(): readonly AskPart[] {
    return this.#preview.flush();
  }

  /** The code of the whole answer, or why it has none. Read once for each text. */
  get codeFields(): Pick<AskResult, 'code' | 'codeIssue'> {
    if (this.toolCalls.length > 0 || this.refusal !== '') return {};
    if (this.#read?.text !== this.text)
      this.#read = { text: this.text, fields: codeFieldsOf(this.#params, this.text) };
    return this.#read.fields;
  }

  result(): Omit<AskResult, 'receipt'> {
    const { text, refusal, toolCalls } = this;
    return {
      text,
      ...this.codeFields,
      ...(refusal === '' ? {} : { refusal }),
      ...(toolCalls.length > 0 ? { toolCalls } : {}),
      ...this.#content.result(text),
    };
  }

  /** The call with arguments that match the schema of its tool, where they can be made to. */
  #repaired({ type: _, ...call }: Extract<EnginePart, { type: 'tool-call' }>): ToolCall {
    const checked = checkCall(call, functionTools(this.#params.tools));
    if (checked.repaired !== undefined)
      this.repairs = [...this.repairs, { tool: call.name, fault: checked.repaired }];
    return checked.call;
  }

  /** What a model declines with is what a person reads of the answer. */
  #declines(text: string): readonly AskPart[] {
    const before = this.endText();
    if (text === '') return before;
    this.firstTextAt ??= this.#now();
    this.#modelTextLength += text.length;
    this.#content.addText('refusal', this.text.length);
    this.text += text;
    this.refusal += text;
    return [...before, { type: 'refusal-delta', text }];
  }

  /** What the current model has written so far was reasoning. */
  #retract(): AskPart {
    const keptCharacters = this.takeovers.at(-1)?.at ?? 0;
    this.text = this.text.slice(0, keptCharacters);
    this.#modelTextLength = 0;
    this.#openCitations = [];
    this.#content.cutText(keptCharacters);
    if (keptCharacters === 0) this.firstTextAt = null;
    else this.#startJoin(continuationJoin(this.text));
    this.#preview = codePreview(this.#params);
    this.#preview.update(this.text, Number.NEGATIVE_INFINITY);
    return { type: 'text-retraction', keptCharacters };
  }

  #startJoin(join: ContinuationJoin | undefined): void {
    this.#join = join;
    this.#modelTextLength = 0;
    this.#openCitations = [];
    this.#joinStartedAt = undefined;
    this.#joinFailed = false;
  }

  #pushToJoin(join: ContinuationJoin, text: string): readonly AskPart[] {
    const now = this.#now();
    this.#joinStartedAt ??= now;
    const step = join.push(text);
    return this.#settle(step.state === 'open' && now - this.#joinStartedAt > maxJoinMs ? join.end() : step);
  }

  #settle(step: JoinStep): readonly AskPart[] {
    if (step.state === 'open') return nothing;
    this.#join = undefined;
    this.#joinFailed = step.state === 'unproven';
    if (step.state !== 'joined') return nothing;
    const shown = this.#show(step.text);
    const cited = this.#openCitations.flatMap((citation) => this.#cite(citation));
    this.#openCitations = [];
    return [...shown, ...cited];
  }

  /** The citation with offsets in the whole answer; none for words that were there before. */
  #cite(citation: Citation): readonly AskPart[] {
    if (this.#joinFailed) return nothing;
    const shift = this.text.length - this.#modelTextLength;
    const { start, end } = citation;
    const isPlaced = start !== undefined && end !== undefined;
    if (isPlaced && start + shift < (this.takeovers.at(-1)?.at ?? 0)) return nothing;
    const shifted =
      isPlaced && shift !== 0 ? { ...citation, start: start + shift, end: end + shift } : citation;
    this.#content.addCitation(shifted);
    return [{ type: 'citation', citation: shifted }];
  }

  #show(text: string): readonly AskPart[] {
    if (text === '') return nothing;
    const now = this.#now();
    this.firstTextAt ??= now;
    this.#content.addText('text', this.text.length);
    this.text += text;
    return [{ type: 'text-delta', text }, ...this.#preview.update(text, now)];
  }
}
