/** The text of an answer on a stream that takes nothing back: what no longer holds, or is not whole, is marked there. */
import { withFenceClosed } from '../../client/format/fences.ts';
import { oneLine } from '../../client/format/text.ts';
import type { AskPart } from '../../shared/protocol.ts';

export type AnswerText = {
  /** Prints what a part adds. */
  take(part: AskPart): void;
  /** Prints what stands below the whole answer. */
  end(closing: string): void;
  /** There will be no more of it. */
  breakOff(): void;
  /** Whether the last line is not ended, for whoever writes elsewhere on the same screen. */
  readonly isMidLine: boolean;
};

export function answerText(print: (text: string) => void): AnswerText {
  let said = '';
  /** Our own words must not land in the answer's code. */
  const below = (words: string) => print(`${withFenceClosed(said).slice(said.length)}\n\n${words}`);
  return {
    take(part) {
      if (part.type === 'text-delta') {
        said += part.text;
        print(part.text);
      }
      if (part.type !== 'takeover' || part.mode === 'continue' || said === '') return;
      const { from, to, reason } = part;
      const why = oneLine(`all of the above is from ${from}: ${reason} ${to} starts over below.`);
      below(`---\n\n**Discarded:** ${why}\n\n---\n\n`);
      said = '';
    },
    end: below,
    breakOff() {
      if (said !== '') below('---\n\n**Incomplete.**\n');
    },
    get isMidLine() {
      return said !== '' && !said.endsWith('\n');
    },
  };
}
