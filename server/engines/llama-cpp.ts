/** llama-server of llama.cpp, with one model or as a router. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import { llamaInfill, llamaLimits } from '../wire/llama-infill.ts';
import { openaiChat } from '../wire/openai-chat.ts';
import { openaiEmbeddings } from '../wire/openai-embeddings.ts';
import { openaiText } from '../wire/openai-fim.ts';
import { tokenCountFormat } from '../wire/token-count.ts';
import { baseName, bearer, templateWithoutThinking } from './define.ts';
import type { EngineDefinition } from './engine.ts';

const chat = openaiChat({
  maxTokensField: 'max_tokens',
  forcedTool: 'only-offered',
  // Without an alias the id is the path of the file. With one model any name is taken, so the path stays private.
  modelName: (id) => (/[\\/].*\.gguf$/i.test(id) ? baseName(id) : id),
  // A beginning is continued unasked, but refused from a model that is to think first.
  prefill: { body: templateWithoutThinking() },
  thinkingOffFields: templateWithoutThinking,
});

export const llamaCpp: EngineDefinition = {
  kind: 'llama-cpp',
  label: 'llama.cpp',
  source: 'local',
  baseUrl: 'http://127.0.0.1:8080',
  version: 'v1',
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
