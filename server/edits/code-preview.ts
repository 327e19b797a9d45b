/** Previews of the code of a growing answer, and the code of the whole. */
import type { AskParams } from '../../shared/ask.ts';
import { textOf } from '../../shared/message-parts.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { roleOf } from '../../shared/roles.ts';
import { type CodeReading, codeSoFar, readCode } from './code-answer.ts';

/** Milliseconds between two previews: each contains the whole code so far. */
const intervalMs = 100;

export type CodePreview = {
  /** Appends text; returns the code so far at most once per interval. */
  update(text: string, nowMs: number): AskPart[];
  /** Returns the code up to the end of an answer that broke off, unless the last preview contains it all. */
  flush(): AskPart[];
};

export function codePreview({ role, file }: AskParams): CodePreview {
  if (!answersWithCode(role)) return { update: () => [], flush: () => [] };

  let answer = '';
  let previewed = '';
  let last = Number.NEGATIVE_INFINITY;
  const preview = (): AskPart[] => {
    previewed = answer;
    const code = codeSoFar(answer, file);
    return code ? [{ type: 'code', code }] : [];
  };
  return {
    update(text, nowMs) {
      answer += text;
      if (nowMs - last < intervalMs) return [];
      last = nowMs;
      return preview();
    },
    flush: () => (answer === previewed ? [] : preview()),
  };
}

const answersWithCode = (role: string | undefined): boolean => roleOf(role)?.answer === 'code';

/** The code of a whole answer. `undefined`: the role answers with text, or the answer calls tools. */
export function codeReadingOf(
  { role, file, prompt, messages }: AskParams,
  answer: string,
): CodeReading | undefined {
  if (!answersWithCode(role) || answer === '') return undefined;
  const last = messages?.findLast((message) => message.role === 'user');
  return readCode(answer, { ...(file ? { file } : {}), prompt: prompt ?? (last ? textOf(last) : '') });
}

/** The code of a whole answer as fields of the result. */
export function codeFieldsOf(params: AskParams, answer: string): Pick<AskResult, 'code' | 'codeIssue'> {
  const reading = codeReadingOf(params, answer);
  if (!reading) return {};
  return 'code' in reading ? { code: reading.code } : { codeIssue: reading.issue };
}
