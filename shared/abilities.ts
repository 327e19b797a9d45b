/** Whether a model can do something; `null` or absent: unknown, so it is tried. */
export type Abilities = {
  readonly tools: boolean | null;
  /** Pictures. */
  readonly vision: boolean | null;
  /** PDF documents. */
  readonly documents?: boolean;
  /** Sound. */
  readonly audio?: boolean;
  readonly reasoning?: boolean;
  /** It answers with pictures, or with sound. */
  readonly imageOutput?: boolean;
  readonly audioOutput?: boolean;
};
