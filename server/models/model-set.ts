/** The models of all providers as one set, and the difference between two such sets. Pure. */
import { type ModelId, modelId } from '../../shared/chat.ts';
import type { Source } from '../../shared/models.ts';
import type { ListedModel } from '../engines/local-engine.ts';

export type ServedModel = ListedModel & {
  readonly id: ModelId;
  readonly provider: string;
  /** An engine of server/engines/table.ts. */
  readonly kind: string;
  readonly source: Source;
};

export type ModelSet = ReadonlyMap<ModelId, ServedModel>;

export type SetChange = {
  readonly before: ModelSet;
  readonly after: ModelSet;
  readonly added: readonly ServedModel[];
  readonly removed: readonly ServedModel[];
};

/** A longer list comes from none of our engines, and no user could read it. */
const maxModels = 2_000;
const maxNameLength = 300;

/** The models of one list, each name once; what cannot be a name is left out. */
export function toServedModels(
  { provider, kind, source }: Pick<ServedModel, 'provider' | 'kind' | 'source'>,
  listed: readonly ListedModel[],
): readonly ServedModel[] {
  const models = new Map<string, ServedModel>();
  for (const model of listed) {
    const { name } = model;
    if (name === '' || name.length > maxNameLength || /[\p{Cc}\p{Cf}]/u.test(name)) continue;
    if (models.size === maxModels) break;
    const id = modelId(provider, name);
    models.set(name, { ...model, id, provider, kind, source: model.remote ? 'api' : source });
  }
  return [...models.values()];
}

export const diffModelSets = (before: ModelSet, after: ModelSet): SetChange => ({
  before,
  after,
  added: [...after.values()].filter(({ id }) => !before.has(id)),
  removed: [...before.values()].filter(({ id }) => !after.has(id)),
});
