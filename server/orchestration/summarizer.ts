/** Has texts summarised by a free model, or by one that the user allows, within the limits of the request that needs it. */
import type { AskParams } from '../../shared/ask.ts';
import type { ModelId } from '../../shared/chat.ts';
import type { AskPart, AskResult } from '../../shared/protocol.ts';
import { balance } from '../routing/balancer.ts';
import type { AttemptsDeps, PreparedRequest } from './answer-progress.ts';
import { runAttempts } from './attempts.ts';
import type { Summarise, SummaryItem } from './compaction/compact.ts';
import {
  readSummaries,
  type SummaryGroup,
  summaryGroups,
  summaryMessages,
} from './compaction/summary-request.ts';

/** Milliseconds for all summaries of one request: after that the texts are shortened. */
const maxMs = 90_000;
/** Characters that a model is given at once, and those of one whose context is unknown. */
const maxGroupCharacters = 60_000;
const unknownContextCharacters = 12_000;
const charactersPerToken = 2.5;
/** Tokens of the instructions and the answer. */
const otherTokens = 1_800;
const maxOutputTokens = 1_200;

export type SummarizerDeps = AttemptsDeps & {
  /** Reads a request as if it had come from a client. */
  readonly prepare: (params: AskParams) => PreparedRequest;
};

export function summarizer(deps: SummarizerDeps, prepared: PreparedRequest, signal: AbortSignal) {
  const models = new Set<ModelId>();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(maxMs)]);

  const summariseGroup = async ({ items }: SummaryGroup): Promise<readonly (string | undefined)[]> => {
    try {
      const { text, receipt } = await wholeAnswer(
        runAttempts(deps, requestFor(deps, prepared, items), limit),
      );
      models.add(receipt.model);
      return readSummaries(items, text);
    } catch {
      // The text is shortened, which the receipt says.
      return [];
    }
  };
  const summarise: Summarise = async (items) => {
    const characters = readableCharacters(deps, prepared);
    if (characters === undefined) return [];
    const found: (string | undefined)[] = items.map(() => undefined);
    for (const group of summaryGroups(items, characters)) {
      if (limit.aborted) break;
      const summaries = await summariseGroup(group);
      for (const [position, index] of group.indexes.entries()) {
        const summary = summaries[position];
        if (summary !== undefined) found[index] = found[index] ? `${found[index]}\n${summary}` : summary;
      }
    }
    return found;
  };
  /** `models`: those that wrote summaries. */
  return { summarise, models: (): readonly ModelId[] => [...models] };
}

/** Characters that the model which would come first can read. `undefined`: none may summarise. */
function readableCharacters(
  { snapshots, ...deps }: SummarizerDeps,
  prepared: PreparedRequest,
): number | undefined {
  const { request } = requestFor({ ...deps, snapshots }, prepared, [anyItem]);
  const [first] = balance(request.criteria, snapshots.take(request)).candidates;
  if (!first) return undefined;
  const { contextTokens } = first.model;
  if (contextTokens === null) return unknownContextCharacters;
  const characters = Math.floor((contextTokens - otherTokens) * charactersPerToken);
  return characters < 1_000 ? undefined : Math.min(maxGroupCharacters, characters);
}

/** The lists of the role and the task, a local-only file, and the budget of the request hold for its summaries, too. */
function requestFor(
  { prepare, settings, providers }: SummarizerDeps,
  { params, request, spending }: PreparedRequest,
  items: readonly SummaryItem[],
): PreparedRequest {
  const { task, role, localOnly } = request.criteria;
  const ask: AskParams = {
    messages: summaryMessages(items),
    task,
    maxOutputTokens,
    reasoning: { effort: 'none' },
    useCache: false,
    whenPinnedUnavailable: 'next',
    ...(params.urgency ? { urgency: params.urgency } : {}),
  };
  const fresh = prepare(ask);
  const criteria = {
    ...fresh.request.criteria,
    ...(role === undefined ? {} : { role }),
    localOnly,
    freeExcept: settings()['history.summaryModels'].map(providers.listedId),
  };
  return { ...fresh, spending, request: { ...fresh.request, criteria } };
}

/** Stands for all items: which model would be asked does not depend on them. */
const anyItem: SummaryItem = { title: 'Any', text: 'any', maxCharacters: 1 };

async function wholeAnswer(parts: AsyncGenerator<AskPart, AskResult>): Promise<AskResult> {
  for (;;) {
    const { done, value } = await parts.next();
    if (done) return value;
  }
}
