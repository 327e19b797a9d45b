/** Plain facts of a service that the client and the layers below the engines need as well. */

export type ProviderFacts = {
  /** The environment variable of its key. Absent: its key is not read from the environment. */
  readonly keyVariable?: string;
  /** `GEMINI_API_KEY_1` and so on hold further keys. */
  readonly numberedKeyVariables?: true;
  /** Source of a regular expression for the beginning of its keys, by which they are redacted. Absent: nothing identifies them. */
  readonly keyPrefix?: string;
  /** Variables that name its address. Absent: none. */
  readonly addressVariables?: readonly string[];
  /** Its id on models.dev. Absent: not listed there. */
  readonly modelsDevId?: string;
};
