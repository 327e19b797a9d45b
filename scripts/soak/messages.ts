/** What the soak and its services say to each other. */

/** Engines whose services take part: four framings, cloud and local. */
export const serviceKinds: readonly string[] = ['openai', 'anthropic', 'gemini', 'ollama'];
/** The only key the services take. */
export const key = 'sk-soak-key-12345';

export type Service = { readonly kind: string; readonly model: string; readonly baseUrl: string };

export type Order =
  /** Be away for so many milliseconds. */
  { readonly do: 'leave'; readonly kind: string; readonly ms: number } | { readonly do: 'tell' };

/** One sound answer to a question that met no fault: the number of its case, and milliseconds from the question's arrival to the last byte. */
export type Served = { readonly number: number; readonly ms: number };

export type Ready = { readonly services: readonly Service[] };
export type Report =
  /** Milliseconds since 1970. */
  | { readonly returned: string; readonly at: number }
  | {
      readonly served: readonly Served[];
      readonly faults: number;
      readonly chats: number;
      /** By kind, the first chat that was answered since it last came back. Milliseconds since 1970. */
      readonly backAt: Readonly<Record<string, number>>;
    };
