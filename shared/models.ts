/** Models and their prices, in the units of client and server. */

import type { Abilities } from './abilities.ts';
import type { ModelId, ServiceTier } from './chat.ts';
import type { WireName } from './content.ts';
import type { Feature } from './features.ts';

/** `local`: on this workstation or the user's own machines, costs 0. `api`: paid cloud. */
export type Source = 'local' | 'api';

/** US dollars per million tokens. An absent cache rate means the plain input rate. */
export type Rates = {
  readonly input: number;
  readonly output: number;
  readonly cachedRead?: number;
  readonly cacheWrite?: number;
  /** Kept for an hour instead of some minutes. Absent: as `cacheWrite`. */
  readonly cacheWriteHour?: number;
};

/** The rates, and those that apply to the whole request when its prompt exceeds `overTokens`. */
export type StandardPrice = Rates & {
  readonly longContext?: { readonly overTokens: number; readonly rates: Rates };
};

/** The standard price, and the prices of other service tiers. */
export type Price = StandardPrice & {
  readonly serviceTiers?: Readonly<Partial<Record<ServiceTier, StandardPrice>>>;
};

/** A model, merged from its provider's list, the registry and the user's settings. */
export type Model = {
  readonly id: ModelId;
  readonly provider: string;
  /** The kind of its provider, such as `anthropic`: two providers of one kind differ in key or address. Absent: unknown. */
  readonly kind?: string;
  /** Its name at the provider. */
  readonly name: string;
  readonly source: Source;
  /** Requests stay on this machine, or on a host that the user marked as trusted. */
  readonly private: boolean;
  /** Its source is local and it runs on another machine. Absent: it runs on this one, or in the cloud. */
  readonly onOtherMachine?: true;
  /** `false`: out of rotation, it runs only when pinned. */
  readonly toggle: boolean;
  /** `true`: never runs. */
  readonly locked: boolean;
  /** 1 (small) – 5 (frontier). `null`: unknown. */
  readonly tier: number | null;
  /** Tokens of context, prompt and answer together. `null`: unknown. */
  readonly contextTokens: number | null;
  /** The context is what the engine gives to a model by default: it tells the real one when the model is loaded. Absent: it is known. */
  readonly contextAssumed?: true;
  /** Tokens of context that it can have at most. Absent: unknown, or `contextTokens`. */
  readonly trainedContextTokens?: number;
  /** Maximum tokens of one answer. `null`: unknown. */
  readonly maxOutputTokens: number | null;
  readonly abilities: Abilities;
  /** It reasons before it answers. Absent: it does not, or it is unknown. */
  readonly reasons?: boolean;
  /** It answers only while no other model can. Absent: false. */
  readonly standby?: true;
  /** The wire format of its chat. Absent: unknown. */
  readonly wire?: WireName;
  /** What its service has nothing for. Absent: it has something for everything. */
  readonly unsupportedFeatures?: readonly Feature[];
  /** `null`: unknown. Local models cost 0. */
  readonly price: Price | null;
};

/** Models of a family count tokens alike: the first word of the name (`gpt`, `claude`, `qwen`) after any slash. */
export const modelFamily = (name: string): string =>
  /^[a-z]+/.exec(name.slice(name.lastIndexOf('/') + 1).toLowerCase())?.[0] ?? name;
