/** What each wire format has of the features of a conversation. */
import type { WireName } from '../../shared/content.ts';
import { type Feature, features, type WireFeatures } from '../../shared/features.ts';
import type { WireSupport } from './wire-format.ts';

/** A new feature does not compile until the base says what a wire has of it. */
const textAndTools: WireFeatures = {
  temperature: 'native',
  topP: 'native',
  topK: 'none',
  frequencyPenalty: 'none',
  presencePenalty: 'none',
  seed: 'native',
  stop: 'native',
  toolChoice: 'native',
  parallelToolCalls: 'native',
  strictTools: 'none',
  toolNamespaces: 'mapped',
  customTools: 'mapped',
  hostedTools: 'none',
  metadata: 'native',
  jsonAnswer: 'mapped',
  jsonSchema: 'mapped',
  gbnfGrammar: 'none',
  larkGrammar: 'none',
  regexGrammar: 'none',
  reasoningEffort: 'none',
  reasoningBudget: 'none',
  reasoningSignatures: 'none',
  prediction: 'none',
  serviceTier: 'none',
  logprobs: 'none',
  answerCount: 'none',
  outputImages: 'none',
  outputAudio: 'none',
  cacheHints: 'none',
  images: 'native',
  imageUrls: 'none',
  imageFiles: 'none',
  imageDetail: 'none',
  documents: 'none',
  documentUrls: 'none',
  documentFiles: 'none',
  textDocuments: 'mapped',
  documentCitations: 'none',
  audio: 'none',
  toolResultImages: 'mapped',
  toolErrors: 'mapped',
  laterSystemMessages: 'mapped',
  refusals: 'mapped',
  hostedItems: 'none',
  assistantMedia: 'none',
};

export const openaiChatFeatures: WireFeatures = {
  ...textAndTools,
  frequencyPenalty: 'native',
  presencePenalty: 'native',
  strictTools: 'native',
  customTools: 'native',
  jsonAnswer: 'native',
  jsonSchema: 'native',
  reasoningEffort: 'native',
  reasoningBudget: 'mapped',
  prediction: 'native',
  serviceTier: 'native',
  logprobs: 'native',
  answerCount: 'native',
  outputAudio: 'native',
  // Prompts are cached without being asked.
  cacheHints: 'mapped',
  imageUrls: 'native',
  imageDetail: 'native',
  documents: 'native',
  documentFiles: 'native',
  audio: 'native',
  laterSystemMessages: 'native',
  refusals: 'native',
};
export const openaiResponsesFeatures: WireFeatures = {
  ...textAndTools,
  // The API has no field for either.
  stop: 'none',
  seed: 'none',
  strictTools: 'native',
  toolNamespaces: 'native',
  customTools: 'native',
  hostedTools: 'native',
  jsonAnswer: 'native',
  jsonSchema: 'native',
  reasoningEffort: 'native',
  reasoningBudget: 'mapped',
  reasoningSignatures: 'native',
  serviceTier: 'native',
  logprobs: 'native',
  outputImages: 'mapped',
  // Prompts are cached without being asked.
  cacheHints: 'mapped',
  imageUrls: 'native',
  imageFiles: 'native',
  imageDetail: 'native',
  documents: 'native',
  documentUrls: 'native',
  documentFiles: 'native',
  toolResultImages: 'native',
  laterSystemMessages: 'native',
  refusals: 'native',
  hostedItems: 'native',
  // Those that the service made itself go back as they came, others in a message of the user.
  assistantMedia: 'mapped',
};
/** This version of the API rejects sampling parameters, even at their defaults. */
export const anthropicMessagesFeatures: WireFeatures = {
  ...textAndTools,
  temperature: 'none',
  topP: 'none',
  seed: 'none',
  strictTools: 'native',
  hostedTools: 'native',
  jsonSchema: 'native',
  reasoningEffort: 'native',
  // Claude 4.5 has it; later models get the effort that it stands for.
  reasoningBudget: 'mapped',
  reasoningSignatures: 'native',
  cacheHints: 'native',
  imageUrls: 'native',
  imageFiles: 'native',
  documents: 'native',
  documentUrls: 'native',
  documentFiles: 'native',
  textDocuments: 'native',
  documentCitations: 'native',
  toolResultImages: 'native',
  toolErrors: 'native',
  hostedItems: 'native',
};
export const geminiFeatures: WireFeatures = {
  ...textAndTools,
  topK: 'native',
  frequencyPenalty: 'native',
  presencePenalty: 'native',
  parallelToolCalls: 'none',
  hostedTools: 'native',
  // Session and user have a field on Vertex AI only.
  metadata: 'none',
  jsonAnswer: 'native',
  jsonSchema: 'native',
  reasoningEffort: 'native',
  reasoningBudget: 'native',
  reasoningSignatures: 'native',
  serviceTier: 'native',
  logprobs: 'native',
  answerCount: 'native',
  outputImages: 'native',
  outputAudio: 'native',
  // Prompts are cached without being asked.
  cacheHints: 'mapped',
  imageUrls: 'native',
  imageFiles: 'native',
  documents: 'native',
  documentUrls: 'native',
  documentFiles: 'native',
  audio: 'native',
  toolResultImages: 'native',
  toolErrors: 'native',
  hostedItems: 'native',
  assistantMedia: 'native',
};
export const ollamaChatFeatures: WireFeatures = {
  ...textAndTools,
  topK: 'native',
  frequencyPenalty: 'native',
  presencePenalty: 'native',
  toolChoice: 'none',
  parallelToolCalls: 'none',
  metadata: 'none',
  jsonAnswer: 'native',
  jsonSchema: 'native',
  reasoningEffort: 'native',
  reasoningBudget: 'mapped',
  logprobs: 'native',
  // A loaded model keeps the prompt before.
  cacheHints: 'mapped',
  toolResultImages: 'native',
  laterSystemMessages: 'native',
};

/** What a wire has nothing for. */
export function missingFeatures(wire: WireFeatures): readonly Feature[] {
  const cached = missingBy.get(wire);
  if (cached) return cached;
  const missing = features.filter((feature) => wire[feature] === 'none');
  missingBy.set(wire, missing);
  return missing;
}

/** It is asked for with every request. */
const missingBy = new WeakMap<WireFeatures, readonly Feature[]>();

/** The support of a wire whose models differ. @param ofModel the same object for models that are alike */
export function modelSupport(
  name: WireName,
  service: WireFeatures,
  ofModel?: (model: string) => Partial<WireFeatures>,
): (model: string) => WireSupport {
  const support: WireSupport = { name, features: service };
  if (!ofModel) return () => support;
  const others = new Map<Partial<WireFeatures>, WireSupport>();
  return (model) => {
    const own = ofModel(model);
    const found = others.get(own) ?? { name, features: { ...service, ...own } };
    others.set(own, found);
    return found;
  };
}
