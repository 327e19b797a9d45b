/** Headers and request fields that several engine definitions share. */
import type { ReasoningEffort } from '../../shared/chat.ts';
import type { WireFeatures } from '../../shared/features.ts';
import { nearestEffort } from '../wire/reasoning-efforts.ts';

type Headers = Readonly<Record<string, string>>;

/** `Authorization: Bearer …`; no header without a key. https://www.rfc-editor.org/rfc/rfc6750 */
export const bearer = (key: string | undefined): Headers =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** The key in a header of the service's own. */
export const keyHeader =
  (header: string) =>
  (key: string | undefined): Headers =>
    key === undefined ? {} : { [header]: key };

/**
 * For engines that apply the model's own chat template: the field by which Qwen, GLM and others do not think. Templates
 * without it ignore it. https://qwen.readthedocs.io/en/latest/deployment/vllm.html#thinking-non-thinking-modes
 */
export const templateWithoutThinking = () => ({ chat_template_kwargs: { enable_thinking: false } });

/** Thinking turned on or off for these engines, and the levels that gpt-oss has instead. */
export const templateEffort = (_model: string, effort: ReasoningEffort): object => {
  if (effort === 'none') return templateWithoutThinking();
  return {
    chat_template_kwargs: {
      enable_thinking: true,
      reasoning_effort: nearestEffort(['low', 'medium', 'high'], effort),
    },
  };
};

/** llama-server names a model without an alias by the path of its file; this is the file's name, so the path stays private. */
export const hideModelPath = (id: string): string =>
  /[\\/]/.test(id) && /\.gguf$/i.test(id)
    ? id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('\\')) + 1)
    : id;

/** What llama-server has otherwise than OpenAI, also where another program runs it. */
export const llamaServerFeatures = {
  topK: 'native',
  strictTools: 'none',
  customTools: 'mapped',
  prediction: 'none',
  serviceTier: 'none',
  answerCount: 'none',
  outputAudio: 'none',
  // It could be built to fetch addresses; by default it is not.
  imageUrls: 'none',
  imageDetail: 'none',
  documents: 'none',
  documentFiles: 'none',
} as const satisfies Partial<WireFeatures>;

/** A service that reads and writes text alone. */
export const textOnly = {
  images: 'none',
  imageUrls: 'none',
  imageDetail: 'none',
  documents: 'none',
  documentFiles: 'none',
  audio: 'none',
  outputAudio: 'none',
} as const satisfies Partial<WireFeatures>;
