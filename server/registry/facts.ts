/** Facts of models, with their source and date. */
import type { Price } from '../../shared/models.ts';

/** The facts that one source states about one model. An absent field: the source does not state it. */
export type ModelFacts = {
  /** Tokens of prompt and answer together. */
  readonly contextTokens?: number;
  /** Tokens of one answer. */
  readonly maxOutputTokens?: number;
  /** It can call functions. */
  readonly tools?: boolean;
  /** It reads images. */
  readonly vision?: boolean;
  /** It reasons before it answers. */
  readonly reasoning?: boolean;
  /** It supports fill in the middle. */
  readonly fill?: boolean;
  /** It is an embedding model and does not chat. */
  readonly embeds?: boolean;
  /** US dollars per million tokens. Never 0 for prompts: only the user can state that a model is free. */
  readonly price?: Price;
};

/** Models with names like this have these facts. */
export type ModelFamily = readonly [name: RegExp, facts: ModelFacts];

export type FigureName = keyof ModelFacts;

export const figureNames = [
  'contextTokens',
  'maxOutputTokens',
  'tools',
  'vision',
  'reasoning',
  'fill',
  'embeds',
  'price',
] as const satisfies readonly FigureName[];

/** The facts of a model, by engine kind and the service's model name. */
export type ModelEntry = { readonly kind: string; readonly name: string; readonly facts: ModelFacts };

/** Where facts come from, most trusted first. User settings take precedence over all and are merged in providers/models.ts. */
export const factOrigins = ['provider', 'page', 'models.dev', 'bundle'] as const;
export type FactOrigin = (typeof factOrigins)[number];

/** The source and date of a fact. */
export type Provenance = {
  readonly origin: FactOrigin;
  /** The source's id in sources/table.ts; `bundle` for the bundled catalogue. */
  readonly source: string;
  /** Milliseconds since 1970; when it was read. */
  readonly atMs: number;
};

/** A page, list or file with facts of models. */
export type FactSource = {
  readonly id: string;
  /** For users: “OpenAI’s pricing page”. */
  readonly label: string;
  readonly origin: FactOrigin;
  readonly url: string;
  /** Bytes. A larger body is rejected. */
  readonly limitBytes: number;
  /**
   * Parses a body. Pure. An empty list, or anything thrown, means that the body has an unknown form.
   * @param nowMs milliseconds since 1970, for pages with prices that apply until or from a date
   */
  parse(body: string, nowMs: number): readonly ModelEntry[];
};
