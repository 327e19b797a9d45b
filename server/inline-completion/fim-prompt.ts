/** Builds the prompt of a model for a position: the text around the cursor, snippets of other files, and limits. */
import type { Model } from '../../shared/models.ts';
import { effectivePrefix } from './completion.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { ContextProvider } from './context/context-provider.ts';
import { cutPrefixAndSuffix, fitPrompt, tokenBudgetsFor } from './context/prefix-and-suffix.ts';
import type { FilePolicy } from './file-policy.ts';
import type { ModelEndpoints } from './model-endpoints.ts';
import type { NearbyDefinitions } from './nearby-definitions.ts';
import { maxCompletionTokens } from './prompt-limits.ts';
import type { FimTarget } from './prompting/fim-target.ts';

export type FimPromptDeps = {
  readonly contexts: Pick<ContextProvider, 'getContext'>;
  readonly policy: Pick<FilePolicy, 'mayRead'>;
  readonly endpoints: Pick<ModelEndpoints, 'slotOf'>;
  /** A file's name as models read it. */
  readonly nameOf: (uri: string) => string;
  /** Absent: the client provides none. */
  readonly definitions?: NearbyDefinitions;
};

/** Milliseconds that an engine may generate on once it has a line. */
const budgetMs: Readonly<Record<CompletionLength, number>> = { line: 600, block: 2_000 };
/** A user who invokes ghost text again wants another suggestion than the one shown. */
const retryTemperature = 0.4;

/** Takes 50 ms at most. Rejects with `cancelled` when the signal aborts, and never otherwise. */
export type BuildFimTarget = (
  context: CompletionContext,
  model: Model,
  length: CompletionLength,
  signal: AbortSignal,
) => Promise<FimTarget>;

export const fimPrompt =
  ({ contexts, policy, endpoints, nameOf, definitions }: FimPromptDeps): BuildFimTarget =>
  async (context, model, length, signal) => {
    // The entry selected in the suggest widget counts as typed.
    const typed: CompletionContext = { ...context, before: effectivePrefix(context) };
    const limits = {
      contextTokens: model.contextTokens,
      outputTokens: maxCompletionTokens[length],
      private: model.source === 'local',
    };
    const budgets = tokenBudgetsFor(limits);
    const { snippets } = await contexts.getContext(
      typed,
      {
        model: model.id,
        visibleText: cutPrefixAndSuffix(typed, budgets),
        budgetTokens: budgets.snippets,
        mayRead: (file) => policy.mayRead(file, model),
        ...(definitions ? { definitions: definitions(context) } : {}),
      },
      signal,
    );
    const slot = endpoints.slotOf(model, context.uri);
    return {
      ...fitPrompt(typed, limits, snippets),
      languageId: context.languageId,
      path: nameOf(context.uri),
      maxTokens: maxCompletionTokens[length],
      stop: [],
      length,
      budgetMs: budgetMs[length],
      ...(slot === undefined ? {} : { slot }),
      ...(context.trigger === 'invoked' ? { temperature: retryTemperature } : {}),
    };
  };
