/** What a list of models states that a model is for, in the fields of services, engines and gateways. Pure. */
import type { ListEntry } from './list-entries.ts';

const chatWord =
  /\b(?:chat|chats|llm|vlm|converse|conversational|messages|responses|instruct|language|text[-_ ]generation|text2text|image[-_ ]text[-_ ]to[-_ ]text|generatecontent|completion|completions|assistant)\b/;
const otherWord =
  /\b(?:embed|embeds|embeddings?|embedcontent|rerank(?:er|ing)?|score|classif\w*|moderations?|feature[-_ ]extraction|sentence[-_ ]similarity|image|images|image[-_ ]generation|images[-_ ]generations|text[-_ ]to[-_ ](?:image|speech|video|audio)|video|video[-_ ]generation|speech|audio|audio[-_ ](?:speech|transcriptions?|translations?)|asr|stt|tts|transcriptions?|automatic[-_ ]speech[-_ ]recognition|realtime|ocr|predict|search|guardrails?|vector[-_ ]store)\b/;

/** Fields that state the purpose as a word or words. */
const purposeFields = [
  'mode',
  'type',
  'task',
  'pipeline_tag',
  'model_type',
  'modelType',
  'category',
  'purpose',
  'kind',
  'sub_type',
  'subtype',
];
/** Fields that list what a model serves; one that does not list chat does not chat. */
const endpointFields = [
  'endpoints',
  'supported_endpoints',
  'supported_endpoint_types',
  'supportedGenerationMethods',
  'supported_generation_methods',
  'supported_methods',
  'inference_tasks',
  'tasks',
];

/** Whether the list states that a model chats. `undefined`: it states nothing about it. */
export function statedChat(entry: ListEntry): boolean | undefined {
  const { capabilities } = entry;
  for (const stated of [
    ofFlags(entry, [
      'chat',
      'supports_chat',
      'is_chat',
      'is_chat_model',
      'supports_chat_completion',
      'chat_completion',
    ]),
    ofCapabilities(capabilities),
    ...purposeFields.map((field) => ofWords(entry[field])),
    ...endpointFields.map((field) => ofEndpoints(entry[field])),
    ofModalities(entry),
  ])
    if (stated !== undefined) return stated;
  return undefined;
}

const ofFlags = (fields: ListEntry, names: readonly string[]): boolean | undefined =>
  names.map((name) => fields[name]).find((value) => typeof value === 'boolean');

/** Words that could belong to either, such as `model`, state nothing. */
function ofWords(value: unknown): boolean | undefined {
  const words = wordsIn(value);
  if (words.some((word) => chatWord.test(word))) return true;
  return words.some((word) => otherWord.test(word)) ? false : undefined;
}

function ofEndpoints(value: unknown): boolean | undefined {
  const words = wordsIn(value);
  if (words.length === 0) return undefined;
  if (words.some((word) => /chat|messages|responses|generatecontent|converse/.test(word))) return true;
  // Text completions take no conversation.
  return words.some((word) => /completion/.test(word) || otherWord.test(word)) ? false : undefined;
}

/** `"chat"`, `["chat", "tools"]`, `{name: "Text Generation"}`, in lower case. */
function wordsIn(value: unknown): readonly string[] {
  if (typeof value === 'string')
    return [value.toLowerCase().replace(/[/_]/g, (sign) => (sign === '/' ? ' ' : '-'))];
  if (Array.isArray(value)) return value.flatMap((each) => (typeof each === 'string' ? wordsIn(each) : []));
  if (typeof value === 'object' && value !== null) return wordsIn((value as ListEntry)['name']);
  return [];
}

function ofCapabilities(value: unknown): boolean | undefined {
  if (Array.isArray(value)) {
    const words = wordsIn(value);
    if (words.some((word) => chatWord.test(word))) return true;
    // A list of extras (`tools`, `vision`) states nothing about chat itself.
    return words.some((word) => /^(?:embed|rerank|moderation|transcription|speech)/.test(word))
      ? false
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as ListEntry;
  const chats = ofFlags(fields, [
    'completion_chat',
    'chat',
    'chat_completion',
    'chat_completions',
    'text_generation',
  ]);
  if (chats !== undefined) return chats;
  if (fields['embeddings'] === true || fields['embedding'] === true || fields['rerank'] === true)
    return false;
  // GitHub Copilot: `{type: "chat" | "embeddings"}`.
  return ofWords(fields['type']);
}

/** What writes no text does not chat. */
function ofModalities(entry: ListEntry): boolean | undefined {
  const architecture = (
    typeof entry['architecture'] === 'object' ? entry['architecture'] : null
  ) as ListEntry | null;
  const modality = [architecture?.['modality'], entry['modality']].find((value) => typeof value === 'string');
  const outputs = [
    architecture?.['output_modalities'],
    entry['output_modalities'],
    entry['outputModalities'],
    typeof modality === 'string' ? modality.split('->')[1]?.split('+') : undefined,
  ].find((value): value is unknown[] => Array.isArray(value));
  if (!outputs) return undefined;
  if (!hasText(outputs)) return false;
  const inputs = [
    architecture?.['input_modalities'],
    entry['input_modalities'],
    modality?.split('->')[0]?.split('+'),
  ].find((value): value is unknown[] => Array.isArray(value));
  return inputs && hasText(inputs) ? true : undefined;
}

/** Bedrock writes modalities in capitals. */
const hasText = (modalities: readonly unknown[]): boolean =>
  modalities.some((each) => String(each).toLowerCase() === 'text');

/** Words of a name that tell another purpose: not their letters within another word (`safeguard`, `embedded`). */
const otherPurpose =
  /(?:^|[^a-z])(?:embed(?:dings?\w*|(?:s|der)?\d*)|re-?rank(?:er|ing)?\d*|whisper|tts|moderation|guard)(?![a-z])/i;

/** Whether a name suggests another purpose than chat; only for models of which nothing is stated. */
export const namesOtherPurpose = (name: string): boolean => otherPurpose.test(name);
