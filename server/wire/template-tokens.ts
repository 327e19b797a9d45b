/**
 * Separates what a chat template left in a streamed text from the answer: reasoning between tags, the channels of
 * gpt-oss, and special tokens. Each delta that contains none of them costs one `indexOf`.
 *
 * What stays as it is:
 * - a token that the conversation itself contains: the user may want a text about it;
 * - a token in a code block or between backquotes; in an open block only an end token at the very end is removed;
 * - a token that is a word of a sentence, and a tag in the middle of a line.
 */
import { type CompletionRequest, type EnginePart, textOf } from '../../shared/chat.ts';
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
import type { StreamDecoder } from './wire-format.ts';

/** The same answer without the tokens of its model's chat template; reasoning in the text becomes `reasoning-delta`. */
export function withoutTemplateTokens(
  decoder: StreamDecoder,
  { messages }: Pick<CompletionRequest, 'messages'>,
): StreamDecoder {
  const last = messages.at(-1);
  const filter = templateFilter(
    (token) => messages.some((message) => message.role !== 'assistant' && textOf(message).includes(token)),
    last?.role === 'assistant' ? last.content : '',
  );
  const separate = (parts: readonly EnginePart[]): readonly EnginePart[] => {
    const [only] = parts;
    if (parts.length === 0) return parts;
    if (parts.length === 1 && only?.type === 'text-delta' && filter.passes(only.text)) return parts;
    return parts.flatMap((part) => {
      switch (part.type) {
        case 'text-delta':
          return filter.push(part.text);
        case 'finish':
          return [...filter.end(), part];
        case 'reasoning-delta':
          return [...filter.noteReasoning(), part];
        default:
          return [part];
      }
    });
  };
  return {
    get mayEnd() {
      return decoder.mayEnd;
    },
    read: (event) => separate(decoder.read(event)),
    end: () => separate(decoder.end()),
  };
}

/** Where the text is: before its first word, in the answer, in reasoning, or after the end of the turn. */
type Place = 'start' | 'answer' | 'reasoning' | 'after-turn';
/** What a look at the buffered text came to. `wait`: more text decides. */
type Step = 'continue' | 'wait';

type Tag = { readonly name: string; readonly closes: readonly string[] };

/** Characters that may pass until a channel's header is complete. */
const maxHeader = 200;
const roleName = /^(?:assistant|model|user|system|tool)\b[^\S\n]*\n?/i;
/** A turn of another speaker, by its name alone. */
const otherTurn = /^\n+(?:user|system|human|assistant)[^\S\n]*:?[^\S\n]*\n/i;
const mayBeTurn = /^\n+[a-z]{0,9}[^\S\n]*:?[^\S\n]*$/i;
/** Headers of a channel whose first token was part of the prompt, or was dropped by the server. */
const bareHeader = /^(?:assistant)?(analysis|commentary|final)<\|message\|>/;

const wrapperEnds: readonly string[] = ['</answer>', '</response>'];
const inStart = [...turnStarts, ...turnEnds, ...answerMarks, channelStart];
const startTokens = [...inStart, ...reasoningTags.flat(), '<answer>', '<response>'];
const inAnswer = [
  ...turnEnds,
  ...answerMarks,
  ...wrapperEnds,
  channelStart,
  '<|start|>',
  ...reasoningTags.flat(),
].filter((token) => token.startsWith('<'));

/**
 * @param isMentioned whether the conversation contains a token
 * @param beginning of the answer, which the text continues
 */
