/** Collects the further answers to one request, which arrive in pieces beside the first one. */
import type { EnginePart, FinishReason, TokenLogprob } from '../../shared/chat.ts';
import { type ToolCallFragment, toolCallAssembler } from './tool-call-assembler.ts';

export type AlternativePiece = {
  readonly text: string;
  readonly calls: readonly ToolCallFragment[];
  readonly logprobs: readonly TokenLogprob[];
  /** `undefined`: the answer has not ended. */
  readonly reason: FinishReason | undefined;
};

/** @param toolNames of the request */
export function alternativeAnswers(toolNames: readonly string[] | undefined) {
  const answers = new Map<number, ReturnType<typeof alternativeAnswer>>();
  return {
    /** @param index of the answer among all */
    add(index: number, piece: AlternativePiece): void {
      const answer = answers.get(index) ?? alternativeAnswer(toolNames);
      answers.set(index, answer);
      answer.add(piece);
    },
    /** The whole answers, in the order in which they began. */
    parts: (): readonly EnginePart[] => [...answers.values()].map((answer) => answer.whole()),
  };
}

function alternativeAnswer(toolNames: readonly string[] | undefined) {
  const calls = toolCallAssembler(toolNames);
  const logprobs: TokenLogprob[] = [];
  let text = '';
  let reason: FinishReason = 'other';
  return {
    add(piece: AlternativePiece): void {
      text += piece.text;
      calls.add(piece.calls);
      logprobs.push(...piece.logprobs);
      reason = piece.reason ?? reason;
    },
    whole(): EnginePart {
      const { calls: toolCalls } = calls.finish(reason === 'length');
      return {
        type: 'alternative',
        text,
        ...(toolCalls.length > 0 ? { toolCalls } : {}),
        ...(logprobs.length > 0 ? { logprobs } : {}),
        // Some services report the end of a text after calls.
        reason: toolCalls.length > 0 && reason === 'stop' ? 'tool-calls' : reason,
      };
    },
  };
}
