/** Names of llama-server's models: a repository with a quantisation, an alias, or the path of a file. */
import { hideModelPath } from '../define.ts';
import type { ModelNames } from '../model-names.ts';

/** Where the repositories are, as their pages write it. */
const withoutHub = (name: string): string =>
  name.replace(/^(?:https?:\/\/)?(?:hf\.co|huggingface\.co)\//, '');

export const llamaModelNames: ModelNames = {
  canonical: (name) => withoutHub(hideModelPath(name)),
  isSame(listed, wanted) {
    const repository = withoutHub(wanted);
    return (
      listed === repository ||
      hideModelPath(listed) === hideModelPath(repository) ||
      // A repository without a quantisation gets the quantisation that was chosen.
      (repository.includes('/') && listed.startsWith(`${repository}:`))
    );
  },
};
