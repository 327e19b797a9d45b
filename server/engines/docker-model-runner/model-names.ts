/** Names of Docker Model Runner's models. https://github.com/docker/model-runner/blob/main/pkg/distribution/internal/store */
import type { ModelNames } from '../model-names.ts';

/** `smollm2`, `ai/smollm2` and `docker.io/ai/smollm2:latest` are one model. Digests stay as they are. */
export const dockerModelNames: ModelNames = {
  canonical(name) {
    if (/^sha256:/.test(name)) return name;
    const short = name
      .replace(/^(?:https?:\/\/)?(?:(?:index|registry-1)\.)?docker\.io\//i, '')
      .replace(/^(?:https?:\/\/)?(?:hf\.co|huggingface\.co)\//i, 'huggingface.co/');
    const [, path = short, tag = 'latest'] = /^(.*?)(?::([^/:]+))?$/.exec(short) ?? [];
    return `${path.includes('/') ? '' : 'ai/'}${path.toLowerCase()}:${tag}`;
  },
};
