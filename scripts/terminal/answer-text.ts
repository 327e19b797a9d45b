/** The text of an answer on a stream that cannot be erased: text that no longer holds, or is not whole, is marked. */
import { withFenceClosed } from '../../client/format/fences.ts';
import { oneLine } from '../../client/format/text.ts';
import type { AskPart } from '../../shared/protocol.ts';

export type AnswerText = {
  /** Prints what a part adds. */
  take(part: AskPart): void;
  /** Prints this below the whole answer. */
  end(closing: string): void;
  /** The answer has ended. */
  breakOff(): void;
  /** Whether the last line has not ended: other output on the same screen begins a new line first. */
  readonly isMidLine: boolean;
};

export function answerText(print: (text: string) => void): AnswerText {
  let text = '';
  /** Status lines must not end up in the answer's code. */
  const below = (words: string) => print(`${withFenceClosed(text).slice(text.length)}\n\n${words}`);
  return {
    take(part) {
      if (part.type === 'text-delta' || part.type === 'refusal-delta') {
        text += part.text;
        print(part.text);
      }
      if (part.type === 'text-retraction' && text.length > part.keptCharacters) {
        below('---\n\n**Discarded:** the text above was the model’s reasoning.\n\n---\n\n');
        text = '';
      }
      if (part.type !== 'takeover' || part.mode === 'continue' || text === '') return;
      const { from, to, reason } = part;
      const why = oneLine(`all of the above is from ${from}: ${reason} ${to} starts over below.`);
      below(`---\n\n**Discarded:** ${why}\n\n---\n\n`);
      text = '';
    },
    end: below,
    breakOff() {
      if (text !== '') below('---\n\n**Incomplete.**\n');
    },
    get isMidLine() {
      return text !== '' && !text.endsWith('\n');
    },
  };
}
