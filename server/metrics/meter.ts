/** Measures one attempt while it streams: its text, the time of its first text, its usage with that of each try. */
import type { AlternativeAnswer, EnginePart, FinishReason, PartialUsage, Usage } from '../../shared/chat.ts';
import type { AudioPart, ImagePart } from '../../shared/content.ts';
import { completeUsage, sumUsage } from './complete-usage.ts';

export type AnswerMeasurement = {
  readonly text: string;
  /** Milliseconds on the given clock. `null`: no text arrived. */
  readonly firstTokenAt: number | null;
  /** Of every try. */
  readonly usage: Usage;
  /** `true`: the service did not report all of it, or not believably, and part of it is an estimate. */
  readonly usageEstimated: boolean;
  readonly reason: FinishReason;
  /** The model that a gateway answered with instead. Absent: the requested one. */
  readonly servedBy?: string;
  /** The usage of each try that the service had accepted. Absent: there was one, and it did not fail. */
  readonly tries?: readonly Usage[];
  /** It wrote more than was reserved for it, and was cut off. Absent: it was not. */
  readonly isCutOff?: true;
  /** It broke off before anything that the model wrote had come. Absent: something came, or it ended. */
  readonly isSilent?: true;
  /** Names of calls that the output limit or a filter cut. Absent: none. */
  readonly cutCalls?: readonly string[];
};

/** A try that failed after the service had accepted it. */
export type BilledFailure = {
  /** What the service had reported. `undefined`: nothing. */
  readonly usage: PartialUsage | undefined;
  /** Parts of the answer had come; otherwise the engine may have sent the request again. */
  readonly hasParts: boolean;
};

/**
 * @param promptTokens estimated tokens of the prompt, used when the service does not report them
 * @param estimate tokens of a text
 */
export function meter(promptTokens: number, estimate: (text: string) => number, now: () => number) {
  let text = '';
  let reasoning = '';
  let outputBytes = 0;
  let calls = '';
  let firstTokenAt: number | null = null;
  let mediaTokens = 0;
  let hasParts = false;
  let finish: Extract<EnginePart, { type: 'finish' }> | undefined;
  const tokensOf = (written: string): number => (written === '' ? 0 : estimate(written));

  return {
    observe(part: EnginePart): void {
      hasParts = true;
      outputBytes += writtenBytes(part);
      if (part.type === 'text-delta' || part.type === 'refusal-delta') {
        firstTokenAt ??= now();
        text += part.text;
      } else if (part.type === 'reasoning-delta') {
        reasoning += part.text;
      } else if (part.type === 'tool-call') {
        calls += `${part.name} ${part.input}\n`;
      } else if (part.type === 'alternative') {
        calls += alternativeText(part);
      } else if (part.type === 'image' || part.type === 'audio') {
        mediaTokens += tokensOfMedia(part);
      } else if (part.type === 'text-retraction') {
        // It follows as reasoning.
        text = '';
        firstTokenAt = null;
      } else if (part.type === 'finish') {
        finish = part;
      }
    },
    /** UTF-8 bytes of all that the model has written so far. */
    outputBytes: (): number => outputBytes,
    /** @param failures those of this attempt, in their order */
    result(failures: readonly BilledFailure[] = []): AnswerMeasurement {
      const earlier = failures
        .filter((failure) => !failure.hasParts)
        .map(({ usage }) => completeUsage(usage, { input: promptTokens, output: 0, reasoning: 0 }));
      const thoughts = tokensOf(reasoning);
      const reported = finish
        ? (finish.usage ?? finish.partialUsage)
        : failures.find((failure) => failure.hasParts)?.usage;
      const last = completeUsage(reported, {
        input: promptTokens,
        output: tokensOf(text) + tokensOf(calls) + thoughts + mediaTokens,
        reasoning: thoughts,
      });
      const completed = hasParts || earlier.length === 0 ? [...earlier, last] : earlier;
      const tries = completed.map(({ usage }) => usage);
      return {
        text,
        firstTokenAt,
        usage: sumUsage(tries),
        usageEstimated: completed.some(({ usageEstimated }) => usageEstimated),
        reason: finish?.reason ?? 'other',
        ...(failures.length > 0 ? { tries } : {}),
        ...(finish || outputBytes > 0 || mediaTokens > 0 ? {} : { isSilent: true }),
        ...(finish?.servedBy === undefined ? {} : { servedBy: finish.servedBy }),
        ...(finish?.cutCalls ? { cutCalls: finish.cutCalls } : {}),
      };
    },
  };
}

/** UTF-8 bytes of what a model wrote in one part; media are no text. */
function writtenBytes(part: EnginePart): number {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
      return Buffer.byteLength(part.text);
    case 'tool-call':
      return Buffer.byteLength(part.name + part.input);
    case 'alternative':
      return Buffer.byteLength(alternativeText(part));
    default:
      return 0;
  }
}

const alternativeText = ({ text, toolCalls = [] }: AlternativeAnswer): string =>
  text + toolCalls.map(({ name, input }) => `${name} ${input}`).join('');

/** Tokens of a picture of usual size, and of a second of sound, as OpenAI counts them. */
const tokensPerImage = 1_300;
const audioTokensPerSecond = 20;
/** Bytes of a second of uncompressed sound, and of base64 for each byte. */
const audioBytesPerSecond = 48_000;
const base64PerByte = 4 / 3;

function tokensOfMedia(part: ImagePart | AudioPart): number {
  if (part.type === 'image') return tokensPerImage;
  if (!('data' in part)) return 0;
  return Math.ceil((part.data.length / base64PerByte / audioBytesPerSecond) * audioTokensPerSecond);
}
