/** Names of Ollama's models. https://github.com/ollama/ollama/blob/main/types/model/name.go */
import type { ModelNames } from '../model-names.ts';

/**
 * A name without a tag is `latest`; lists leave out the registry's own address and its default folder; upper and lower case
 * are the same.
 */
export const ollamaModelNames: ModelNames = {
  canonical(name) {
    const short = name
      .toLowerCase()
      .replace(/^(?:https?:\/\/)?(?:registry\.ollama\.ai\/)?(?:library\/)?/, '');
    return short.slice(short.lastIndexOf('/') + 1).includes(':') ? short : `${short}:latest`;
  },
};
