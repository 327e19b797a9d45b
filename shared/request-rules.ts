/** What services have stated, by refusing a request, about how a model has to be asked. */

/** An absent field: nothing was stated. */
export type RequestRules = {
  /** Tokens of one answer that a request may allow at most. */
  readonly maxOutputTokens?: number;
  /** Tokens of one answer that a request has to allow at least. */
  readonly minOutputTokens?: number;
  /** Tokens of prompt and answer together. */
  readonly contextTokens?: number;
  /** The role of instructions: the model has none (`none`), or it is that of the first message only (`first`). */
  readonly systemRole?: 'none' | 'first';
  /** The messages of user and assistant have to alternate, and the user's comes first. */
  readonly alternatingRoles?: true;
  /** It does not continue an assistant's message at the end of the conversation. */
  readonly noPrefill?: true;
  /**
   * Fields of the service's own request that it rejects, by their path (`stream_options.include_obfuscation`), with the
   * name under which it accepts the value instead; `null`: under none.
   */
  readonly rejectedFields?: Readonly<Record<string, string | null>>;
};
