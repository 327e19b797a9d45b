/** The answer as the user sees it so far, whichever models wrote it. */
import type { EnginePart, ToolCall } from '../../shared/chat.ts';
import type { AskParams, AskPart, AskResult } from '../../shared/protocol.ts';
import type { Takeover } from '../../shared/receipts.ts';
import { codePreview } from '../edits/code-preview.ts';
import { overlapRemover } from './continuation.ts';

export type PartialAnswer = ReturnType<typeof partialAnswer>;

/** @param now milliseconds on any steady clock */
export function partialAnswer(params: AskParams, now: () => number) {
  let text = '';
  let setAside = '';
  let takeovers: Takeover[] = [];
  let calls: ToolCall[] = [];
  let firstTextAt: number | null = null;
  let preview = codePreview(params);
  let join: ReturnType<typeof overlapRemover> | undefined;

  function* show(more: string): Generator<AskPart> {
    if (more === '') return;
    firstTextAt ??= now();
    text += more;
    yield { type: 'text-delta', text: more };
    yield* preview.update(more, now());
  }

  return {
    get text() {
      return text;
    },
    get calls(): readonly ToolCall[] {
      return calls;
    },
    get takeovers(): readonly Takeover[] {
      return takeovers;
    },
    /** On the clock handed in. `null`: no text yet. */
    get firstTextAt() {
      return firstTextAt;
    },
    /** All that was said, for an answer that will not be whole; also what was set aside, when it is more. */
    get partial() {
      return text.length >= setAside.length ? text : setAside;
    },

    /** Another model goes on where this stops. */
    continueWith(change: Omit<Takeover, 'at'>): void {
      const last = takeovers.at(-1);
      // The one before had been asked to go on, and said nothing.
      takeovers =
        last?.at === text.length
          ? [...takeovers.slice(0, -1), { ...last, to: change.to }]
          : [...takeovers, { at: text.length, ...change }];
      join = overlapRemover(text);
    },
    /** Another model answers from the beginning. */
    restart(): void {
      setAside = this.partial;
      text = '';
      takeovers = [];
      calls = [];
      firstTextAt = null;
      preview = codePreview(params);
      join = undefined;
    },

    /** Takes one part; yields what is to be shown of it. */
    *append(part: EnginePart): Generator<AskPart> {
      if (part.type === 'finish') return;
      if (part.type === 'text-delta') return yield* show(join ? join.push(part.text) : part.text);
      if (part.type === 'tool-call') calls.push(part);
      yield part;
    },
    /** The model has ended, well or not; yields what was held back at the seam. */
    *flush(): Generator<AskPart> {
      yield* show(join?.end() ?? '');
      join = undefined;
    },

    result(): Omit<AskResult, 'receipt'> {
      const asked =
        calls.length > 0
          ? {
              toolCalls: calls.map(({ id, name, input, signature }) => ({
                id,
                name,
                input,
                ...(signature ? { signature } : {}),
              })),
            }
          : {};
      return { text, ...preview.finalCode(text), ...asked };
    },
  };
}
