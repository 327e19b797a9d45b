/**
 * The text of an answer, cut anywhere, without what a chat template left in it. What stays as it is: see template-tokens.ts,
 * which applies it.
 */
import type { EnginePart } from '../../shared/chat.ts';
import { isInsideCode } from './inside-code.ts';
import {
  answerMarks,
  channelEnds,
  channelStart,
  channelText,
  reasoningTags,
  turnEnds,
  turnStarts,
} from './special-tokens.ts';
import {
  firstOf,
  isPartOf,
  mayBegin,
  mayBeHeader,
  skipTokens,
  startsWithToken,
  undecidedLength,
  withoutEndTokens,
} from './token-text.ts';

/** Where the text is: before its first word, in the answer, in reasoning, or after the end of the turn. */
type Place = 'start' | 'answer' | 'reasoning' | 'after-turn';
/** What a look at the buffered text came to. `wait`: more text decides. */
type Step = 'continue' | 'wait';

type Tag = { readonly name: string; readonly closes: readonly string[] };

/** Characters that may pass until a channel's header is complete. */
const maxHeader = 200;
const roleName = /^(?:assistant|model|user|system|tool)\b[^\S\n]*\n?/i;
/** A turn of another speaker, by its name alone. */
const otherTurn = /^\n*(?:user|system|human|assistant)(?::|[^\S\n]*\n)/i;
const mayBeTurn = /^\n*[a-z]{1,9}[^\S\n]*$/i;
/** A channel, or the turn that begins with one. */
const channelAhead = /^(?:<\|start\|>(?:assistant)?)?<\|channel\|>(?:analysis|commentary|final)\b/;
const mayBeChannel = (text: string): boolean =>
  ['analysis', 'commentary', 'final'].some((name) =>
    [`<|channel|>${name}`, `<|start|>assistant<|channel|>${name}`].some(
      (header) => text.length <= header.length && header.startsWith(text),
    ),
  );
/** Headers of a channel whose first token was part of the prompt, or was dropped by the server. */
const bareHeader = /^(?:assistant)?(analysis|commentary|final)<\|message\|>/;

const wrapperEnds: readonly string[] = ['</answer>', '</response>'];
const inStart = [...turnStarts, ...turnEnds, ...answerMarks, channelStart];
const startTokens = [...inStart, ...reasoningTags.flat(), '<answer>', '<response>'];
/** The first characters of all that can precede an answer: tokens, tags, and headers without their tokens. */
const startCharacters: ReadonlySet<string> = new Set(
  [...startTokens, 'analysis', 'assistant', 'commentary', 'final'].map((token) => token.charAt(0)),
);
const inAnswer = [
  ...turnEnds,
  ...answerMarks,
  ...wrapperEnds,
  channelStart,
  '<|start|>',
  ...reasoningTags.flat(),
].filter((token) => token.startsWith('<'));

export type TemplateFilterOptions = {
  /** The beginning of the answer, which the text continues. Absent: there is none. */
  readonly beginning?: string;
  /** The functions that the model may call. Absent: none. */
  readonly tools?: ReadonlySet<string>;
};

/** Takes the text of one answer piece by piece. */
export class TemplateFilter {
  readonly #isMentioned: (token: string) => boolean;
  readonly #beginning: string;
  readonly #tools: ReadonlySet<string>;
  readonly #mentions = new Map<string, boolean>();
  #place: Place = 'start';
  #buffer = '';
  /** The answer so far. */
  #answer = '';
  #reasoning: Tag = { name: '', closes: [] };
  /** The reasoning between two tags; it is text if nothing ends it. */
  #openReasoning = '';
  /** It began within the answer. */
  #isInner = false;
  #hasReasoning = false;
  /** Something was removed from the start: blanks before the answer belong to it. */
  #isStripped = false;
  /** The closing tag of an element around the answer. */
  #wrapperEnd: string | undefined;
  /** gpt-oss without its tokens: `analysis…assistantfinal…`. */
  #hasBareChannels = false;
  /** The function that the channel calls, and its arguments so far. */
  #toolName: string | undefined;
  #toolInput = '';
  #toolCount = 0;
  #parts: EnginePart[] = [];

  /** @param isMentioned whether the conversation contains a token */
  constructor(
    isMentioned: (token: string) => boolean,
    { beginning = '', tools = new Set() }: TemplateFilterOptions = {},
  ) {
    this.#isMentioned = isMentioned;
    this.#beginning = beginning;
    this.#tools = tools;
  }

