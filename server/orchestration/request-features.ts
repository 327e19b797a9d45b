/** The features that a request uses, and what follows for a model that has nothing for one. */
import type { AskParams } from '../../shared/ask.ts';
import type { Message } from '../../shared/chat.ts';
import type { ImagePart } from '../../shared/content.ts';
import { type Feature, featurePolicies } from '../../shared/features.ts';
import { functionTools, type MessagePart } from '../../shared/message-parts.ts';

/** The features that the request uses and that a model may have nothing for, by what follows from that. */
export function requestFeatures(params: AskParams): Record<'drop' | 'exclude', readonly Feature[]> {
  const used = new Set<Feature>();
  addFields(used, params);
  addTools(used, params);
  if (params.messages) addMessages(used, params.messages);
  if (used.size === 0) return plain;
  const all = [...used];
  return {
    drop: all.filter((feature) => featurePolicies[feature].withoutSupport === 'drop'),
    exclude: all.filter((feature) => featurePolicies[feature].withoutSupport === 'exclude'),
  };
}

const plain = { drop: [], exclude: [] } as const;

/** Fields that are a feature each, under the same name. */
const fields = [
  'temperature',
  'topP',
  'topK',
  'frequencyPenalty',
  'presencePenalty',
  'seed',
  'stop',
  'parallelToolCalls',
  'metadata',
  'prediction',
  'serviceTier',
  'logprobs',
] as const satisfies readonly (Feature & keyof AskParams)[];

function addFields(used: Set<Feature>, params: AskParams): void {
  for (const field of fields) if (params[field] !== undefined) used.add(field);
  const { toolChoice, reasoning, responseFormat, answerCount = 1, output } = params;
  // Every service honours `auto` and `none`.
  if (toolChoice !== undefined && toolChoice !== 'auto' && toolChoice !== 'none') used.add('toolChoice');
  if (reasoning?.effort !== undefined) used.add('reasoningEffort');
  if (reasoning?.budgetTokens !== undefined) used.add('reasoningBudget');
  if (responseFormat?.type === 'grammar') used.add(`${responseFormat.grammar.syntax}Grammar`);
  else if (responseFormat) used.add(responseFormat.schema ? 'jsonSchema' : 'jsonAnswer');
  if (answerCount > 1) used.add('answerCount');
  if (output?.images) used.add('outputImages');
  if (output?.audio) used.add('outputAudio');
}

function addTools(used: Set<Feature>, { tools = [] }: AskParams): void {
  for (const tool of tools) {
    if (tool.type === 'custom') used.add('customTools');
    if (tool.type === 'hosted') used.add('hostedTools');
    else if (tool.namespace !== undefined) used.add('toolNamespaces');
  }
  for (const { isStrict, cache } of functionTools(tools)) {
    if (isStrict) used.add('strictTools');
    if (cache) used.add('cacheHints');
  }
}

function addMessages(used: Set<Feature>, messages: readonly Message[]): void {
  let hasOther = false;
  for (const message of messages) {
    if (message.role !== 'system') hasOther = true;
    else if (hasOther) used.add('laterSystemMessages');
    if (message.role === 'tool' && message.isError) used.add('toolErrors');
    if (typeof message.content === 'string') continue;
    for (const part of message.content) addPart(used, message.role, part);
  }
}

function addPart(used: Set<Feature>, role: Message['role'], part: MessagePart): void {
  if ('cache' in part && part.cache) used.add('cacheHints');
  switch (part.type) {
    case 'image':
      if (role === 'assistant') used.add('assistantMedia');
      else addImage(used, role, part);
      return;
    case 'document':
      if (part.isCited) used.add('documentCitations');
      if ('text' in part) used.add('textDocuments');
      else if ('url' in part) used.add('documentUrls');
      else used.add('fileId' in part ? 'documentFiles' : 'documents');
      return;
    case 'audio':
      used.add(role === 'assistant' ? 'assistantMedia' : 'audio');
      return;
    case 'reasoning':
      if (part.signature) used.add('reasoningSignatures');
      return;
    case 'refusal':
      used.add('refusals');
      return;
    case 'hosted':
      used.add('hostedItems');
  }
}

function addImage(used: Set<Feature>, role: Message['role'], part: ImagePart): void {
  if (part.detail && part.detail !== 'auto') used.add('imageDetail');
  if (role === 'tool') used.add('toolResultImages');
  else if ('url' in part) used.add('imageUrls');
  else used.add('fileId' in part ? 'imageFiles' : 'images');
}
