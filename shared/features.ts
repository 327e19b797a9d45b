/** Everything a conversation can hold beyond text and plain tools, and what follows for a model that has no equivalent. One row per feature. */
import type { Abilities } from './abilities.ts';

export type FeaturePolicy = {
  /** In a sentence: “… was left out”, “Its service does not support …”. */
  readonly label: string;
  /**
   * What follows where a model has nothing for it. `drop`: it answers without, and the receipt says so. `exclude`: it does not
   * answer, since the answer would be another one.
   */
  readonly withoutSupport: 'drop' | 'exclude';
  /** The ability that a model needs for it. Absent: it depends on the service alone. */
  readonly ability?: keyof Abilities;
};

const row = (
  label: string,
  withoutSupport: FeaturePolicy['withoutSupport'],
  ability?: keyof Abilities,
): FeaturePolicy => ({ label, withoutSupport, ...(ability ? { ability } : {}) });

export const featurePolicies = {
  temperature: row('temperature', 'drop'),
  topP: row('topP', 'drop'),
  topK: row('topK', 'drop'),
  frequencyPenalty: row('frequencyPenalty', 'drop'),
  presencePenalty: row('presencePenalty', 'drop'),
  seed: row('seed', 'drop'),
  // The caller reads the answer as one that ends at these texts, or that holds this call.
  stop: row('stop', 'exclude'),
  toolChoice: row('toolChoice', 'exclude'),
  parallelToolCalls: row('parallelToolCalls', 'drop'),
  strictTools: row('a strict tool schema', 'drop'),
  toolNamespaces: row('a namespace of tools', 'exclude'),
  customTools: row('a tool that takes plain text', 'exclude'),
  hostedTools: row('a tool of another service', 'drop'),
  metadata: row('metadata', 'drop'),
  jsonAnswer: row('an answer in JSON', 'exclude'),
  jsonSchema: row('an answer by a JSON Schema', 'exclude'),
  gbnfGrammar: row('an answer by a GBNF grammar', 'exclude'),
  larkGrammar: row('an answer by a Lark grammar', 'exclude'),
  regexGrammar: row('an answer by a regular expression', 'exclude'),
  reasoningEffort: row('a reasoning effort', 'drop', 'reasoning'),
  reasoningBudget: row('a reasoning budget', 'drop', 'reasoning'),
  reasoningSignatures: row('reasoning of another service', 'drop'),
  prediction: row('prediction', 'drop'),
  serviceTier: row('serviceTier', 'drop'),
  logprobs: row('logprobs', 'exclude'),
  answerCount: row('several answers', 'exclude'),
  outputImages: row('pictures in the answer', 'exclude', 'imageOutput'),
  outputAudio: row('sound in the answer', 'exclude', 'audioOutput'),
  cacheHints: row('a prompt-cache hint', 'drop'),
  images: row('a picture', 'exclude', 'vision'),
  imageUrls: row('a picture by its address', 'exclude', 'vision'),
  imageFiles: row('an uploaded picture', 'exclude', 'vision'),
  imageDetail: row('the detail of a picture', 'drop'),
  documents: row('a PDF document', 'exclude', 'documents'),
  documentUrls: row('a document by its address', 'exclude', 'documents'),
  documentFiles: row('an uploaded document', 'exclude', 'documents'),
  textDocuments: row('a document of plain text', 'exclude'),
  documentCitations: row('citations', 'drop'),
  audio: row('sound', 'exclude', 'audio'),
  toolResultImages: row('a picture in a tool’s result', 'exclude', 'vision'),
  toolErrors: row('the mark of a failed tool', 'exclude'),
  laterSystemMessages: row('instructions in the middle of the conversation', 'exclude'),
  refusals: row('the mark of a refusal', 'exclude'),
  hostedItems: row('an item of another service’s own tools', 'drop'),
  assistantMedia: row('a picture or sound of an earlier answer', 'drop'),
} as const satisfies Record<string, FeaturePolicy>;

export type Feature = keyof typeof featurePolicies;

export const features = Object.keys(featurePolicies) as readonly Feature[];

/** `native`: the wire format has it. `mapped`: the request is encoded with an equivalent. `none`: there is nothing for it. */
export type FeatureSupport = 'native' | 'mapped' | 'none';
export type WireFeatures = Readonly<Record<Feature, FeatureSupport>>;
