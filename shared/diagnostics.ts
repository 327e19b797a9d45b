/** What the server knows about itself for a bug report: no key, no text of the user, no address of another machine. */
import type { CircuitState, ProviderState, ProviderStatus } from './status.ts';

export type LogEntry = {
  /** ISO 8601. */
  readonly at: string;
  readonly level: 'warn' | 'error';
  /** One line, without keys and without the user's folder. */
  readonly message: string;
};

export type ProviderDiagnostics = {
  /** The number of the provider where the user named it: names may tell a company or a person. */
  readonly name: string;
  readonly kind: string;
  readonly place: 'this machine' | 'another machine' | 'cloud';
  readonly isEncrypted: boolean;
  readonly state: ProviderState;
  readonly circuit: CircuitState;
  /** Absent: it is not cooling down. */
  readonly rule?: string;
  readonly key: ProviderStatus['key'];
  readonly keys: number;
  readonly models: number;
  /** Absent: it has not been used. */
  readonly lastOutcome?: string;
};

export type Diagnostics = {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly uptimeSeconds: number;
  readonly memoryMB: number;
  /** Milliseconds by which the event loop was late in the last fifth of a second. */
  readonly eventLoopDelayMs: { readonly mean: number; readonly max: number };
  /** Share of time since the start in which the event loop was busy. */
  readonly eventLoopUtilization: number;
  readonly health: string;
  /** Names of settings that differ from their default; values of switches, numbers and choices only. */
  readonly settings: Readonly<Record<string, string>>;
  /** How many settings could not be read. */
  readonly problems: number;
  readonly keyStore: string;
  readonly providers: readonly ProviderDiagnostics[];
  readonly network: { readonly proxy: boolean; readonly certificateFile: boolean };
  /** The latest warnings and errors, the oldest first. */
  readonly lastErrors: readonly LogEntry[];
  /** Counters since the start. */
  readonly counters: Readonly<Record<string, number>>;
};
