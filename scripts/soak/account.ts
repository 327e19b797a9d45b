/** Compares what the services of the soak counted for each chat with what Rumbo's receipts hold. */
import type { AskResult } from '../../shared/protocol.ts';

/** One chat as its service accounts for it. */
export type AccountedChat = {
  /** The number of its case. */
  readonly number: number;
  readonly kind: string;
  /** `broken`: it had sent words when it broke off. */
  readonly outcome: 'whole' | 'broken';
  /** Tokens. */
  readonly input: number;
  readonly output: number;
  /** The stream holds these counts in some form; otherwise they have to be estimated. */
  readonly isReported: boolean;
};

export type AccountComparison = {
  /** Answers and broken attempts whose receipt counts less than the service does, or nothing. */
  readonly unpaid: number;
  /** Answers with other counts than reported. */
  readonly miscounted: number;
  /** Answers whose service reported no usage, or an impossible one. */
  readonly estimated: number;
};

export function compareAccounts(
  answers: readonly { readonly number: number; readonly result: AskResult }[],
  chats: readonly AccountedChat[],
): AccountComparison {
  const byNumber = Map.groupBy(chats, ({ number }) => number);
  let unpaid = 0;
  let miscounted = 0;
  let estimated = 0;
  for (const { number, result } of answers) {
    const { receipt } = result;
    const own = byNumber.get(number) ?? [];
    const answered = own.findLast(
      ({ kind, outcome }) => outcome === 'whole' && receipt.model.startsWith(`${kind}/`),
    );
    const { input, output } = receipt.usage;
    if (input === 0 || output === 0 || receipt.costUsd === 0) unpaid += 1;
    else if (answered?.isReported) {
      if (input < answered.input || output < answered.output) unpaid += 1;
      else if (input !== answered.input || output !== answered.output)
        miscounted += hasFailedTries(receipt) ? 0 : 1;
    } else if (answered) {
      estimated += 1;
      if (!receipt.usageEstimated) miscounted += 1;
    }
    const broken = own.filter(({ outcome }) => outcome === 'broken').length;
    const counted = receipt.attempts.filter(
      ({ usage, costUsd }) => usage && usage.input > 0 && costUsd !== 0,
    );
    unpaid += Math.max(0, broken - counted.length);
  }
  return { unpaid, miscounted, estimated };
}

/** The receipt includes tries that the service accepted and failed before their first word. */
const hasFailedTries = ({ reasons }: AskResult['receipt']): boolean =>
  reasons.some((reason) => reason.includes('that the service broke off are included'));
