/** Models and their prices, in the units both halves use. */
import type { ModelId, OptionalRequestField, ServiceTier } from './chat.ts';

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

/** The rates, and those that hold for the whole request once its prompt is longer than so many tokens. */
export type StandardPrice = Rates & {
  readonly longContext?: { readonly overTokens: number; readonly rates: Rates };
};

/** What is paid, and what is paid where a service says it worked less or more urgently than usual. */
export type Price = StandardPrice & {
  readonly serviceTiers?: Readonly<Partial<Record<ServiceTier, StandardPrice>>>;
};

/** Whether a model can do something; `null`: nobody says, so it is tried. */
export type Abilities = { readonly tools: boolean | null; readonly vision: boolean | null };

/** What is known of a model: its provider's list, the catalogue and the user's settings together. */
export type Model = {
  readonly id: ModelId;
  readonly provider: string;
  /** The name its provider knows it by. */
  readonly name: string;
  readonly source: Source;
  /** What is sent stays on this machine, or on a host the user marked as trusted. */
  readonly private: boolean;
  /** `false`: out of rotation, only a pin runs it. */
  readonly toggle: boolean;
  /** `true`: never runs. */
  readonly locked: boolean;
  /** 1 (small) – 5 (frontier). `null`: unknown. */
  readonly tier: number | null;
  /** Tokens of context, prompt and answer together. `null`: unknown. */
  readonly contextTokens: number | null;
  /** Most tokens of one answer. `null`: unknown. */
  readonly maxOutputTokens: number | null;
  readonly abilities: Abilities;
  /** Fields of a request that its service does not honour for it. Absent: it honours all. */
  readonly unsupportedFields?: readonly OptionalRequestField[];
  /** `null`: unknown. Local models cost 0. */
  readonly price: Price | null;
};

/** Models of one make count tokens alike: the first word of a name (`gpt`, `claude`, `qwen`), whatever stands before a slash. */
export const modelFamily = (name: string): string =>
  /^[a-z]+/.exec(name.slice(name.lastIndexOf('/') + 1).toLowerCase())?.[0] ?? name;
