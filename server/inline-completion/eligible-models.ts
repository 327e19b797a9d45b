/** The models that may generate for one position, best first. */
import { isFreeModel } from '../routing/price.ts';
import type { Activation } from './activation.ts';
import type { CompletionContext } from './completion-context.ts';
import { type DocumentStore, isCurrentIn } from './documents.ts';
import type { FilePolicy } from './file-policy.ts';
import type { RankedModel } from './rank-models.ts';
import type { RankedModels } from './ranked-models.ts';

export type EligibleModelsDeps = {
  readonly activation: Pick<Activation, 'isOn'>;
  readonly policy: Pick<FilePolicy, 'denial' | 'isLocalOnly'>;
  readonly documents: Pick<DocumentStore, 'get'>;
  readonly models: Pick<RankedModels, 'ranking'>;
};

const charactersPerToken = 3.6;

export type EligibleModels = (context: CompletionContext) => readonly RankedModel[];

export const eligibleModels =
  ({ activation, policy, documents, models }: EligibleModelsDeps): EligibleModels =>
  (context) => {
    if (!activation.isOn() || policy.denial(context)) return [];
    const characters = context.before.length + context.after.length;
    const tokens = Math.ceil(characters / charactersPerToken);
    const { ranked } = models.ranking(policy.isLocalOnly(context), tokens);
    // A position that the user has not reached is a guess, which must cost nothing.
    const isGuess = !isCurrentIn(documents.get(context.uri), context);
    return isGuess ? ranked.filter(({ model }) => isFreeModel(model)) : ranked;
  };
