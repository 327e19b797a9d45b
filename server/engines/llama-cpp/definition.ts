/** llama-server of llama.cpp, with one model or as a router. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import { join } from 'node:path';
import { llamaInfill, llamaLimits } from '../../wire/llama-infill.ts';
import { openaiChat } from '../../wire/openai-chat.ts';
import { responseFormat } from '../../wire/openai-chat-fields.ts';
import { openaiEmbeddings } from '../../wire/openai-embeddings.ts';
import { openaiText } from '../../wire/openai-fim.ts';
import { tokenCountFormat } from '../../wire/token-count.ts';
import {
  bearer,
  hideModelPath,
  llamaServerFeatures,
  templateEffort,
  templateWithoutThinking,
} from '../define.ts';
import type { EngineDefinition } from '../engine.ts';
import { llamaCppDetails } from './details.ts';
import { llamaCppFingerprint } from './fingerprint.ts';
import { llamaCppLifecycle } from './lifecycle.ts';
import { llamaModelNames } from './model-names.ts';
import { llamaCppPullNames } from './pull-names.ts';

const chat = openaiChat({
  maxTokensField: 'max_tokens',
  forcedTool: 'only-offered',
  // With one model, llama-server accepts any name.
  modelName: hideModelPath,
  // A prefix is continued by default, but rejected for a model that thinks first.
  prefill: { body: templateWithoutThinking() },
  effortFields: templateEffort,
  formatFields: (format) =>
    format.type === 'grammar' ? { grammar: format.grammar.text } : responseFormat(format),
  // https://github.com/ggml-org/llama.cpp/tree/master/tools/server#post-v1chatcompletions-openai-compatible-chat-completions-api
  features: { ...llamaServerFeatures, gbnfGrammar: 'native' },
});

export const llamaCpp: EngineDefinition = {
  kind: 'llama-cpp',
  label: 'llama.cpp',
  source: 'local',
  baseUrl: 'http://127.0.0.1:8080',
  version: 'v1',
  basePath: (path) => path.replace(/\/v1(?:\/.*)?$/s, ''),
  key: 'optional',
  addressVariables: ['LLAMA_ARG_HOST', 'LLAMA_ARG_PORT'],
  readme: {
    docs: 'https://github.com/ggml-org/llama.cpp/tree/master/tools/server',
    chat: 'Chat Completions, one model or router',
    verifiedBy: 'the real llama.cpp, and recorded exchanges of a real `llama-server`',
  },
  headers: bearer,
  baseUrlFromEnv: baseUrlOfArguments,
  wire: {
    ...chat,
    fill: llamaInfill,
    text: openaiText(llamaLimits),
    count: tokenCountFormat(
      chat.chat(''),
      '/chat/completions/input_tokens',
      ['model', 'messages', 'tools', 'tool_choice', 'chat_template_kwargs'],
      'input_tokens',
    ),
    embeddings: openaiEmbeddings(),
  },
  modelNames: llamaModelNames,
  fingerprint: llamaCppFingerprint,
  details: llamaCppDetails,
  lifecycle: (api, label) => llamaCppLifecycle(api, label),
  modelFolders: (env, home) => [
    env['LLAMA_CACHE'],
    env['HF_HUB_CACHE'],
    env['HF_HOME'] && join(env['HF_HOME'], 'hub'),
    join(home, '.cache', 'huggingface', 'hub'),
    join(home, '.cache', 'llama.cpp'),
    join(home, 'Library', 'Caches', 'llama.cpp'),
    env['LOCALAPPDATA'] && join(env['LOCALAPPDATA'], 'llama.cpp'),
  ],
  pullNames: llamaCppPullNames,
};

/**
 * Where a llama-server started with the same environment listens: `LLAMA_ARG_HOST`, `LLAMA_ARG_PORT`. `undefined` when
 * neither is set, or they name a socket file or no address.
 */
function baseUrlOfArguments(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const host = env['LLAMA_ARG_HOST']?.trim() ?? '';
  const port = env['LLAMA_ARG_PORT']?.trim() ?? '';
  if ((!host && !port) || /[/@?#\\]|\.sock$/.test(host) || !/^\d*$/.test(port)) return;
  // Addresses that mean “listen everywhere” are reached on loopback.
  const name = host === '' || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = URL.parse(`http://${name.includes(':') ? `[${name}]` : name}:${port || '8080'}`);
  return url?.origin;
}
