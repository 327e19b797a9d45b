/** Whether the line that is being typed has been asked about: asking once more says that its answer was of no use. */
import type { CompletionContext } from './completion-context.ts';

export type RequestedLines = {
  /** Whether no other line of the document was asked about since this one was. */
  has(context: CompletionContext): boolean;
  add(context: CompletionContext): void;
  forget(uri: string): void;
};

export function requestedLines(): RequestedLines {
  const last = new Map<string, number>();
  return {
    has: (context) => last.get(context.uri) === lineOf(context),
    add: (context) => void last.set(context.uri, lineOf(context)),
    forget: (uri) => void last.delete(uri),
  };
}

/** Where the line of the cursor begins. */
const lineOf = ({ before }: CompletionContext): number => before.lastIndexOf('\n') + 1;
