/** Types of ghost text that client and server share. */
import type { ModelId } from './chat.ts';
import type { Source } from './models.ts';

/** The command of a completion item, which the client registers; its one argument is the item's id. */
export const inlineAccepted = 'rumbo.inline.accepted';

/** What the user did with a completion item. */
export type InlineEvent = {
  readonly id: string;
  readonly type: 'accepted' | 'accepted-part' | 'rejected';
};

export type InlineState = {
  /** `no-model`: it is on, and no model is available. */
  readonly state: 'off' | 'on' | 'paused' | 'no-model';
  /** Why no model is available, or why the document that the user viewed last has no ghost text; one sentence. Absent: neither. */
  readonly reason?: string;
  /** Models in the order of their use, best first. */
  readonly models: readonly ModelId[];
  /** Since midnight, local time, in every window. */
  readonly today: {
    readonly offered: number;
    readonly accepted: number;
    /** US dollars. `null`: some of it has an unknown price. */
    readonly costUsd: number | null;
  };
};

/** A model as a candidate for ghost text. */
export type InlineCandidate = {
  readonly model: ModelId;
  readonly source: Source;
  /** The user's settings allow it. */
  readonly allowed: boolean;
  /** It could be requested now if it were allowed. */
  readonly usable: boolean;
  /** Why it is not allowed or not usable, one sentence. Absent: it is both. */
  readonly reason?: string;
  /** How it generates: by fill-in-the-middle or in a chat. Absent: not known yet. */
  readonly mode?: 'fill' | 'chat';
  /** Milliseconds from the request to its first text, as measured lately. `null`: not known yet. */
  readonly usualMs: number | null;
  /** Predicted price of 1,000 suggestions, in US dollars; 0 for local ones. `null`: unknown. */
  readonly usdPerThousand: number | null;
};

/** A declaration of a name used near the cursor. */
export type NearbySymbol = { readonly name: string; readonly uri: string; readonly text: string };
