/** Why an answer is not offered as code: the sentence for the user, and what the model is asked for once more. */
import type { CodeIssue } from '../../shared/protocol.ts';
import { isRefusal } from './bare-answer.ts';
import { type CodePlace, isWholeFile } from './code-place.ts';
import type { MarkdownBlocks } from './markdown-blocks.ts';

export type CodeProblem = {
  readonly issue: CodeIssue;
  /** What to ask the model for, once more. Absent: another answer would be no better. */
  readonly request?: string;
};

const wholeOf = (place?: CodePlace): string =>
  !place
    ? 'the whole code'
    : isWholeFile(place)
      ? 'the whole new content of the file'
      : 'the whole code that replaces the selected part, without the code around it,';

export const emptyBlock: CodeIssue = { kind: 'no-code', message: 'The answer contains no code.' };

export const noCode = ({ blocks, after }: MarkdownBlocks): CodeIssue => ({
  kind: 'no-code',
  message:
    blocks.length === 0 && isRefusal(after) && /\?/.test(after)
      ? 'The model asks a question instead of answering with code.'
      : 'The answer contains no code.',
});

export const leftOut = (line: string, place?: CodePlace): CodeProblem => ({
  issue: {
    kind: 'left-out',
    message: `The answer leaves out code (“${line.trim().slice(0, 60)}”), and its place is not certain.`,
  },
  request: `Your answer leaves out code where it says “${line.trim().slice(0, 120)}”. Answer again with ${wholeOf(place)} in one fenced code block. Write every line, also those that do not change.`,
});

export const withoutPlace = (what: string, place: CodePlace): CodeProblem => ({
  issue: { kind: 'edit-without-place', message: `The answer is ${what} that does not match the file.` },
  request: `You answered with ${what}, and at least one part of it does not match exactly one place of the file. Answer again with ${wholeOf(place)} in one fenced code block, without any signs of a diff.`,
});

export const fragment = (lines: readonly string[], original: readonly string[]): CodeProblem => {
  const count = (all: readonly string[]) => all.filter((line) => line.trim() !== '').length;
  const share = `${count(lines)} of ${count(original)} lines`;
  return {
    issue: {
      kind: 'fragment',
      message: `The answer is only a part of the file (${share}), and its place is not certain.`,
    },
    request: `Your answer has only ${share} of the file. Answer again with the whole new content of the file in one fenced code block. Write every line, also those that do not change.`,
  };
};

export const severalBlocks = (count: number, place: CodePlace): CodeProblem => ({
  issue: {
    kind: 'several-blocks',
    message: `The answer has ${count} blocks of code, and which one is meant is not certain.`,
  },
  request: `Your answer has ${count} code blocks. Answer again with ${wholeOf(place)} in exactly one fenced code block.`,
});
