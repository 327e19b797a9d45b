/** What is known of a model, who says so, and since when. */
import type { Price } from '../../shared/models.ts';

/** What one source says of one model; an absent field was not said. */
export type ModelFacts = {
  /** Tokens of prompt and answer together. */
  readonly contextTokens?: number;
  /** Tokens of one answer. */
  readonly maxOutputTokens?: number;
  /** It can call functions. */
  readonly tools?: boolean;
  /** It reads pictures. */
  readonly vision?: boolean;
  /** It thinks before it answers. */
  readonly reasoning?: boolean;
  /** It fills in the middle. */
  readonly fill?: boolean;
  /** It turns texts into vectors and does not chat. */
  readonly embeds?: boolean;
  /** US dollars per million tokens. Never 0 for a prompt: what costs nothing is the user's word. */
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

/** A model of a service, by the engine's kind and the name its service knows. */
export type ModelEntry = { readonly kind: string; readonly name: string; readonly facts: ModelFacts };

/** Who says something, best first. The user's word is above all of them and is joined in providers/models.ts. */
export const factOrigins = ['provider', 'page', 'models.dev', 'bundle'] as const;
export type FactOrigin = (typeof factOrigins)[number];

/** Since when something is said, and by whom. */
export type Provenance = {
  readonly origin: FactOrigin;
  /** The source's id in sources/table.ts; `bundle` for what came with Rumbo. */
  readonly source: string;
  /** Milliseconds since 1970; when it was read there. */
  readonly atMs: number;
};

/** A page, list or file somewhere that tells facts of models. */
export type FactSource = {
  readonly id: string;
  /** As a user knows it: “OpenAI’s pricing page”. */
  readonly label: string;
  readonly origin: FactOrigin;
  readonly url: string;
  /** Bytes. A larger body is not read. */
  readonly limitBytes: number;
  /**
   * What a body says. Pure. An empty list, or anything thrown, means that it could not be understood.
   * @param nowMs milliseconds since 1970, for pages that give a price until one day and another from the next
   */
  parse(body: string, nowMs: number): readonly ModelEntry[];
};
