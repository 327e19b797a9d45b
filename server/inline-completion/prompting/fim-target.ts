/** What a model is to generate between two texts, independent of the model. */
import type { CodeSnippet, Urgency } from '../../../shared/chat.ts';
import type { CompletionLength } from '../completion-context.ts';

export type FimTarget = {
  /** The text before the cursor, as much of it as the model reads. */
  readonly prefix: string;
  /** The text after the cursor, as much of it as the model reads. */
  readonly suffix: string;
  /** Snippets of other files, the most stable first: an engine reads everything after a change again. */
  readonly snippets: readonly CodeSnippet[];
  /** VS Code's identifier of the language. */
  readonly languageId: string;
  /** The file's path, relative to its workspace folder if it has one. */
  readonly path: string;
  /** Tokens. */
  readonly maxTokens: number;
  /** Texts that end the completion, in addition to the model's own end. Chat models do not get them: their fence ends with a line end. */
  readonly stop: readonly string[];
  /** How much to ask a chat model for; for other models only the limits apply. */
  readonly length: CompletionLength;
  /** As `FillRequest.slot`. */
  readonly slot?: number;
  /** As `FillRequest.budgetMs`. */
  readonly budgetMs?: number;
  /** 0–2. Absent: 0, the same text each time. */
  readonly temperature?: number;
  /** Absent: `typing`. */
  readonly urgency?: Urgency;
};
