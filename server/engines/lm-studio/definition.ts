/** LM Studio's server. https://lmstudio.ai/docs/developer */
import { join } from 'node:path';
import { openaiChat } from '../../wire/openai-chat.ts';
import { openaiEmbeddings } from '../../wire/openai-embeddings.ts';
import { openaiText } from '../../wire/openai-fim.ts';
import { bearer, llamaServerFeatures } from '../define.ts';
import type { EngineDefinition } from '../engine.ts';
import { lmStudioDetails } from './details.ts';
import { lmStudioFingerprint } from './fingerprint.ts';
import { lmStudioLifecycle } from './lifecycle.ts';
import { lmStudioModelNames } from './model-names.ts';
import { lmStudioPullNames } from './pull-names.ts';

export const lmStudio: EngineDefinition = {
  kind: 'lm-studio',
  label: 'LM Studio',
  source: 'local',
  baseUrl: 'http://127.0.0.1:1234',
  version: 'v1',
  basePath: (path) => path.replace(/\/(?:v\d+|api)(?:\/.*)?$/s, ''),
  key: 'optional',
  readme: {
    docs: 'https://lmstudio.ai/docs/developer',
    chat: 'Chat Completions',
    verifiedBy: 'a fake after its documents',
  },
  headers: bearer,
  wire: {
    ...openaiChat({
      maxTokensField: 'max_tokens',
      // It rejects a choice that is an object. https://github.com/alibaba/page-agent/issues/367
      forcedTool: 'only-offered',
      features: {
        ...llamaServerFeatures,
        parallelToolCalls: 'none',
        // It takes a schema only. https://lmstudio.ai/docs/developer/openai-compat/structured-output
        jsonAnswer: 'mapped',
        reasoningEffort: 'none',
        reasoningBudget: 'none',
        logprobs: 'none',
        audio: 'none',
      },
    }),
    text: openaiText(),
    embeddings: openaiEmbeddings(),
    // Its own list, since version 0.4, tells what models can do.
    modelsPath: '/../api/v1/models',
    fallbackModelsPath: '/models',
  },
  modelNames: lmStudioModelNames,
  // https://lmstudio.ai/docs/app/advanced/per-model
  defaultContextTokens: 4_096,
  fingerprint: lmStudioFingerprint,
  details: lmStudioDetails,
  lifecycle: (api, label) => lmStudioLifecycle(api, label),
  modelFolders: (_env, home) => [
    join(home, '.lmstudio', 'models'),
    join(home, '.cache', 'lm-studio', 'models'),
  ],
  pullNames: lmStudioPullNames,
};
