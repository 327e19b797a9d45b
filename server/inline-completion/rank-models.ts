/** Which models may generate ghost text, why not the others, and in which order they are requested. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import { filterCandidates } from '../routing/filter-candidates.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { CompletionLength } from './completion-context.ts';
import type { OutputFormat } from './generator.ts';
import type { Latency } from './latencies.ts';

/** Facts that decide whether a model may generate. */
export type EligibilityInput = {
  readonly model: Model;
  /** The request as this model would get it. */
  readonly criteria: RoutingCriteria;
  /** `rumbo.inline.models`. */
  readonly allowedNames: readonly string[];
  /** The user or the workspace has switched it off by its id. */
  readonly isSwitchedOff: boolean;
  /** It has lately rejected a prompt as too long. */
  readonly exceedsContext: boolean;
  /** It embeds texts and generates none. */
  readonly isEmbedding: boolean;
};

export type Eligibility = {
  readonly model: Model;
  /** The user's settings allow it. */
  readonly isAllowed: boolean;
  /** It could be requested if it were allowed. */
  readonly isUsable: boolean;
  /** One sentence. Absent: it may be requested. */
  readonly reason?: string;
};

/** Facts that decide the order of eligible models. */
export type RankInput = {
  readonly model: Model;
  /** `undefined`: not known. */
  readonly format: OutputFormat | undefined;
  /** `undefined`: never measured. */
  readonly latency: Latency | undefined;
  /** Share of its suggestions that the user accepted, 0–1. `undefined`: too few to tell. */
  readonly acceptanceRate: number | undefined;
};

/** A model to request, and what to expect of it. */
export type RankedModel = {
  readonly model: Model;
  readonly length: CompletionLength;
  /** Milliseconds to its first text. `null`: not known. */
  readonly usualMs: number | null;
  /** Milliseconds without text after which another model should help. */
  readonly lateAfterMs: number;
  /** It has to be loaded first: its time now does not predict the next one. */
  readonly isCold: boolean;
};

export type ModelRanking = {
  /** Best first. */
  readonly ranked: readonly RankedModel[];
  /** Of every model. */
  readonly eligibility: readonly Eligibility[];
};

/** @param snapshot its models have the limits of ghost text */
export function eligibilityOf(input: EligibilityInput, snapshot: RoutingSnapshot): Eligibility {
  const { model } = input;
  const notAllowed = whyNotAllowed(model, input.allowedNames);
  const notUsable = whyNotUsable(input, snapshot);
  // First the reason that allowing the model would not remove.
  const reason = notUsable ?? notAllowed;
  return {
    model,
    isAllowed: notAllowed === undefined,
    isUsable: notUsable === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

const isNamed = ({ id, provider }: Pick<Model, 'id' | 'provider'>, names: readonly string[]): boolean =>
  names.includes(id) || names.includes(`${provider}/*`);

function whyNotAllowed(model: Model, allowedNames: readonly string[]): string | undefined {
  if (isNamed(model, allowedNames)) return undefined;
  if (model.source === 'api') return 'It is a cloud model, and rumbo.inline.models does not name it.';
  if (model.onOtherMachine) return 'It runs on another machine, and rumbo.inline.models does not name it.';
  return allowedNames.length > 0 ? 'rumbo.inline.models names only other models.' : undefined;
}

function whyNotUsable(input: EligibilityInput, snapshot: RoutingSnapshot): string | undefined {
  const { model } = input;
  if (input.isEmbedding) return 'Embedding model.';
  if (input.exceedsContext) return 'Prompt exceeds its context; retried in 30 s.';
  // Naming a model pins it; a model that is switched off by its id stays off.
  const toggle = model.toggle || (input.allowedNames.includes(model.id) && !input.isSwitchedOff);
  const models = [{ ...model, toggle }];
  return filterCandidates(input.criteria, { ...snapshot, models }).excluded[0]?.reason;
}

/**
 * Best first: by the expected time to the first line, weighted by acceptance.
 * @param previousFirst the first model of the last ranking: another one has processed no prompt and has no cached
 * completions yet. `undefined`: there was none
 */
export function rankModels(
  inputs: readonly RankInput[],
  snapshot: Pick<RoutingSnapshot, 'recommendedLocal' | 'coldStartMs'>,
  previousFirst: ModelId | undefined,
): RankedModel[] {
  return inputs
    .map((input) => ({ score: score(input, snapshot, previousFirst), input }))
    .sort((one, other) => compare(one.score, other.score))
    .map(({ input }) => expectationsOf(input, snapshot));
}

/** Milliseconds. */
const slowLineMs = 800;
const minLateMs = 150;
const unknownLateMs = 1_000;

function expectationsOf(
  { model, latency }: RankInput,
  { coldStartMs }: Pick<RoutingSnapshot, 'coldStartMs'>,
): RankedModel {
  return {
    model,
    length: latency && latency.lineMs > slowLineMs ? 'line' : 'block',
    usualMs: latency?.usualMs ?? null,
    lateAfterMs: Math.max(minLateMs, latency?.lateAfterMs ?? unknownLateMs),
    isCold: (coldStartMs.get(model.id) ?? 0) > 0,
  };
}

/** Milliseconds to a line that are assumed of a model without measurements. */
const assumedLineMs = { recommended: 300, local: 600, api: 500 } as const;
/** What a chat model takes longer, with a prompt of its own and a fence first; its completions are also worse. */
const chatMs = 300;
/** A model that is always accepted may be slower by this share than one with the usual rate; and the other way round. */
const acceptanceWeight = 0.4;
const usualAcceptanceRate = 0.3;
/** Another model becomes the first only below this share of the first one's time. */
const switchThreshold = 0.8;

type Score = { readonly ms: number; readonly recommendation: number; readonly id: string };

function score(
  { model, format, latency, acceptanceRate = usualAcceptanceRate }: RankInput,
  { recommendedLocal, coldStartMs }: Pick<RoutingSnapshot, 'recommendedLocal' | 'coldStartMs'>,
  previousFirst: ModelId | undefined,
): Score {
  const index = recommendedLocal.indexOf(model.id);
  const assumption = model.source === 'api' ? 'api' : index >= 0 ? 'recommended' : 'local';
  const lineMs = latency?.lineMs ?? assumedLineMs[assumption] + (format === 'chat' ? chatMs : 0);
  const weightedMs = lineMs * (1 + acceptanceWeight * (usualAcceptanceRate - acceptanceRate));
  return {
    ms: weightedMs * (model.id === previousFirst ? switchThreshold : 1) + (coldStartMs.get(model.id) ?? 0),
    recommendation: index < 0 ? recommendedLocal.length : index,
    id: model.id,
  };
}

const compare = (one: Score, other: Score): number =>
  one.ms - other.ms || one.recommendation - other.recommendation || (one.id < other.id ? -1 : 1);
