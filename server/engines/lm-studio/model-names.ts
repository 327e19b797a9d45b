/** Names of LM Studio's models: keys of its list; upper and lower case are the same. */
import type { ModelNames } from '../model-names.ts';

export const lmStudioModelNames: ModelNames = {
  canonical: (name) => name.replace(/^(?:https?:\/\/)?lmstudio\.ai\/models\//i, '').toLowerCase(),
};
