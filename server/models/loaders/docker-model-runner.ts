/** Docker Model Runner's models. https://docs.docker.com/ai/model-runner/api-reference/ */
import * as z from 'zod';
import type { NativeInterface } from './native.ts';
import {
  bytesOf,
  Count,
  entriesOf,
  known,
  licenceOf,
  Metadata,
  part,
  Text,
  trainedContextOf,
  Words,
} from './reading.ts';

const Entry = z.object({
  id: z.string(),
  tags: Words,
  config: part({
    quantization: Text,
    parameters: Text,
    architecture: Text,
    size: Text,
    context_size: Count,
    gguf: Metadata,
  }),
});

export const dockerModels: NativeInterface = {
  kind: 'docker-model-runner',
  async list(ask, signal) {
    return entriesOf(await ask({ path: '/models' }, signal), undefined, Entry).map(({ id, tags, config }) => {
      const embeds = config?.architecture === undefined ? undefined : /bert/i.test(config.architecture);
      return {
        name: tags?.[0] ?? id,
        version: id,
        finding: known({
          chat: embeds === undefined ? undefined : !embeds,
          embedding: embeds,
          sizeBytes: bytesOf(config?.size),
          contextTokens: config?.context_size,
          trainedContextTokens: trainedContextOf(config?.gguf),
          parameters: config?.parameters,
          quantisation: config?.quantization,
          licence: licenceOf(config?.gguf),
        }),
      };
    });
  },
};
