/** The outcome of one attempt, for ledger, metrics, statistics, health and log. */
import type { Usage } from '../../shared/chat.ts';
import type { ErrorKind } from '../../shared/error-policies.ts';
import type { Model } from '../../shared/models.ts';
import type { Receipt } from '../../shared/receipts.ts';
import type { TaskType } from '../../shared/tasks.ts';

/** One try at one model, when it has ended. It never holds a prompt or an answer. */
export type AttemptRecord = {
  /** The id of the request, as its receipt has it. Absent: ghost text. */
  readonly requestId?: string;
  /** The request path that sent it. */
  readonly kind: 'ask' | 'inline';
  readonly model: Model;
  readonly role: string | null;
  readonly task: TaskType;
  /** `stopped`: the reader had enough of it before its end. */
  readonly outcome: 'ok' | 'stopped' | ErrorKind;
  /** Milliseconds from sending to the end. */
  readonly ms: number;
  /** Milliseconds from sending to the first text. `null`: none came. */
  readonly firstTextMs: number | null;
  /** Milliseconds from sending to the first part of any type. `null`: none came. Absent: not measured. */
  readonly firstPartMs?: number | null;
  /** What is billed. Zeros: the service did not accept the request. */
  readonly usage: Usage;
  /** The service did not report all of it. */
  readonly usageEstimated: boolean;
  /** How often the service accepted the request. Absent: once at most. */
  readonly tries?: number;
  /** The engine has read less of the prompt than it was sent. Absent: it has not, or it is not known. */
  readonly promptCut?: boolean;
  /** US dollars. `null`: the price is unknown. */
  readonly costUsd: number | null;
  /** Tokens of the prompt by our own estimate. */
  readonly estimatedPromptTokens: number;
  /** The row of the ledger. Absent: ghost text, which the ledger sums up, or nothing is billed. */
  readonly receipt?: Receipt;
  /** The id of its reservation. Absent: nothing was reserved, or ghost text. */
  readonly lease?: string;
};
