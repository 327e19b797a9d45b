/** How a model is asked to go on with an answer that another one began. */
import type { Message } from '../../shared/chat.ts';

/** `prefill`: the beginning is the assistant's last message. `instruct`: the model is told to go on from it. */
export type ContinuationMode = 'prefill' | 'instruct';

const instruction =
  'Your answer above was cut off by a technical fault. Go on exactly where it stops, in the middle of a word or line if need be. Repeat nothing of it, explain nothing, and begin no new code fence inside one that is open.';

/** The conversation as it was, with the beginning of the answer at its end. */
export function continuationMessages(
  messages: readonly Message[],
  beginning: string,
  manner: ContinuationMode,
): readonly Message[] {
  const begun: Message = { role: 'assistant', content: beginning };
  return manner === 'prefill'
    ? [...messages, begun]
    : [...messages, begun, { role: 'user', content: instruction }];
}

/** Characters, blanks not counted, that must be the same before two models are taken to have said the same thing twice. */
const leastOverlap = 12;
/** The same for an answer that is given again from its first character. */
const leastAgain = 8;
/** Characters of the beginning that are compared. */
const longestOverlap = 4_000;

/**
 * Joins the second part of an answer to its beginning: what the second model repeats of the first is left out.
 * Text is held back only while it still could be a repetition.
 */
export function overlapRemover(beginning: string) {
  const tail = beginning.slice(-longestOverlap);
  let held: string | undefined = '';

  /** Positions in `tail` from where all of it, or all that is held, is the same as the other. */
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
    held = undefined;
    return withoutFence(beginning, text.slice(length));
  };

  return {
    /** The next piece of the second part; returns what is to be shown of it, which may be empty. */
    push(text: string): string {
      if (held === undefined) return text;
      held += text;
      // A fence's first line has to be whole before it can be told from a closing one.
      if (/^\s*`{0,3}$|^\s*`{3,}[\w+-]*$/.test(held)) return '';
      const { length, open } = repetition(held);
      return open ? '' : settle(held, length);
    },
    /** The second part has ended; returns what is still held. */
    end(): string {
      if (held === undefined) return '';
      const { length } = repetition(held);
      return settle(held, length);
    },
  };
}

const isTelling = (text: string, whole: boolean): boolean =>
  text.replace(/\s+/g, '').length >= (whole ? leastAgain : leastOverlap);

/** A model that goes on inside a code block likes to open it again. */
function withoutFence(beginning: string, text: string): string {
  const fences = beginning.match(/^\s*`{3,}/gm)?.length ?? 0;
  return fences % 2 === 1 ? text.replace(/^\s*`{3,}[\w+-]+[^\S\n]*\n/, '') : text;
}
