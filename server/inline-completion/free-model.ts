/** Whether requests to a model cost money. */
import type { Model } from '../../shared/models.ts';

/** Models on the user's machines cost nothing. */
export const isFreeModel = ({ source }: Pick<Model, 'source'>): boolean => source === 'local';
