/** Which models may write ghost text, in which order, and why not the others. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import { filterCandidates } from '../routing/candidates.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { CompletionLength } from './completion-context.ts';
import type { OutputFormat } from './generator.ts';
import type { Latency } from './latencies.ts';

/** All that is known when somebody is chosen. */
export type RankInput = {
  /** `models` with the limits that hold for ghost text. */
  readonly snapshot: RoutingSnapshot;
  /** The question as this model would get it. */
  readonly routeTo: (model: Model) => RoutingCriteria;
  /** `rumbo.inline.models`. */
  readonly allowedNames: readonly string[];
  /** The user or the workspace has said that this model is to rest. */
  readonly isSwitchedOff: (model: ModelId) => boolean;
  /** It has lately found a prompt too long. */
  readonly exceedsContext: (model: ModelId) => boolean;
  /** It turns texts into vectors and writes none. */
  readonly isEmbedding: (model: Model) => boolean;
  /** How it writes. `undefined`: nobody knows. */
  readonly formatOf: (model: Model) => OutputFormat | undefined;
  /** `undefined`: never measured. */
  readonly latencyOf: (model: Model) => Latency | undefined;
  /** Who stood first last time: another one has read nothing yet, and knows no answers. Absent: nobody. */
  readonly previousFirst?: ModelId | undefined;
  /** Share of its suggestions that were taken, 0–1. `undefined`: too few to tell. */
  readonly acceptanceRateOf: (model: ModelId) => number | undefined;
};

/** A model that is asked, and what is expected of it. */
export type RankedModel = {
  readonly model: Model;
  readonly length: CompletionLength;
  /** Milliseconds to its first text. `null`: not known. */
  readonly usualMs: number | null;
  /** Milliseconds of silence after which another one helps. */
  readonly lateAfterMs: number;
  /** It has to be loaded first: how long it takes now says nothing about the next time. */
  readonly isCold: boolean;
};

export type Eligibility = {
  readonly model: Model;
  readonly isAllowed: boolean;
  readonly isUsable: boolean;
  /** One sentence. Absent: it may be asked. */
  readonly reason?: string;
};

export type ModelRanking = {
  /** Best first. */
  readonly ranked: readonly RankedModel[];
  /** Every model. */
  readonly eligibility: readonly Eligibility[];
};

export function rankModels(input: RankInput): ModelRanking {
  const eligibility = input.snapshot.models.map((model) => judge(model, input));
  const ranked = eligibility
    .filter(({ isAllowed, isUsable }) => isAllowed && isUsable)
    .map(({ model }) => ({ weighed: weigh(model, input), chosen: expectationsOf(model, input) }))
    .sort((one, other) => compare(one.weighed, other.weighed))
    .map((each) => each.chosen);
  return { ranked, eligibility };
}

export const isNamed = (
  { id, provider }: Pick<Model, 'id' | 'provider'>,
  named: readonly string[],
): boolean => named.includes(id) || named.includes(`${provider}/*`);

function judge(model: Model, input: RankInput): Eligibility {
  const { allowedNames, snapshot } = input;
  const why = whyNotAllowed(model, allowedNames);
  const usable = whyNotUsable(model, input, snapshot);
  // What naming it would not mend comes first.
  const reason = usable ?? why;
  return {
    model,
    isAllowed: why === undefined,
    isUsable: usable === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

function whyNotAllowed(model: Model, named: readonly string[]): string | undefined {
  if (isNamed(model, named)) return undefined;
  if (model.source === 'api') return 'It runs in the cloud, and rumbo.inline.models does not name it.';
  return named.length > 0 ? 'rumbo.inline.models names others only.' : undefined;
}

function whyNotUsable(model: Model, input: RankInput, snapshot: RoutingSnapshot): string | undefined {
  if (input.isEmbedding(model)) return 'It turns texts into vectors and writes none.';
  if (input.exceedsContext(model.id))
    return 'It has found the text too long, and is asked again in a moment.';
  // Who names a model pins it; what was switched off by name stays off.
  const toggle = model.toggle || (input.allowedNames.includes(model.id) && !input.isSwitchedOff(model.id));
  const models = [{ ...model, toggle }];
  return filterCandidates(input.routeTo(model), { ...snapshot, models }).excluded[0]?.reason;
}

/** Milliseconds. */
const slowLineMs = 800;
const minLateMs = 150;
const unknownLateMs = 1_000;

function expectationsOf(model: Model, { latencyOf, snapshot }: RankInput): RankedModel {
  const latency = latencyOf(model);
  return {
    model,
    length: latency && latency.lineMs > slowLineMs ? 'line' : 'block',
    usualMs: latency?.usualMs ?? null,
    lateAfterMs: Math.max(minLateMs, latency?.lateAfterMs ?? unknownLateMs),
    isCold: (snapshot.coldStartMs.get(model.id) ?? 0) > 0,
  };
}

/** Milliseconds to a line that are expected of who was never measured. */
const guessedMs = { favourite: 300, local: 600, api: 500 } as const;
/** What a chat model takes longer, with a prompt of its own and a fence first; and it is the lesser hand at it. */
const chatMs = 300;
/** A model that is taken always may be so much slower than one that is taken as often as not, as a share; and the other way. */
const acceptanceWeight = 0.4;
const usualAcceptanceRate = 0.3;
/** Another one comes first only when it is so much faster, as a share. */
const switchThreshold = 0.8;

type Weighed = { readonly ms: number; readonly favourite: number; readonly id: string };

function weigh(
  model: Model,
  { latencyOf, formatOf, acceptanceRateOf, snapshot, previousFirst }: RankInput,
): Weighed {
  const place = snapshot.recommendedLocal.indexOf(model.id);
  const guess = model.source === 'api' ? 'api' : place >= 0 ? 'favourite' : 'local';
  const isChat = formatOf(model) === 'chat';
  const lineMs = latencyOf(model)?.lineMs ?? guessedMs[guess] + (isChat ? chatMs : 0);
  const taken = acceptanceRateOf(model.id) ?? usualAcceptanceRate;
  const likingMs = lineMs * (1 + acceptanceWeight * (usualAcceptanceRate - taken));
  return {
    ms:
      likingMs * (model.id === previousFirst ? switchThreshold : 1) +
      (snapshot.coldStartMs.get(model.id) ?? 0),
    favourite: place < 0 ? snapshot.recommendedLocal.length : place,
    id: model.id,
  };
}

const compare = (one: Weighed, other: Weighed): number =>
  one.ms - other.ms || one.favourite - other.favourite || (one.id < other.id ? -1 : 1);
