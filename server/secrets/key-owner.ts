/** Whose key is wanted, and what a key is called. */

/** Whose key is wanted: a key goes only to the origin it was saved for. */
export type KeyOwner = {
  readonly provider: string;
  /** Scheme, host and port requests go to. */
  readonly origin: string;
  /** The environment variable the user named for it. */
  readonly keyEnv?: string;
  /** The origin its own environment variable is meant for: that of the service itself. */
  readonly usualOrigin?: string;
};

export type NamedKey = {
  /** Its place, for people: `GEMINI_API_KEY_2`, `saved key 1`. */
  readonly name: string;
  readonly key: string;
};
