/** vLLM, on this machine or another. https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
import type { ResponseFormat } from '../../../shared/chat.ts';
import { openaiChat } from '../../wire/openai-chat.ts';
import { responseFormat } from '../../wire/openai-chat-fields.ts';
import { openaiEmbeddings } from '../../wire/openai-embeddings.ts';
import { openaiText } from '../../wire/openai-fim.ts';
import { tokenCountFormat } from '../../wire/token-count.ts';
import { bearer, templateEffort } from '../define.ts';
import type { EngineDefinition } from '../engine.ts';
import { vllmFingerprint } from './fingerprint.ts';

const chat = openaiChat({
  maxTokensField: 'max_tokens',
  prefill: { body: { continue_final_message: true, add_generation_prompt: false } },
  effortFields: templateEffort,
  formatFields: structuredOutput,
  // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#chat-api
  features: {
    topK: 'native',
    gbnfGrammar: 'native',
    regexGrammar: 'native',
    strictTools: 'none',
    customTools: 'mapped',
    prediction: 'none',
    serviceTier: 'none',
    outputAudio: 'none',
    imageDetail: 'none',
    documents: 'none',
    documentFiles: 'none',
  },
});

export const vllm: EngineDefinition = {
  kind: 'vllm',
  label: 'vLLM',
  source: 'local',
  baseUrl: 'http://127.0.0.1:8000',
  version: 'v1',
  basePath: (path) => path.replace(/\/v1(?:\/.*)?$/s, ''),
  key: 'optional',
  // Its scheduler batches whatever comes, 256 sequences at a time and more unless `--max-num-seqs` says less.
  parallelRequests: 64,
  readme: {
    docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
    chat: 'Chat Completions',
    verifiedBy: 'a fake after its source',
  },
  headers: bearer,
  wire: {
    ...chat,
    text: openaiText(),
    embeddings: openaiEmbeddings(),
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#tokenizer-api
    count: tokenCountFormat(
      chat.chat(''),
      '/../tokenize',
      ['model', 'messages', 'tools', 'continue_final_message', 'add_generation_prompt'],
      'count',
    ),
  },
  fingerprint: vllmFingerprint,
};

/** https://docs.vllm.ai/en/latest/features/structured_outputs.html */
function structuredOutput(format: ResponseFormat): object {
  if (format.type !== 'grammar') return responseFormat(format);
  const { syntax, text } = format.grammar;
  return { structured_outputs: syntax === 'regex' ? { regex: text } : { grammar: text } };
}
