/** The responses of each kind of local model server to discovery; llama.cpp's are recorded. */
import type { PageServer } from './page-server.ts';
import { recordedPages } from './recorded-server.ts';

type Pages = PageServer['pages'];

const list = (ownedBy: string, ...names: string[]) => ({
  body: {
    object: 'list',
    data: names.map((id) => ({ id, object: 'model', created: 1, owned_by: ownedBy, max_model_len: 4096 })),
  },
});
const error = (status: number, body: unknown, headers = {}) => ({ status, body, headers });

/** https://github.com/ollama/ollama/blob/main/docs/api.md */
export const ollamaPages: Pages = {
  '/': { body: 'Ollama is running' },
  '/api/version': { body: { version: '0.33.0' } },
  '/api/tags': { body: { models: [{ name: 'qwen3:8b', model: 'qwen3:8b', size: 1, digest: '500a' }] } },
  '/v1/models': list('library', 'qwen3:8b'),
};

/** Docker Model Runner also answers as Ollama does. https://docs.docker.com/ai/model-runner/api-reference/ */
export const dockerPages: Pages = {
  '/': { body: 'Docker Model Runner is running' },
  '/version': { body: { version: '1.0.4' } },
  '/engines/status': { body: { 'llama.cpp': 'Running: llama.cpp latest', vllm: 'Not Installed' } },
  '/api/version': { body: { version: '0.1.0' } },
  '/api/tags': { body: { models: [{ name: 'ai/smollm2:latest', size: 0, digest: 'sha256:1' }] } },
  '/v1/models': list('docker', 'ai/smollm2:latest'),
};

export const llamaPages: Pages = recordedPages('llama-cpp', ['root', 'props', 'v1-models']);
export const llamaRouterPages: Pages = recordedPages('llama-cpp', [
  'root',
  'router-props',
  'router-v1-models',
]);
export const llamaLoadingPages: Pages = recordedPages('llama-cpp', [
  'loading-root',
  'loading-props',
  'loading-models',
]);
export const llamaWithKeyPages: Pages = recordedPages('llama-cpp', [
  'auth-nokey-',
  'auth-nokey-props',
  'auth-nokey-v1-models',
]);

/** LM Studio answers every path, unknown ones with an error in a 200. https://lmstudio.ai/docs/developer */
export const lmStudioUnknown = { body: { error: 'Unexpected endpoint or method. (GET /)' } };
export const lmStudioPages: Pages = {
  '/lmstudio-greeting': { body: { lmstudio: true } },
  '/api/v1/models': { body: { models: [{ type: 'llm', key: 'qwen/qwen3-4b', loaded_instances: [] }] } },
  '/v1/models': list('organization_owner', 'qwen/qwen3-4b'),
};

const uvicorn = { server: 'uvicorn' };
const notFound = error(404, { detail: 'Not Found' }, uvicorn);
/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
export const vllmPages: Pages = {
  '/': notFound,
  '/version': { body: { version: '0.14.1' }, headers: uvicorn },
  '/health': { headers: uvicorn },
  '/v1/models': { ...list('vllm', 'Qwen/Qwen3-8B'), headers: uvicorn },
};
export const vllmWithKeyPages: Pages = {
  ...vllmPages,
  '/v1/models': error(401, { error: 'Unauthorized' }, uvicorn),
};
export const sglangPages: Pages = {
  '/': notFound,
  '/get_model_info': { body: { model_path: 'meta/llama', is_generation: true }, headers: uvicorn },
  '/v1/models': { ...list('sglang', 'meta/llama'), headers: uvicorn },
};
/** LiteLLM's root is a web page. */
const litellmRoot = {
  body: '<!DOCTYPE html><title>LiteLLM API</title>',
  headers: { 'content-type': 'text/html' },
};
const litellmAlive = { body: '"I\'m alive!"', headers: { 'content-type': 'application/json' } };
export const litellmPages: Pages = {
  '/': litellmRoot,
  '/health/liveliness': litellmAlive,
  '/v1/models': {
    body: {
      object: 'list',
      data: [{ id: 'team/large', object: 'model', created: 1_677_610_602, owned_by: 'openai' }],
    },
  },
};
export const litellmWithKeyPages: Pages = {
  '/': litellmRoot,
  '/health/liveliness': litellmAlive,
  '/v1/models': {
    status: 401,
    body: { error: { message: 'Authentication Error, No api key passed in.', type: 'auth_error' } },
  },
};
/** Any copy of OpenAI's interface. */
export const copyPages: Pages = { '/': { body: 'hello' }, '/v1/models': list('me', 'mine') };