  /** Whether a delta is text as it is; if not, it has to be pushed. */
  passes(text: string): boolean {
    if (this.#place !== 'answer' || this.#buffer !== '' || this.#hasBareChannels || text.indexOf('<') >= 0)
      return false;
    this.#answer += text;
    return true;
  }

  push(text: string): EnginePart[] {
    this.#buffer += text;
    while (this.#buffer !== '' && this.#read() === 'continue');
    return this.#take();
  }

  /** The service reports reasoning apart from the text: what was held back as a beginning of it is text. */
  noteReasoning(): EnginePart[] {
    this.#hasReasoning = true;
    if (this.#place !== 'start' || this.#buffer.trim() === '') return [];
    this.#place = 'answer';
    this.#emit('text-delta', this.#buffer);
    this.#buffer = '';
    return this.#take();
  }

  /** The text calls functions. */
  get hasToolCalls(): boolean {
    return this.#toolCount > 0;
  }

  /**
   * The answer has ended: the parts that were held back.
   * @param isCut what has not ended is incomplete. Absent: it is not
   * @param hasCalls the answer calls functions. Absent: those of the text alone
   */
  end({ isCut = false, hasCalls = false } = {}): EnginePart[] {
    if (this.#place === 'reasoning') {
      this.#emit('reasoning-delta', this.#buffer);
      if (!isCut) this.#endToolCall();
      // Nothing ended it: within an answer it may have been text, and without one it is all there is.
      if (this.#isInner && this.#reasoning.name !== 'channel')
        this.#emit('text-delta', this.#reasoning.name + this.#openReasoning);
      else if (!isCut && !hasCalls && this.#answer.trim() === '')
        this.#emit('text-delta', this.#openReasoning);
    } else if (this.#place === 'start') this.#emit('text-delta', this.#startAtEnd());
    else if (this.#place === 'answer')
      this.#emit(
        'text-delta',
        withoutEndTokens(this.#beginning + this.#answer, this.#buffer, (token) => this.#isText(token)),
      );
    this.#buffer = '';
    return this.#take();
  }

  /** What was held back before the first word, without tokens. */
  #startAtEnd(): string {
    let text = this.#buffer;
    for (;;) {
      const rest = text.trimStart();
      const token = inStart.find((each) => rest.startsWith(each) && !this.#isText(each));
      if (token === channelStart) return '';
      if (token === undefined || this.#beginning !== '') return this.#isStripped && rest === '' ? '' : text;
      this.#isStripped = true;
      text = rest.slice(token.length).replace(roleName, '');
    }
  }

  #isText(token: string): boolean {
    let mentioned = this.#mentions.get(token);
    if (mentioned === undefined) {
      mentioned = this.#isMentioned(token);
      this.#mentions.set(token, mentioned);
    }
    return mentioned;
  }

  #endToolCall(): void {
    if (this.#toolName === undefined) return;
    this.#parts.push({
      type: 'tool-call',
      id: `call_${this.#toolCount++}`,
      name: this.#toolName,
      input: this.#toolInput.trim(),
    });
    this.#toolName = undefined;
    this.#toolInput = '';
  }

  #emit(type: 'text-delta' | 'reasoning-delta', text: string): void {
    if (text === '') return;
    if (this.#toolName !== undefined && type === 'reasoning-delta') {
      this.#toolInput += text;
      return;
    }
    if (type === 'text-delta') this.#answer += text;
    else {
      this.#hasReasoning = true;
      this.#openReasoning += text;
    }
    const last = this.#parts.at(-1);
    if (last?.type === type) this.#parts[this.#parts.length - 1] = { type, text: last.text + text };
    else this.#parts.push({ type, text });
  }

  #startReasoning(name: string, closes: readonly string[], rest: string): Step {
    this.#isInner = this.#answer.trim() !== '';
    this.#openReasoning = '';
    this.#reasoning = { name, closes };
    this.#place = 'reasoning';
    this.#buffer = rest;
    return 'continue';
  }

  #retract(): void {
    const discarded = this.#answer;
    this.#answer = '';
    this.#hasReasoning = true;
    this.#isStripped = true;
    this.#parts.push({ type: 'text-retraction' });
    // The reader shows it as reasoning, if it shows any.
    this.#parts.push({ type: 'reasoning-delta', text: discarded });
  }

  /** `<|channel|>final<|message|>`, with a recipient or a constraint between the two. */
  #readChannel(text: string): Step {
    const header = bareHeader.exec(text);
    const end = text.indexOf(channelText);
    if (end < 0) {
      if (text.length < maxHeader) return 'wait';
      this.#place = 'answer';
      this.#emit('text-delta', channelStart);
      this.#buffer = text.slice(channelStart.length);
      return 'continue';
    }
    const name = header?.[1] ?? /\w*/.exec(text.slice(channelStart.length))?.[0];
    const rest = text.slice(end + channelText.length);
    this.#isStripped = true;
    if (name === 'final') {
      this.#place = 'start';
      this.#buffer = rest;
      return 'continue';
    }
    const recipient = /\bto=(?:functions\.)?([\w-]+)/.exec(text.slice(0, end))?.[1];
    const step = this.#startReasoning('channel', channelEnds, rest);
    if (recipient !== undefined && this.#tools.has(recipient)) {
      this.#isInner = false;
      this.#toolName = recipient;
    }
    return step;
  }

  #readStart(): Step {
    const text = this.#buffer.trimStart();
    if (text === '') return 'wait';
    // As nearly every answer begins.
    if (!startCharacters.has(text.charAt(0))) return this.#startAnswer(text);
    if (text.startsWith(channelStart) && !this.#isText(channelStart)) {
      if (channelAhead.test(text)) return this.#readChannel(text);
      if (mayBeChannel(text)) return 'wait';
      this.#place = 'answer';
      this.#emit('text-delta', channelStart);
      this.#buffer = text.slice(channelStart.length);
      return 'continue';
    }
    if (bareHeader.test(text) && !this.#isText(channelText)) return this.#readChannel(text);
    for (const [open, close] of reasoningTags) {
      if (startsWithToken(text, open) && !this.#isText(open) && !this.#isText(close)) {
        this.#isStripped = true;
        return this.#startReasoning(open, [close], text.slice(open.length));
      }
      // The opening tag was part of the prompt, and there was nothing to think.
      if (startsWithToken(text, close) && !this.#isText(close)) {
        this.#isStripped = true;
        this.#buffer = text.slice(close.length).trimStart();
        return 'continue';
      }
    }
    const wrapper = this.#isStripped && this.#hasReasoning ? /^<(answer|response)>\s*/.exec(text) : null;
    if (wrapper && !this.#isText(wrapper[0].trim())) {
      this.#wrapperEnd = `</${wrapper[1]}>`;
      this.#buffer = text.slice(wrapper[0].length);
      return 'continue';
    }
    for (const token of this.#beginning === '' ? inStart : []) {
      if (!text.startsWith(token) || this.#isText(token)) continue;
      const rest = text.slice(token.length);
      // In markup, `<s>` is the tag for strikethrough.
      if (token === '<s>' && /^[^\s[<]/.test(rest)) continue;
      if (token === '<s>' && rest === '') return 'wait';
      this.#isStripped = true;
      if (isPartOf(rest, 'assistant') || isPartOf(rest, 'model')) return 'wait';
      this.#buffer = rest.replace(roleName, '').trimStart();
      return 'continue';
    }
    // The header of a turn, without its tokens.
    const turn = /^assistant\n\n+(?=\S)/.exec(text);
    if (turn && this.#beginning === '' && !this.#isStripped) {
      this.#isStripped = true;
      this.#buffer = text.slice(turn[0].length);
      return 'continue';
    }
    if (mayBegin(text, startTokens) || mayBeHeader(text) || /^assistant\n+$/.test(text)) return 'wait';
    this.#hasBareChannels = /^analysis[\p{Lu}\p{P}]/u.test(text);
    return this.#startAnswer(text);
  }

  #startAnswer(text: string): Step {
    this.#place = 'answer';
    if (this.#isStripped && this.#answer === '') this.#buffer = text;
    return 'continue';
  }

  #readReasoning(): Step {
    const found = firstOf(this.#buffer, this.#reasoning.closes);
    if (!found) {
      const undecided = undecidedLength(this.#buffer, this.#reasoning.closes);
      this.#emit('reasoning-delta', this.#buffer.slice(0, this.#buffer.length - undecided));
      this.#buffer = this.#buffer.slice(this.#buffer.length - undecided);
      return 'wait';
    }
    this.#emit('reasoning-delta', this.#buffer.slice(0, found.at));
    this.#endToolCall();
    this.#hasReasoning = true;
    this.#isStripped = true;
    const isInner = this.#isInner;
    this.#isInner = false;
    this.#openReasoning = '';
    const isChannel = this.#reasoning.name === 'channel';
    this.#buffer = this.#buffer.slice(
      isChannel && !turnEnds.includes(found.token) ? found.at : found.at + found.token.length,
    );
    if (isInner && !isChannel) this.#place = 'answer';
    else {
      this.#place = 'start';
      this.#buffer = this.#buffer.trimStart();
    }
    return 'continue';
  }

  #readAnswer(): Step {
    if (this.#hasBareChannels && this.#endBareChannels()) return 'continue';
    let from = 0;
    for (let at = this.#buffer.indexOf('<', from); at >= 0; at = this.#buffer.indexOf('<', from)) {
      const tail = this.#buffer.slice(at);
      const token = inAnswer.find((each) => startsWithToken(tail, each));
      if (!token) {
        if (mayBegin(tail, inAnswer)) return this.#hold(at);
        from = at + 1;
        continue;
      }
      const step = this.#isText(token) ? undefined : this.#readToken(token, at);
      if (step) return step;
      from = at + token.length;
    }
    const undecided = this.#hasBareChannels ? undecidedLength(this.#buffer, ['assistantfinal']) : 0;
    return this.#hold(this.#buffer.length - undecided);
  }

  /** @returns `undefined`: it is text */
  #readToken(token: string, at: number): Step | undefined {
    const before = this.#beginning + this.#answer + this.#buffer.slice(0, at);
    const after = this.#buffer.slice(at + token.length);
    const inCode = isInsideCode(before);
    if (turnEnds.includes(token)) return this.#readTurnEnd(token, at, before, after, inCode);
    if (inCode) return undefined;
    if (wrapperEnds.includes(token) && token !== this.#wrapperEnd) return undefined;
    if (answerMarks.includes(token) || token === this.#wrapperEnd) {
      this.#buffer = this.#buffer.slice(0, at) + after;
      return 'continue';
    }
    const pair = reasoningTags.find(([open, close]) => open === token || close === token);
    if (!pair) {
      if (!channelAhead.test(this.#buffer.slice(at)))
        return mayBeChannel(this.#buffer.slice(at)) ? this.#hold(at) : undefined;
      // As a word of a sentence it is text.
      if (/\S[^\S\n]$/.test(before)) return undefined;
      this.#emit('text-delta', this.#buffer.slice(0, at));
      this.#buffer = this.#buffer.slice(at);
      this.#place = 'start';
      return 'continue';
    }
    const isAlone = /(?:^|\n)[^\S\n]*$/.test(before);
    if (token === pair[0]) {
      if (!isAlone && after === '') return this.#hold(at);
      // As a word of a sentence it is text.
      if (!isAlone && /^(?:[^\S\n]|[.,;:!?)"'])/.test(after)) return undefined;
      this.#emit('text-delta', this.#buffer.slice(0, at));
      return this.#startReasoning(pair[0], [pair[1]], after);
    }
    return before.includes(pair[0]) ? undefined : this.#readOrphanClose(before, at, after, isAlone);
  }

  /** The closing tag came without its opening one, which the template had put into the prompt: the text was reasoning. */
  #readOrphanClose(before: string, at: number, after: string, isAlone: boolean): Step | undefined {
    if (!isAlone && /^[^\S\n]*$/.test(after)) return this.#hold(at);
    // As a word of a sentence it is text.
    if (!isAlone && /^[^\S\n]*\S/.test(after) && /\s$/.test(before)) return undefined;
    this.#emit('text-delta', this.#buffer.slice(0, at));
    this.#buffer = after;
    if (!this.#hasReasoning && this.#answer.trim() !== '') {
      this.#retract();
      this.#place = 'start';
      this.#buffer = after.trimStart();
    }
    return 'continue';
  }

  /** An end token ends the answer, unless the model writes about it. */
  #readTurnEnd(token: string, at: number, before: string, after: string, inCode: boolean): Step | undefined {
    const following = skipTokens(after);
    if (following === undefined) return this.#hold(at);
    const rest = following.trimStart();
    if (rest === '') return this.#hold(at);
    if (inCode) return undefined;
    if (token === '</s>' && before.includes('<s>')) return undefined;
    if (mayBeTurn.test(following)) return this.#hold(at);
    const isWord = /(?:^|[\s("'\u201c\u00ab])$/.test(before) && /^[^\S\n]*\S/.test(after);
    const next = [...turnStarts, channelStart].find((each) => rest.startsWith(each));
    if (isWord && !next) return undefined;
    this.#emit('text-delta', this.#buffer.slice(0, at));
    if (rest.startsWith(channelStart) || /^<\|start\|>assistant<\|channel\|>/.test(rest)) {
      this.#place = 'start';
      this.#buffer = rest;
    } else if (next || otherTurn.test(following)) {
      this.#place = 'after-turn';
      this.#buffer = '';
    } else this.#buffer = following;
    return 'continue';
  }

  #endBareChannels(): boolean {
    const at = this.#buffer.indexOf('assistantfinal');
    if (at < 0) return false;
    this.#hasBareChannels = false;
    this.#emit('text-delta', this.#buffer.slice(0, at));
    this.#buffer = this.#buffer.slice(at + 'assistantfinal'.length);
    this.#retract();
    return true;
  }

  #hold(at: number): Step {
    this.#emit('text-delta', this.#buffer.slice(0, at));
    this.#buffer = this.#buffer.slice(at);
    return 'wait';
  }

  #read(): Step {
    switch (this.#place) {
      case 'start':
        return this.#readStart();
      case 'answer':
        return this.#readAnswer();
      case 'reasoning':
        return this.#readReasoning();
      case 'after-turn':
        this.#buffer = '';
        return 'wait';
    }
  }

  #take(): EnginePart[] {
    const taken = this.#parts;
    this.#parts = [];
    return taken;
  }
}
