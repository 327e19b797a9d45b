/** Which models may write ghost text, in which order, and why not the others. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import { filter } from '../routing/candidates.ts';
import type { Route, Snapshot } from '../routing/snapshot.ts';
import type { CompletionLength } from './completion-context.ts';
import type { Manner } from './generator.ts';
import type { Latency } from './latencies.ts';

/** All that is known when somebody is chosen. */
export type Scene = {
  /** `models` with the limits that hold for ghost text. */
  readonly snapshot: Snapshot;
  /** The question as this model would get it. */
  readonly routeTo: (model: Model) => Route;
  /** `rumbo.inline.models`. */
  readonly named: readonly string[];
  /** The user or the workspace has said that this model is to rest. */
  readonly isSwitchedOff: (model: ModelId) => boolean;
  /** It has lately found a prompt too long. */
  readonly isOverwhelmed: (model: ModelId) => boolean;
  /** It turns texts into vectors and writes none. */
  readonly embeds: (model: Model) => boolean;
  /** How it writes. `undefined`: nobody knows. */
  readonly mannerOf: (model: Model) => Manner | undefined;
  /** `undefined`: never measured. */
  readonly latencyOf: (model: Model) => Latency | undefined;
  /** Who stood first last time: another one has read nothing yet, and knows no answers. Absent: nobody. */
  readonly first?: ModelId | undefined;
  /** Share of its suggestions that were taken, 0–1. `undefined`: too few to tell. */
  readonly takenOf: (model: ModelId) => number | undefined;
};

/** A model that is asked, and what is expected of it. */
export type Chosen = {
  readonly model: Model;
  readonly shape: CompletionLength;
  /** Milliseconds to its first text. `null`: not known. */
  readonly usualMs: number | null;
  /** Milliseconds of silence after which another one helps. */
  readonly lateAfterMs: number;
  /** It has to be loaded first: how long it takes now says nothing about the next time. */
  readonly cold: boolean;
};

export type Judged = {
  readonly model: Model;
  readonly allowed: boolean;
  readonly usable: boolean;
  /** One sentence. Absent: it may be asked. */
  readonly reason?: string;
};

export type Choices = {
  /** Best first. */
  readonly chosen: readonly Chosen[];
  /** Every model. */
  readonly judged: readonly Judged[];
};

export function choose(scene: Scene): Choices {
  const judged = scene.snapshot.models.map((model) => judge(model, scene));
  const chosen = judged
    .filter(({ allowed, usable }) => allowed && usable)
    .map(({ model }) => ({ weighed: weigh(model, scene), chosen: expectationsOf(model, scene) }))
    .sort((one, other) => compare(one.weighed, other.weighed))
    .map((each) => each.chosen);
  return { chosen, judged };
}

export const isNamed = (
  { id, provider }: Pick<Model, 'id' | 'provider'>,
  named: readonly string[],
): boolean => named.includes(id) || named.includes(`${provider}/*`);

function judge(model: Model, scene: Scene): Judged {
  const { named, snapshot } = scene;
  const why = whyNotAllowed(model, named);
  const usable = whyNotUsable(model, scene, snapshot);
  // What naming it would not mend comes first.
  const reason = usable ?? why;
  return {
    model,
    allowed: why === undefined,
    usable: usable === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

function whyNotAllowed(model: Model, named: readonly string[]): string | undefined {
  if (isNamed(model, named)) return undefined;
  if (model.source === 'api') return 'It runs in the cloud, and rumbo.inline.models does not name it.';
  return named.length > 0 ? 'rumbo.inline.models names others only.' : undefined;
}

function whyNotUsable(model: Model, scene: Scene, snapshot: Snapshot): string | undefined {
  if (scene.embeds(model)) return 'It turns texts into vectors and writes none.';
  if (scene.isOverwhelmed(model.id)) return 'It has found the text too long, and is asked again in a moment.';
  // Who names a model pins it; what was switched off by name stays off.
  const toggle = model.toggle || (scene.named.includes(model.id) && !scene.isSwitchedOff(model.id));
  const models = [{ ...model, toggle }];
  return filter(scene.routeTo(model), { ...snapshot, models }).excluded[0]?.reason;
}

/** Milliseconds. */
const slowLineMs = 800;
const leastLateMs = 150;
const unknownLateMs = 1_000;

function expectationsOf(model: Model, { latencyOf, snapshot }: Scene): Chosen {
  const latency = latencyOf(model);
  return {
    model,
    shape: latency && latency.lineMs > slowLineMs ? 'line' : 'block',
    usualMs: latency?.usualMs ?? null,
    lateAfterMs: Math.max(leastLateMs, latency?.lateAfterMs ?? unknownLateMs),
    cold: (snapshot.coldStartMs.get(model.id) ?? 0) > 0,
  };
}

/** Milliseconds to a line that are expected of who was never measured. */
const guessedMs = { favourite: 300, local: 600, api: 500 } as const;
/** What a chat model takes longer, with a prompt of its own and a fence first; and it is the lesser hand at it. */
const chatMs = 300;
/** A model that is taken always may be so much slower than one that is taken as often as not, as a share; and the other way. */
const likingWeight = 0.4;
const usuallyTaken = 0.3;
/** Another one comes first only when it is so much faster, as a share. */
const staying = 0.8;

type Weighed = { readonly ms: number; readonly favourite: number; readonly id: string };

function weigh(model: Model, { latencyOf, mannerOf, takenOf, snapshot, first }: Scene): Weighed {
  const place = snapshot.favourites.indexOf(model.id);
  const guess = model.source === 'api' ? 'api' : place >= 0 ? 'favourite' : 'local';
  const isChat = mannerOf(model) === 'chat';
  const lineMs = latencyOf(model)?.lineMs ?? guessedMs[guess] + (isChat ? chatMs : 0);
  const taken = takenOf(model.id) ?? usuallyTaken;
  const likingMs = lineMs * (1 + likingWeight * (usuallyTaken - taken));
  return {
    ms: likingMs * (model.id === first ? staying : 1) + (snapshot.coldStartMs.get(model.id) ?? 0),
    favourite: place < 0 ? snapshot.favourites.length : place,
    id: model.id,
  };
}

const compare = (one: Weighed, other: Weighed): number =>
  one.ms - other.ms || one.favourite - other.favourite || (one.id < other.id ? -1 : 1);
