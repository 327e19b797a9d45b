/** Docker Model Runner. https://docs.docker.com/ai/model-runner/api-reference/ */
import { join } from 'node:path';
import { openaiChat } from '../../wire/openai-chat.ts';
import { openaiEmbeddings } from '../../wire/openai-embeddings.ts';
import { openaiText } from '../../wire/openai-fim.ts';
import { bearer, llamaServerFeatures, templateEffort } from '../define.ts';
import type { EngineDefinition } from '../engine.ts';
import { dockerDetails } from './details.ts';
import { dockerFingerprint } from './fingerprint.ts';
import { dockerLifecycle } from './lifecycle.ts';
import { dockerModelNames } from './model-names.ts';
import { dockerPullNames } from './pull-names.ts';

export const dockerModelRunner: EngineDefinition = {
  kind: 'docker-model-runner',
  label: 'Docker Model Runner',
  source: 'local',
  baseUrl: 'http://127.0.0.1:12434/engines',
  version: 'v1',
  key: 'optional',
  basePath: (path) =>
    `${path.replace(/\/(?:engines|v1|models|api|anthropic)(?:\/.*)?$/s, '').replace(/\/$/, '')}/engines`,
  addressVariables: ['DMR_BASE_URL', 'MODEL_RUNNER_HOST'],
  readme: {
    docs: 'https://docs.docker.com/ai/model-runner/api-reference/',
    chat: 'Chat Completions',
    verifiedBy: 'a fake after its source',
  },
  headers: bearer,
  baseUrlFromEnv: (env) => baseUrlOfHost(env['DMR_BASE_URL']) ?? baseUrlOfHost(env['MODEL_RUNNER_HOST']),
  wire: {
    ...openaiChat({
      maxTokensField: 'max_tokens',
      forcedTool: 'only-offered',
      effortFields: templateEffort,
      features: llamaServerFeatures,
    }),
    // Its engine's own infill is not passed on.
    text: openaiText(),
    embeddings: openaiEmbeddings(),
  },
  modelNames: dockerModelNames,
  fingerprint: dockerFingerprint,
  details: dockerDetails,
  lifecycle: (api, label) => dockerLifecycle(api, label),
  // Inside Docker's own disk image they are not visible from here; Docker Desktop keeps them in the user's home.
  modelFolders: (env, home) => [env['MODELS_PATH'], join(home, '.docker', 'models')],
  pullNames: dockerPullNames,
};

/**
 * The address as Docker's own tools take it, without a path, or as OpenAI's clients do, with `/engines/v1`.
 * `undefined` when it is not set or no address of a web server.
 */
function baseUrlOfHost(host: string | undefined): string | undefined {
  const value = host?.trim().replace(/^["']|["']$/g, '');
  if (!value) return undefined;
  const url = URL.parse(/^[a-z]+:\/\//i.test(value) ? value : `http://${value}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  const path = url.pathname.replace(/(?<!\/)\/+$/, '');
  return `${url.origin}${path || '/engines'}`;
}
