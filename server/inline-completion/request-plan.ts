/** What a request is for: the position, the length, the model, and why it is sent. */
import type { ModelId } from '../../shared/chat.ts';
import type { CompletionOrigin } from './completion-cache.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';

export type RequestPlan = {
  readonly context: CompletionContext;
  readonly length: CompletionLength;
  /** The model of choice. */
  readonly requestedModel: ModelId;
  readonly origin: CompletionOrigin;
  /** How many completions of the same text precede this one. Absent: none. */
  readonly readAheadCount?: number;
  /** We cut the text off at its end: an incomplete completion is dropped. */
  readonly isTruncated?: boolean;
};
