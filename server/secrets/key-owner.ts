/** The owner of keys, and keys with their names. */

/** A provider at an origin: a key is sent only to the origin that it was saved for. */
export type KeyOwner = {
  readonly provider: string;
  /** Scheme, host and port of its requests. */
  readonly origin: string;
  /** The environment variable that the user named for it. */
  readonly keyEnv?: string;
  /** The origin of the service itself, to which its own environment variable applies. */
  readonly usualOrigin?: string;
};

export type NamedKey = {
  /** For users: `GEMINI_API_KEY_2`, `saved key 1`. */
  readonly name: string;
  readonly key: string;
};
