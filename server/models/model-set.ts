/** The models of all providers as one set, and how two such sets differ. Pure. */
import { type ModelId, modelId } from '../../shared/chat.ts';
import type { Source } from '../../shared/models.ts';
import type { ModelFacts } from './model-facts.ts';

/** A model as its provider's list has it. */
export type ListedModel = {
  /** The name to send back to the service. */
  readonly name: string;
  /** Another one when the model behind the name is: a digest. Absent: the list does not say. */
  readonly version?: string;
  /** Somebody else's machine answers, although the engine is local. Absent: no. */
  readonly remote?: true;
  /** `false`: the engine would have to load it to tell more. Absent: it tells anyway. */
  readonly loaded?: boolean;
  /** What the list tells by the way. Absent: nothing. */
  readonly facts?: ModelFacts;
};

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

/** A list that is longer comes from no engine of ours, or nobody could read it. */
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
