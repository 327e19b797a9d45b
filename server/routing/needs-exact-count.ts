/** Finds a model that only an estimated prompt length excludes, so that an exact count by its service can lift that. Pure. */
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import type { Model } from '../../shared/models.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import { balance, type Decision } from './balancer.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';

/** Real tokens per estimated one, for a text that takes the fewest. */
const minTokenRatio = 0.6;

const dependsOnPromptSize = ({ rule }: Exclusion): boolean => exclusionRules[rule].dependsOnPromptSize;

/** The model that would come first if its prompt turned out short, and is excluded now. `undefined`: counting changes nothing. */
export function needsExactCount(
  route: RoutingCriteria,
  snapshot: RoutingSnapshot,
  decision: Decision,
): Model | undefined {
  if (!decision.excluded.some(dependsOnPromptSize)) return;
  const shortest = Math.ceil(route.promptTokens * minTokenRatio);
  const best = balance({ ...route, promptTokens: shortest, maxPromptTokens: shortest }, snapshot)
    .candidates[0]?.model;
  return best && decision.excluded.some(({ model }) => model === best.id) ? best : undefined;
}
