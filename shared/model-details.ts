/** What is known of a model beside what routing needs, and who says so. */
import type { ModelId } from './chat.ts';
import type { Price } from './models.ts';

/** What a model can be asked for. */
export const modelTypes = ['chat', 'fim', 'embedding', 'vision', 'tools'] as const;
export type ModelType = (typeof modelTypes)[number];

/** Each by itself, since each may be known from somebody else. */
export type DetailFields = Readonly<Record<ModelType, boolean>> & {
  /** What it is good for, one sentence. */
  readonly summary: string;
  /** Tokens that requests may use now; of a local engine what it has allocated. */
  readonly contextTokens: number;
  /** Tokens that the model itself was made for. */
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

/** Who says something: `list`, `engine`, `registry`, or the `model` that was asked to describe the others. */
export type DetailOrigin = 'list' | 'engine' | 'registry' | 'model';

export type ModelDetails = {
  readonly id: ModelId;
  /** What it is known to be able to. */
  readonly types: readonly ModelType[];
  /** An absent field is not known. */
  readonly fields: Readonly<Partial<DetailFields>>;
  /** By field. */
  readonly provenance: Readonly<
    Partial<Record<DetailField, { readonly by: DetailOrigin; readonly at: string }>>
  >;
};
