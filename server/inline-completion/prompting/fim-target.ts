/** What is to be written between two texts, whoever writes it. */
import type { CodeSnippet, Urgency } from '../../../shared/chat.ts';
import type { CompletionLength } from '../completion-context.ts';

export type FimTarget = {
  /** What stands before, as much of it as the model is to read. */
  readonly prefix: string;
  /** What stands after. */
  readonly suffix: string;
  /** Other texts that help, the most stable first: whatever follows a change is read anew by the engine. */
  readonly snippets: readonly CodeSnippet[];
  /** VS Code's name of the language. */
  readonly languageId: string;
  /** Of the file, relative to its workspace where it has one. */
  readonly path: string;
  /** Tokens. */
  readonly maxTokens: number;
  /** Texts that end what is written, beside the model's own end. A chat model is not told of them: its fence begins with a line end. */
  readonly stop: readonly string[];
  /** How much a chat model is asked for; others know nothing but their limits. */
  readonly length: CompletionLength;
  /** As `FillRequest.slot`. */
  readonly slot?: number;
  /** As `FillRequest.budgetMs`. */
  readonly budgetMs?: number;
  /** 0–2. Absent: 0, the same text each time; more gives other ones. */
  readonly temperature?: number;
  /** Absent: `typing`. */
  readonly urgency?: Urgency;
};
