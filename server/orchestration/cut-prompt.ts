/** Whether a model has read less of the prompt than it was sent. */
import type { Model } from '../../shared/models.ts';
import type { AnswerMeasurement } from '../metrics/meter.ts';

/** A prompt of which less than this share was read has been cut: estimates are less wrong than that. */
const minShareRead = 0.6;
/** Tokens. Of a shorter prompt an estimate may be further off, and it fits into every context. */
const minPredictedTokens = 512;

export type CutPromptFacts = {
  readonly model: Pick<Model, 'source'>;
  readonly measured: Pick<AnswerMeasurement, 'usage' | 'usageEstimated'>;
  /** Tokens of the prompt as this model was expected to count them. */
  readonly predictedTokens: number;
  /** Engines count a picture in very different ways, some not at all. */
  readonly hasImages: boolean;
};

/**
 * Some local engines drop what exceeds their context and answer as if nothing had happened: Ollama on `/v1` and before 0.12,
 * and servers that copy it. Services in the cloud reject such a prompt.
 */
export const isPromptCut = ({ model, measured, predictedTokens, hasImages }: CutPromptFacts): boolean =>
  model.source === 'local' &&
  !hasImages &&
  !measured.usageEstimated &&
  predictedTokens >= minPredictedTokens &&
  measured.usage.input < minShareRead * predictedTokens;
