/** Previews of the code of a growing answer. */
import type { AskParams } from '../../shared/ask.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { roleOf } from '../../shared/roles.ts';
import { codeAnswer } from './code-answer.ts';

/** Milliseconds between two previews: each contains the whole code so far. */
const intervalMs = 100;

export type CodePreview = {
  /** Appends text; returns the code so far at most once per interval. */
  update(text: string, nowMs: number): AskPart[];
  /** Returns the code up to the end of an answer that broke off, unless the last preview contains it all. */
  flush(): AskPart[];
  /** The code of the whole answer as a field of the result. Empty for roles that answer with text. */
  finalCode(text: string): Pick<AskResult, 'code'>;
};

export function codePreview({ role, file }: AskParams): CodePreview {
  if (roleOf(role)?.answer !== 'code') return { update: () => [], flush: () => [], finalCode: () => ({}) };

  let answer = '';
  let previewed = '';
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(text, nowMs) {
      answer += text;
      if (nowMs - last < intervalMs) return [];
      last = nowMs;
      previewed = answer;
      return [{ type: 'code', code: codeAnswer(answer, file) }];
    },
    flush() {
      if (answer === previewed) return [];
      previewed = answer;
      return [{ type: 'code', code: codeAnswer(answer, file) }];
    },
    finalCode: (text) => ({ code: codeAnswer(text, file) }),
  };
}
