/** What a model gets to read for a context, and how much it may write. */
import type { Model } from '../../shared/models.ts';
import { effectivePrefix } from './completion.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { ContextProvider, DefinitionSnippet } from './context/context-provider.ts';
import { cutPrefixAndSuffix, fitPrompt, tokenBudgetsFor } from './context/prefix-and-suffix.ts';
import type { ReadableFile } from './file-access.ts';
import type { FimTarget } from './prompting/fim-target.ts';

export type FimPromptDeps = {
  readonly contexts: Pick<ContextProvider, 'getContext'>;
  /** Whether this model may read a file. */
  readonly mayRead: (file: ReadableFile, model: Model) => boolean;
  /** A file's name as models are told it. */
  readonly nameOf: (uri: string) => string;
  /** What is declared around the cursor. Absent: nobody knows. */
  readonly definitions?: (context: CompletionContext) => Promise<readonly DefinitionSnippet[]> | undefined;
  /** As `FillRequest.slot`. */
  readonly slotOf: (model: Model, uri: string) => number | undefined;
};

/** Tokens that are written at most: what comes after the first statements is seldom what is wanted. */
export const maxCompletionTokens: Readonly<Record<CompletionLength, number>> = { line: 64, block: 256 };
/** Milliseconds that an engine may write on once it has a line. */
const budgetMs: Readonly<Record<CompletionLength, number>> = { line: 600, block: 2_000 };
/** Somebody who asks again for what he has seen wants something else. */
const retryTemperature = 0.4;

/** Rejects with `cancelled` when the signal aborts, and never else. Takes 50 ms at most. */
export type BuildFimTarget = (
  context: CompletionContext,
  model: Model,
  shape: CompletionLength,
  signal: AbortSignal,
) => Promise<FimTarget>;

export const fimPrompt =
  ({ contexts, mayRead, nameOf, definitions, slotOf }: FimPromptDeps): BuildFimTarget =>
  async (context, model, shape, signal) => {
    // What is selected in the suggest widget is as good as typed.
    const place: CompletionContext = { ...context, before: effectivePrefix(context) };
    const limits = {
      contextTokens: model.contextTokens,
      outputTokens: maxCompletionTokens[shape],
      private: model.source === 'local',
    };
    const room = tokenBudgetsFor(limits);
    const told = definitions?.(context);
    const { snippets } = await contexts.getContext(
      place,
      {
        model: model.id,
        visibleText: cutPrefixAndSuffix(place, room),
        budgetTokens: room.context,
        mayRead: (file) => mayRead(file, model),
        ...(told === undefined ? {} : { definitions: told }),
      },
      signal,
    );
    const slot = slotOf(model, context.uri);
    return {
      ...fitPrompt(place, limits, snippets),
      languageId: context.languageId,
      path: nameOf(context.uri),
      maxTokens: maxCompletionTokens[shape],
      stop: [],
      length: shape,
      budgetMs: budgetMs[shape],
      ...(slot === undefined ? {} : { slot }),
      ...(context.trigger === 'invoked' ? { temperature: retryTemperature } : {}),
    };
  };
