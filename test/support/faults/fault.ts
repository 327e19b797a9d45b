/** A fault of the table: how to cause it, and what a user must get in spite of it. */
import type { ErrorKind } from '../../../shared/error-policies.ts';
import type { FakeBehavior, FakeOptions } from '../fake-providers/fake-provider.ts';
import type { FakedEngine } from './engines.ts';

/** How a request may end. */
export type Outcome =
  /** The first provider writes the whole answer. */
  | 'primary'
  /** The next provider writes the whole answer. */
  | 'fallback'
  /** The next provider continues the first one's text; the receipt shows the takeover. */
  | 'continued'
  /** The next provider begins anew, visibly. */
  | 'restarted'
  /** One clear error with the text so far. */
  | 'error';

export type Fault = {
  /** After “every engine survives …”. */
  readonly name: string;
  /** The fault of the first provider. `undefined`: this engine cannot have it. */
  readonly primary: (engine: FakedEngine) => Primary | undefined;
  /** Absent: the next provider answers, or continues. */
  readonly next?: (engine: FakedEngine) => Partial<FakeOptions>;
  /** All correct outcomes. */
  readonly expected: readonly Outcome[];
  /** Requests to the first provider. */
  readonly calls: readonly [min: number, max: number];
  /** Kinds an error may have. Absent: any that has an action. */
  readonly kinds?: readonly ErrorKind[];
  /** Absent: the setting's default. */
  readonly onInterruption?: 'restart' | 'fail';
  /** Min milliseconds between the first and the second chat. */
  readonly minWaitMs?: number;
  /** Max milliseconds of the whole request. Absent: 8,000. */
  readonly maxMs?: number;
  /** The correct outcomes without a second provider. Absent: not tried. */
  readonly withoutFallback?: Pick<Fault, 'expected' | 'calls' | 'kinds'>;
  /** The next request does not try the first provider. */
  readonly coolsDown?: true;
  /** The answer reports usage; `false`: it has to be estimated. Absent: not checked. */
  readonly reportsUsage?: boolean;
  /** Further content of the answer. */
  readonly extras?: {
    readonly reasoning: string;
    readonly call: { readonly name: string; readonly input: string };
  };
};

export type Primary =
  | { readonly behavior: FakeBehavior }
  | { readonly options: FakeOptions }
  /** No server listens there. */
  | { readonly baseUrl: string }
  /** Redirects to another origin with this status. */
  | { readonly redirects: number };
