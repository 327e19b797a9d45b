/** What is known of a model beyond what routing needs, and where each fact comes from. */
import type { ModelId } from './chat.ts';
import type { Price } from './models.ts';
import type { RequestRules } from './request-rules.ts';

/** What a model can be used for. */
export const modelTypes = ['chat', 'fim', 'embedding', 'vision', 'tools', 'reasoning'] as const;
export type ModelType = (typeof modelTypes)[number];

/** Each field by itself, since each may come from another origin. */
export type DetailFields = Readonly<Record<ModelType, boolean>> & {
  /** What it is good for, one sentence. */
  readonly summary: string;
  /** Tokens that requests may use now; for a local engine what it has allocated. */
  readonly contextTokens: number;
  /** Tokens with which its engine is set up to load it. */
  readonly configuredContextTokens: number;
  /** Tokens that the model was trained for. */
  readonly trainedContextTokens: number;
  /** Bytes on disk. */
  readonly sizeBytes: number;
  /** `7.6B`. */
  readonly parameters: string;
  /** `Q4_K_M`. */
  readonly quantisation: string;
  /** Its name, not its text: `apache-2.0`. */
  readonly licence: string;
  /** Local models cost 0. */
  readonly price: Price;
};
export type DetailField = keyof DetailFields;

/** What one origin reports of a model. Absent: not reported. */
export type DetailFacts = Readonly<Partial<DetailFields>>;

/** The provider's `list`, the `engine`, the `registry`, or the `model` that describes the others. */
export type DetailOrigin = 'list' | 'engine' | 'registry' | 'model';

export type ModelDetails = {
  readonly id: ModelId;
  /** The types it is known to have. */
  readonly types: readonly ModelType[];
  /** Absent: not known. */
  readonly fields: DetailFacts;
  /** What its service stated by refusing requests, and the time of the latest statement (ISO 8601). Absent: nothing. */
  readonly refusals?: { readonly rules: RequestRules; readonly at: string };
  /** By field. `at`: ISO 8601. */
  readonly provenance: Readonly<
    Partial<Record<DetailField, { readonly by: DetailOrigin; readonly at: string }>>
  >;
};
