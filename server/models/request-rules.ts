/**
 * What refusals have stated about how each model has to be asked, on disk as well: the first request after a start is
 * right at once. Kept for a week, and until the model leaves its list, the list states other limits, or an answer shows
 * that a limit no longer holds.
 */
import { type ModelId, modelId, type Usage } from '../../shared/chat.ts';
import type { Source } from '../../shared/models.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import type { RulesByModel } from '../engines/adapt-requests.ts';
import { mergeRequestRules } from '../wire/request-refusals.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { ModelsStore, StoredRules } from './models-store.ts';

/** Services change, and a model may be served under its name by another one. */
const maxAgeMs = 7 * 24 * 3_600_000;
/** A local engine may start again with another context at any time, and not every one lists it. */
const maxLocalLimitAgeMs = 10 * 60_000;

export type RequestRulesDeps = {
  readonly store: Pick<ModelsStore, 'rules' | 'saveRules' | 'deleteRules'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with the model whose rules have changed. */
  readonly onChanged: (id: ModelId) => void;
};

/** The rules of the models of one provider. */
export type ProviderRules = RulesByModel & {
  /** An answer was complete: a limit that it exceeds does not hold any more. */
  onAnswered(model: string, usage: Usage): void;
};

const noRules: RequestRules = {};
type LimitName = 'maxOutputTokens' | 'minOutputTokens' | 'contextTokens';

export function modelRequestRules({ store, now, onChanged }: RequestRulesDeps) {
  /** Read from disk when first needed. */
  let all: Map<ModelId, StoredRules> | undefined;
  const stored = (): Map<ModelId, StoredRules> => {
    all ??= new Map(store.rules());
    return all;
  };
  const isValid = ({ atMs }: StoredRules): boolean => Math.abs(now() - atMs) < maxAgeMs;

  const set = (id: ModelId, next: StoredRules): void => {
    if (Object.keys(next.rules).length === 0) {
      stored().delete(id);
      store.deleteRules([id]);
    } else {
      stored().set(id, next);
      store.saveRules(id, next);
    }
    onChanged(id);
  };
  const without = (id: ModelId, before: StoredRules, names: readonly LimitName[]): void => {
    const rules = { ...before.rules };
    for (const name of names) delete rules[name];
    set(id, { ...before, rules });
  };

  /** @param limitsNow the limits that the list states now. Absent: they do not matter */
  const rulesOf = (
    id: ModelId,
    source: Source = 'api',
    limitsNow?: () => string | undefined,
  ): RequestRules => {
    const entry = stored().get(id);
    if (!entry || !isValid(entry)) return noRules;
    const { listedLimits: before, rules, atMs } = entry;
    const listedLimits = before === undefined ? undefined : limitsNow?.();
    const isOld = source === 'local' && Math.abs(now() - atMs) > maxLocalLimitAgeMs;
    if (!isOld && (listedLimits === undefined || before === listedLimits)) return rules;
    const { maxOutputTokens: _, minOutputTokens: __, contextTokens: ___, ...others } = rules;
    return others;
  };

  return {
    /** What is known now, by model id. */
    of: (id: ModelId): RequestRules => rulesOf(id),
    /** ISO 8601; when the latest of a model's rules was stated. `undefined`: there is none. */
    statedAt(id: ModelId): string | undefined {
      const entry = stored().get(id);
      return entry && isValid(entry) ? new Date(entry.atMs).toISOString() : undefined;
    },
    /** @param listed a model as the provider's list describes it now. `undefined`: it does not */
    ofProvider(
      { name: provider, source }: { readonly name: string; readonly source: Source },
      listed: (model: string) => ModelInfo | undefined,
    ): ProviderRules {
      return {
        of: (model) => rulesOf(modelId(provider, model), source, () => limitsOf(listed(model))),
        add(model, rules) {
          const id = modelId(provider, model);
          const listedLimits = limitsOf(listed(model));
          const merged = mergeRequestRules(
            rulesOf(id, source, () => listedLimits),
            rules,
          );
          set(id, { rules: merged, atMs: now(), ...(listedLimits === undefined ? {} : { listedLimits }) });
        },
        onAnswered(model, { input, output }) {
          // Asked after each answer: nearly always there are no rules.
          if (stored().size === 0) return;
          const id = modelId(provider, model);
          const entry = stored().get(id);
          if (!entry) return;
          const { contextTokens = Number.POSITIVE_INFINITY, maxOutputTokens = Number.POSITIVE_INFINITY } =
            entry.rules;
          const disproved: LimitName[] = [
            ...(input + output > contextTokens ? (['contextTokens'] as const) : []),
            ...(output > maxOutputTokens ? (['maxOutputTokens'] as const) : []),
          ];
          if (disproved.length > 0) without(id, entry, disproved);
        },
      };
    },
    /** The models have left their lists. */
    remove(ids: readonly ModelId[]): void {
      for (const id of ids) stored().delete(id);
      if (ids.length > 0) store.deleteRules(ids);
    },
  };
}

export type ModelRequestRules = ReturnType<typeof modelRequestRules>;

const limitsOf = (info: ModelInfo | undefined): string | undefined =>
  info?.contextTokens === undefined && info?.maxOutputTokens === undefined
    ? undefined
    : `${info.contextTokens ?? ''} ${info.maxOutputTokens ?? ''}`;
