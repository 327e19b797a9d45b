/** What a fault of the table says: how to bring it about, and what a user must get in spite of it. */
import type { ErrorKind } from '../../../shared/error-kinds.ts';
import type { FakeBehavior, FakeOptions } from '../fake-providers/fake-provider.ts';
import type { FakedEngine } from './engines.ts';

/** How a question may end. */
export type Outcome =
  /** The one who was asked first gives the whole answer. */
  | 'primary'
  /** The next one gives the whole answer. */
  | 'fallback'
  /** The first one's words go on with the next one's; the receipt shows the seam. */
  | 'continued'
  /** The next one begins anew, visibly. */
  | 'restarted'
  /** One clear error; what had come is in it. */
  | 'error';

export type Fault = {
  /** After “every engine survives …”. */
  readonly name: string;
  /** What the provider that is asked first does. `undefined`: there is no such thing in this engine's world. */
  readonly primary: (engine: FakedEngine) => Primary | undefined;
  /** Absent: the next one answers, or goes on. */
  readonly next?: (engine: FakedEngine) => Partial<FakeOptions>;
  /** All that are right. */
  readonly expected: readonly Outcome[];
  /** Chats the first one is asked for, at least and at most. */
  readonly calls: readonly [least: number, most: number];
  /** Kinds an error may have. Absent: any that has an action. */
  readonly kinds?: readonly ErrorKind[];
  /** Absent: the setting's default. */
  readonly onInterruption?: 'restart' | 'fail';
  /** Milliseconds that the second chat comes after the first, at least. */
  readonly minWaitMs?: number;
  /** Milliseconds that the whole question may take. Absent: 8,000. */
  readonly maxMs?: number;
  /** Nobody else can be asked, and this is what is right then. Absent: not tried. */
  readonly withoutFallback?: Pick<Fault, 'expected' | 'calls' | 'kinds'>;
  /** The one who was silent is not asked again by the next question. */
  readonly coolsDown?: true;
  /** The answer brings usage of its own; `false`: it has to be estimated. Absent: not looked at. */
  readonly reportsUsage?: boolean;
  /** What else the answer holds, beside its text. */
  readonly extras?: {
    readonly reasoning: string;
    readonly call: { readonly name: string; readonly input: string };
  };
};

export type Primary =
  | { readonly behavior: FakeBehavior }
  | { readonly options: FakeOptions }
  /** Nobody is there. `elsewhere`: the origin of a service that must never be asked. */
  | { readonly baseUrl: string }
  /** Sends the request on to another origin. */
  | { readonly redirects: number };
