/** What a request would decide and cost. Contacts no provider. */

import type { AskParams } from '../../shared/ask.ts';
import { modelFamily } from '../../shared/models.ts';
import type { ExplainResult } from '../../shared/protocol.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { balance } from '../routing/balancer.ts';
import type { UserCorrections } from '../routing/classifier/user-corrections.ts';
import { toRoutingRequest } from './request.ts';
import type { RequestSnapshots } from './request-snapshot.ts';
import { currentCriteria } from './route.ts';
import { validateRequest } from './validate-request.ts';

export type ExplainDeps = {
  readonly settings: () => Settings;
  readonly snapshots: RequestSnapshots;
  readonly providers: Pick<ProviderRegistry, 'listedId'>;
  readonly corrections: UserCorrections;
};

/** @throws `invalid-request` */
export function explainRoute(
  { settings, snapshots, corrections, providers }: ExplainDeps,
  unvalidated: AskParams,
): ExplainResult {
  const params = validateRequest(unvalidated);
  const settingsAtRead = settings();
  const request = toRoutingRequest(params, settingsAtRead, corrections);
  const criteria = currentCriteria({ params, request, settingsAtRead }, settingsAtRead, providers.listedId);
  const { task, difficulty, confidence, abstained } = request.classification;
  const snapshot = snapshots.take(request);
  const { strategy, candidates, excluded } = balance(criteria, snapshot);
  return {
    task,
    difficulty,
    confidence,
    abstained,
    strategy,
    candidates: candidates.map(({ model, reasons, costUsd, promptTokens }) => ({
      model: model.id,
      reasons,
      costUsd,
      promptTokens,
      promptError: snapshot.tokenRatios.get(modelFamily(model.name))?.error ?? null,
    })),
    excluded,
  };
}
