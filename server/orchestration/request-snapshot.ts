/** The balancer's input for one request. */

import type { WarmPrefixes } from '../cache/warm-prefixes.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import { localUseOf } from '../models/recommended-models.ts';
import { type RoutingSnapshotDeps, routingSnapshot } from '../providers/routing-snapshot.ts';
import type { RoutingSnapshot } from '../routing/snapshot.ts';
import type { RoutingRequest } from './request.ts';

export type RequestSnapshotDeps = Omit<RoutingSnapshotDeps, 'coldStarts'> & {
  readonly modelCatalog: Pick<ModelCatalog, 'coldStarts' | 'recommendedLocal'>;
  readonly warmPrefixes: Pick<WarmPrefixes, 'find'>;
};

export function requestSnapshots(deps: RequestSnapshotDeps) {
  const { modelCatalog, warmPrefixes } = deps;
  const snapshotDeps: RoutingSnapshotDeps = { ...deps, coldStarts: modelCatalog.coldStarts };
  return {
    /** As everything is now. @param committedUsd what earlier attempts at the request have cost or may still cost */
    take: ({ criteria, messages }: RoutingRequest, committedUsd = 0): RoutingSnapshot =>
      routingSnapshot(snapshotDeps, {
        ...criteria,
        committedUsd,
        warmPrefix: warmPrefixes.find(messages),
        recommendedLocal: modelCatalog.recommendedLocal(localUseOf(criteria.role, criteria.task)),
      }),
  };
}

export type RequestSnapshots = ReturnType<typeof requestSnapshots>;
