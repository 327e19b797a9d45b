/** Ghost text, in words both halves use. */
import type { ModelId } from './chat.ts';
import type { Source } from './models.ts';

/** The command of an offered item, for the client to register; its one argument is the offer's id. */
export const inlineAccepted = 'rumbo.inline.accepted';

/** What the user did with an offer. */
export type InlineEvent = {
  readonly id: string;
  readonly type: 'accepted' | 'accepted-part' | 'rejected';
};

export type InlineState = {
  /** `nobody`: it is on, and no model may write. */
  readonly state: 'off' | 'on' | 'paused' | 'nobody';
  /** Why nobody may, or why there is none in the document that was last looked at; one sentence. Absent: neither. */
  readonly reason?: string;
  /** Who would be asked, best first. */
  readonly models: readonly ModelId[];
  /** Since midnight, local time, in every window. */
  readonly today: {
    readonly offered: number;
    readonly accepted: number;
    /** US dollars. `null`: some of it has an unknown price. */
    readonly costUsd: number | null;
  };
};

/** A model in the light of ghost text. */
export type InlineCandidate = {
  readonly model: ModelId;
  readonly source: Source;
  /** By the user's settings. */
  readonly allowed: boolean;
  /** It could be asked now, were it allowed. */
  readonly usable: boolean;
  /** Why it is not allowed or not usable, one sentence. Absent: it is both. */
  readonly reason?: string;
  /** How it writes, as far as it is known. Absent: not known yet. */
  readonly mode?: 'fill' | 'chat';
  /** Milliseconds from the question to its first text, as measured lately. `null`: not known yet. */
  readonly usualMs: number | null;
  /** Predicted price of 1,000 suggestions, in US dollars; 0 for local ones. `null`: unknown. */
  readonly usdPerThousand: number | null;
};

/** A declaration near what is used at the cursor. */
export type NearbySymbol = { readonly name: string; readonly uri: string; readonly text: string };
