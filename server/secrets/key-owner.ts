/** The owner of keys, and keys with their names. */
import type { KeyOptions, KeyStoreName } from '../../shared/keys.ts';

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

/** What is known of a key without reading it. */
export type KeyEntry = {
  /** For users: `GEMINI_API_KEY_2`, `saved key 1`, or the label that the user gave it. */
  readonly name: string;
  /** Tells it from the other stored keys of its provider. Absent: it is in the environment. */
  readonly slot?: string;
  readonly store?: KeyStoreName;
  readonly options?: KeyOptions;
};

export type NamedKey = KeyEntry & { readonly key: string };
