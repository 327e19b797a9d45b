/** Messages between the soak and its services. */
import type { AccountedChat } from './account.ts';

/** The engines of the services: four framings, cloud and local. */
export const serviceKinds: readonly string[] = ['openai', 'anthropic', 'gemini', 'ollama'];
/** The only key that the services accept. */
export const key = 'sk-soak-key-12345';

export type SoakService = { readonly kind: string; readonly model: string; readonly baseUrl: string };

export type SoakOrder =
  /** Be down for this many milliseconds. */
  { readonly do: 'leave'; readonly kind: string; readonly ms: number } | { readonly do: 'report' };

/** One complete answer without a fault: the number of its case, and milliseconds from the request's arrival to the last byte. */
export type ServedChat = { readonly number: number; readonly ms: number };

export type ServicesReady = { readonly services: readonly SoakService[] };
export type ServicesReport =
  /** Milliseconds since 1970. */
  | { readonly returned: string; readonly at: number }
  | {
      readonly served: readonly ServedChat[];
      readonly faults: number;
      readonly chats: number;
      /** What the services counted. */
      readonly accounts: readonly AccountedChat[];
      /** By kind, the first answered chat since the service was last down. Milliseconds since 1970. */
      readonly backAt: Readonly<Record<string, number>>;
    };
