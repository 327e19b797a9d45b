/** Continues an answer that another model began: the messages to send, and the repetition to remove from its answer. */
import type { Message } from '../../shared/chat.ts';

/** `prefill`: the beginning is the assistant's last message. `instruct`: a user message after it asks the model to continue. */
export type ContinuationMode = 'prefill' | 'instruct';

const instruction =
  'Your answer above was cut off by a technical fault. Go on exactly where it stops, in the middle of a word or line if need be. Repeat nothing of it, explain nothing, and begin no new code fence inside one that is open.';

/** The conversation as it was, with the beginning of the answer at its end. */
export function continuationMessages(
  messages: readonly Message[],
  beginning: string,
  mode: ContinuationMode,
): readonly Message[] {
  const begun: Message = { role: 'assistant', content: beginning };
  return mode === 'prefill'
    ? [...messages, begun]
    : [...messages, begun, { role: 'user', content: instruction }];
}

/** Characters, blanks not counted, that must be equal before the second model's text counts as a repetition. */
const leastOverlap = 12;
/** The same for an answer that is given again from its first character. */
const leastAgain = 8;
/** Characters of the beginning that are compared. */
const longestOverlap = 4_000;

/**
 * Joins the second part of an answer to its beginning: what the second model repeats of the first is left out.
 * Text is buffered only while it still could be a repetition.
 */
export function overlapRemover(beginning: string) {
  const tail = beginning.slice(-longestOverlap);
  let buffered: string | undefined = '';

  /** Positions in `tail` from where all of it, or all that is buffered, is equal to the other. */
  const repetition = (text: string): { length: number; open: boolean } => {
    let length = 0;
    for (let at = 0; at < tail.length; at++) {
      const same = tail.slice(at);
      if (same.length > text.length) {
        if (same.startsWith(text)) return { length: 0, open: true };
      } else if (length === 0 && text.startsWith(same) && isTelling(same, at === 0 && tail === beginning)) {
        length = same.length;
      }
    }
    return { length, open: false };
  };

  const settle = (text: string, length: number): string => {
    buffered = undefined;
    return withoutFence(beginning, text.slice(length));
  };

  return {
    /** The next piece of the second part; returns what is to be shown of it, which may be empty. */
    push(text: string): string {
      if (buffered === undefined) return text;
      buffered += text;
      // A fence's first line has to be whole before it can be distinguished from a closing one.
      if (/^\s*`{0,3}$|^\s*`{3,}[\w+-]*$/.test(buffered)) return '';
      const { length, open } = repetition(buffered);
      return open ? '' : settle(buffered, length);
    },
    /** The second part has ended; returns the text that is still buffered. */
    end(): string {
      if (buffered === undefined) return '';
      const { length } = repetition(buffered);
      return settle(buffered, length);
    },
  };
}

const isTelling = (text: string, whole: boolean): boolean =>
  text.replace(/\s+/g, '').length >= (whole ? leastAgain : leastOverlap);

/** A model that continues inside a code block often opens it again. */
function withoutFence(beginning: string, text: string): string {
  const fences = beginning.match(/^\s*`{3,}/gm)?.length ?? 0;
  return fences % 2 === 1 ? text.replace(/^\s*`{3,}[\w+-]+[^\S\n]*\n/, '') : text;
}
