/** The line of each document that was requested last: a second request for it means that its completion was of no use. */
import type { CompletionContext } from './completion-context.ts';

export type RequestedLines = {
  /** Whether this line of the document is the one requested last. */
  has(context: CompletionContext): boolean;
  add(context: CompletionContext): void;
  forget(uri: string): void;
  clear(): void;
};

export function requestedLines(): RequestedLines {
  const last = new Map<string, number>();
  return {
    has: (context) => last.get(context.uri) === lineStart(context),
    add: (context) => void last.set(context.uri, lineStart(context)),
    forget: (uri) => void last.delete(uri),
    clear: () => last.clear(),
  };
}

/** Offset of the start of the cursor's line. */
const lineStart = ({ before }: CompletionContext): number => before.lastIndexOf('\n') + 1;