export function templateFilter(isMentioned: (token: string) => boolean, beginning = '') {
  const mentions = new Map<string, boolean>();
  const isText = (token: string): boolean => {
    let mentioned = mentions.get(token);
    if (mentioned === undefined) {
      mentioned = isMentioned(token);
      mentions.set(token, mentioned);
    }
    return mentioned;
  };

  let place: Place = 'start';
  let buffer = '';
  /** The answer so far. */
  let answer = '';
  let reasoning: Tag = { name: '', closes: [] };
  /** Reasoning that began within the answer; it is text if nothing ends it. */
  let innerReasoning: string | undefined;
  let hasReasoning = false;
  /** Something was removed from the start: blanks before the answer belong to it. */
  let isStripped = false;
  /** The closing tag of an element around the answer. */
  let wrapperEnd: string | undefined;
  /** gpt-oss without its tokens: `analysis…assistantfinal…`. */
  let hasBareChannels = false;
  let parts: EnginePart[] = [];

  const emit = (type: 'text-delta' | 'reasoning-delta', text: string): void => {
    if (text === '') return;
    if (type === 'text-delta') answer += text;
    else {
      hasReasoning = true;
      if (innerReasoning !== undefined) innerReasoning += text;
    }
    const last = parts.at(-1);
    if (last?.type === type) parts[parts.length - 1] = { type, text: last.text + text };
    else parts.push({ type, text });
  };

  const startReasoning = (name: string, closes: readonly string[], rest: string): Step => {
    innerReasoning = answer.trim() === '' ? undefined : '';
    reasoning = { name, closes };
    place = 'reasoning';
    buffer = rest;
    return 'continue';
  };

  const retract = (): void => {
    const discarded = answer;
    answer = '';
    hasReasoning = true;
    isStripped = true;
    parts.push({ type: 'text-retraction' });
    // The reader shows it as reasoning, if it shows any.
    parts.push({ type: 'reasoning-delta', text: discarded });
  };

  /** `<|channel|>final<|message|>`, with a recipient or a constraint between the two. */
  const readChannel = (text: string): Step => {
    const header = bareHeader.exec(text);
    const end = text.indexOf(channelText);
    if (end < 0) {
      if (text.length < maxHeader) return 'wait';
      place = 'answer';
      emit('text-delta', channelStart);
      buffer = text.slice(channelStart.length);
      return 'continue';
    }
    const name = header?.[1] ?? /\w*/.exec(text.slice(channelStart.length))?.[0];
    const rest = text.slice(end + channelText.length);
    isStripped = true;
    if (name === 'final') {
      place = 'start';
      buffer = rest;
      return 'continue';
    }
    return startReasoning('channel', channelEnds, rest);
  };

  const readStart = (): Step => {
    const text = buffer.trimStart();
    if (text === '') return 'wait';
    if (text.startsWith(channelStart) && !isText(channelStart)) return readChannel(text);
    if (bareHeader.test(text) && !isText(channelText)) return readChannel(text);
    for (const [open, close] of reasoningTags) {
      if (startsWithToken(text, open) && !isText(open) && !isText(close)) {
        isStripped = true;
        return startReasoning(open, [close], text.slice(open.length));
      }
      // The opening tag was part of the prompt, and there was nothing to think.
      if (startsWithToken(text, close) && !isText(close)) {
        isStripped = true;
        buffer = text.slice(close.length).trimStart();
        return 'continue';
      }
    }
    const wrapper = isStripped && hasReasoning ? /^<(answer|response)>\s*/.exec(text) : null;
    if (wrapper && !isText(wrapper[0].trim())) {
      wrapperEnd = `</${wrapper[1]}>`;
      buffer = text.slice(wrapper[0].length);
      return 'continue';
    }
    for (const token of beginning === '' ? inStart : []) {
      if (!text.startsWith(token) || isText(token)) continue;
      const rest = text.slice(token.length);
      // In markup, `<s>` is the tag for strikethrough.
      if (token === '<s>' && /^[^\s[<]/.test(rest)) continue;
      if (token === '<s>' && rest === '') return 'wait';
      isStripped = true;
      if (isPartOf(rest, 'assistant') || isPartOf(rest, 'model')) return 'wait';
      buffer = rest.replace(roleName, '').trimStart();
      return 'continue';
    }
    if (mayBegin(text, startTokens) || mayBeHeader(text)) return 'wait';
    hasBareChannels = /^analysis[\p{Lu}\p{P}]/u.test(text);
    place = 'answer';
    if (isStripped && answer === '') buffer = text;
    return 'continue';
  };

  const readReasoning = (): Step => {
    const found = firstOf(buffer, reasoning.closes);
    if (!found) {
      const undecided = undecidedLength(buffer, reasoning.closes);
      emit('reasoning-delta', buffer.slice(0, buffer.length - undecided));
      buffer = buffer.slice(buffer.length - undecided);
      return 'wait';
    }
    emit('reasoning-delta', buffer.slice(0, found.at));
    hasReasoning = true;
    isStripped = true;
    const isInner = innerReasoning !== undefined;
    innerReasoning = undefined;
    const isChannel = reasoning.name === 'channel';
    buffer = buffer.slice(
      isChannel && !turnEnds.includes(found.token) ? found.at : found.at + found.token.length,
    );
    if (isInner && !isChannel) place = 'answer';
    else {
      place = 'start';
      buffer = buffer.trimStart();
    }
    return 'continue';
  };

  const readAnswer = (): Step => {
    if (hasBareChannels && endBareChannels()) return 'continue';
    let from = 0;
    for (let at = buffer.indexOf('<', from); at >= 0; at = buffer.indexOf('<', from)) {
      const tail = buffer.slice(at);
      const token = inAnswer.find((each) => startsWithToken(tail, each));
      if (!token) {
        if (mayBegin(tail, inAnswer)) return hold(at);
        from = at + 1;
        continue;
      }
      const step = isText(token) ? undefined : readToken(token, at);
      if (step) return step;
      from = at + token.length;
    }
    const undecided = hasBareChannels ? undecidedLength(buffer, ['assistantfinal']) : 0;
    return hold(buffer.length - undecided);
  };

  /** @returns `undefined`: it is text */
  const readToken = (token: string, at: number): Step | undefined => {
    const before = beginning + answer + buffer.slice(0, at);
    const after = buffer.slice(at + token.length);
    const inCode = isInsideCode(before);
    if (turnEnds.includes(token)) return readTurnEnd(token, at, before, after, inCode);
    if (inCode) return undefined;
    if (wrapperEnds.includes(token) && token !== wrapperEnd) return undefined;
    if (answerMarks.includes(token) || token === wrapperEnd) {
      buffer = buffer.slice(0, at) + after;
      return 'continue';
    }
    const pair = reasoningTags.find(([open, close]) => open === token || close === token);
    if (!pair) {
      // A channel after the text of another, without what ends that.
      if (token === '<|start|>' && !/^(?:assistant)?<\|channel\|>/.test(after)) {
        return isPartOf(after, 'assistant<|channel|>') ? hold(at) : undefined;
      }
      emit('text-delta', buffer.slice(0, at));
      buffer = buffer.slice(at);
      place = 'start';
      return 'continue';
    }
    const isAlone = /(?:^|\n)[^\S\n]*$/.test(before);
    if (token === pair[0]) {
      if (!isAlone) return undefined;
      emit('text-delta', buffer.slice(0, at));
      return startReasoning(pair[0], [pair[1]], after);
    }
    return before.includes(pair[0]) ? undefined : readOrphanClose(before, at, after, isAlone);
  };

  /** The closing tag came without its opening one, which the template had put into the prompt: the text was reasoning. */
  const readOrphanClose = (before: string, at: number, after: string, isAlone: boolean): Step | undefined => {
    if (!isAlone && /^[^\S\n]*$/.test(after)) return hold(at);
    // As a word of a sentence it is text.
    if (!isAlone && /^[^\S\n]*\S/.test(after) && /\s$/.test(before)) return undefined;
    emit('text-delta', buffer.slice(0, at));
    buffer = after;
    if (!hasReasoning && answer.trim() !== '') {
      retract();
      place = 'start';
      buffer = after.trimStart();
    }
    return 'continue';
  };

  /** An end token ends the answer, unless the model writes about it. */
  const readTurnEnd = (
    token: string,
    at: number,
    before: string,
    after: string,
    inCode: boolean,
  ): Step | undefined => {
    const following = skipTokens(after);
    if (following === undefined) return hold(at);
    const rest = following.trimStart();
    if (rest === '') return hold(at);
    if (inCode) return undefined;
    if (token === '</s>' && before.includes('<s>')) return undefined;
    if (mayBeTurn.test(following)) return hold(at);
    const isWord = /(?:^|[\s("'\u201c\u00ab])$/.test(before) && /^[^\S\n]*\S/.test(after);
    const next = [...turnStarts, channelStart].find((each) => rest.startsWith(each));
    if (isWord && !next) return undefined;
    emit('text-delta', buffer.slice(0, at));
    if (rest.startsWith(channelStart) || /^<\|start\|>assistant<\|channel\|>/.test(rest)) {
      place = 'start';
      buffer = rest;
    } else if (next || otherTurn.test(following)) {
      place = 'after-turn';
      buffer = '';
    } else buffer = following;
    return 'continue';
  };

  const endBareChannels = (): boolean => {
    const at = buffer.indexOf('assistantfinal');
    if (at < 0) return false;
    hasBareChannels = false;
    emit('text-delta', buffer.slice(0, at));
    buffer = buffer.slice(at + 'assistantfinal'.length);
    retract();
    return true;
  };

  const hold = (at: number): Step => {
    emit('text-delta', buffer.slice(0, at));
    buffer = buffer.slice(at);
    return 'wait';
  };

  const read = (): Step => {
    switch (place) {
      case 'start':
        return readStart();
      case 'answer':
        return readAnswer();
      case 'reasoning':
        return readReasoning();
      case 'after-turn':
        buffer = '';
        return 'wait';
    }
  };

  const take = (): EnginePart[] => {
    const taken = parts;
    parts = [];
    return taken;
  };

  return {
    /** Whether a delta is text as it is; if not, it has to be pushed. */
    passes(text: string): boolean {
      if (place !== 'answer' || buffer !== '' || hasBareChannels || text.indexOf('<') >= 0) return false;
      answer += text;
      return true;
    },
    push(text: string): EnginePart[] {
      buffer += text;
      while (buffer !== '' && read() === 'continue');
      return take();
    },
    /** The service reports reasoning apart from the text: what was held back as a beginning of it is text. */
    noteReasoning(): EnginePart[] {
      hasReasoning = true;
      if (place !== 'start' || buffer.trim() === '') return [];
      place = 'answer';
      emit('text-delta', buffer);
      buffer = '';
      return take();
    },
    /** The answer has ended: the parts that were held back. */
    end(): EnginePart[] {
      if (place === 'reasoning') {
        emit('reasoning-delta', buffer);
        const unclosed = innerReasoning;
        innerReasoning = undefined;
        // Nothing ended it, so it may have been text: it is not lost.
        if (unclosed !== undefined && reasoning.name !== 'channel')
          emit('text-delta', reasoning.name + unclosed);
      } else if (place === 'start') {
        const isHeader = buffer.trimStart().startsWith(channelStart) && !isText(channelStart);
        if (!isHeader && !(isStripped && buffer.trim() === '')) emit('text-delta', buffer);
      } else if (place === 'answer') emit('text-delta', withoutEndTokens(beginning + answer, buffer, isText));
      buffer = '';
      return take();
    },
  };
}

/** The text that was held back until the end: tokens at the end of an answer are no part of it. */
function withoutEndTokens(answer: string, held: string, isText: (token: string) => boolean): string {
  const token = turnEnds.find((each) => held.startsWith(each) && !isText(each));
  if (!token || skipTokens(held.slice(token.length))?.trim() !== '') return held;
  // “The token is <|im_end|>”: the sentence ends with it.
  const isWord = token !== '</s>' && /[\p{L}:,][^\S\n]$/u.test(answer) && !isInsideCode(answer);
  const inBackquotes = /`[^`\n]*$/.test(answer) && !/(?:^|\n)[^\S\n]*`{3,}/.test(answer);
  return isWord || inBackquotes ? held : '';
}

/** The text after further tokens of the same end. `undefined`: more text has to decide. */
function skipTokens(text: string): string | undefined {
  let rest = text;
  for (;;) {
    const trimmed = rest.trimStart();
    const token = turnEnds.find((each) => trimmed.startsWith(each));
    if (!token) {
      const isOpen =
        mayBegin(trimmed, turnEnds) || mayBegin(trimmed, turnStarts) || mayBegin(trimmed, [channelStart]);
      return isOpen && trimmed !== '' ? undefined : rest;
    }
    rest = trimmed.slice(token.length);
  }
}

/** Tags in any case, tokens exactly. */
const startsWithToken = (text: string, token: string): boolean =>
  text.startsWith(token) || (isTag(token) && text.slice(0, token.length).toLowerCase() === token);

const isTag = (token: string): boolean => /^<\/?[a-z]/.test(token);

/** Whether all of the text is the beginning of a token. */
const mayBegin = (text: string, tokens: readonly string[]): boolean =>
  tokens.some(
    (token) => text.length < token.length && token.startsWith(isTag(token) ? text.toLowerCase() : text),
  );

const isPartOf = (text: string, word: string): boolean => text.length < word.length && word.startsWith(text);

const mayBeHeader = (text: string): boolean =>
  ['analysis', 'commentary', 'final'].some(
    (name) => isPartOf(text, `${name}${channelText}`) || isPartOf(text, `assistant${name}${channelText}`),
  );

function firstOf(text: string, tokens: readonly string[]): { token: string; at: number } | undefined {
  let first: { token: string; at: number } | undefined;
  const lower = text.toLowerCase();
  for (const token of tokens) {
    const at = isTag(token) ? lower.indexOf(token) : text.indexOf(token);
    if (at >= 0 && (!first || at < first.at)) first = { token, at };
  }
  return first;
}

/** Characters at the end of a text that may begin one of the tokens. */
function undecidedLength(text: string, tokens: readonly string[]): number {
  const longest = Math.max(...tokens.map(({ length }) => length));
  for (let length = Math.min(text.length, longest - 1); length > 0; length--) {
    const end = text.slice(-length);
    if (tokens.some((token) => token.startsWith(end) || token.startsWith(end.toLowerCase()))) return length;
  }
  return 0;
}
