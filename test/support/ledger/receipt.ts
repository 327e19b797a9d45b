/** A receipt of an answer by `p/m` in the planner's role. */
import { noUsage } from '../../../shared/chat.ts';
import type { Receipt } from '../../../shared/receipts.ts';

export const receiptOf = (id: string, costUsd: number | null, at: number): Receipt => ({
  id,
  at: new Date(at).toISOString(),
  role: 'planner',
  task: 'planning',
  difficulty: 0.5,
  model: 'p/m',
  cached: false,
  attempts: [],
  usage: noUsage,
  usageEstimated: false,
  costUsd,
  timeToFirstTokenMs: 1,
  totalMs: 2,
  finishReason: 'stop',
  takeovers: [],
  // It is stored nowhere.
  reasons: ['because of the secret project'],
});
