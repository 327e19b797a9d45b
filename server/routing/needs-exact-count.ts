/** Whether an estimate alone keeps the best model out: then its own service is worth asking for the exact count. Pure. */
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import type { Model } from '../../shared/models.ts';
import { balance, type Decision } from './balancer.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';

/** Real tokens for each one estimated, where a text is the easiest to write in few. */
const fewest = 0.6;

/** The model that would be asked first if its prompt turned out short, and that is out as it stands. `undefined`: counting changes nothing. */
export function needsExactCount(
  route: RoutingCriteria,
  snapshot: RoutingSnapshot,
  decision: Decision,
): Model | undefined {
  if (decision.excluded.every(({ rule }) => !exclusionRules[rule].dependsOnPromptSize)) return;
  const few = Math.ceil(route.promptTokens * fewest);
  const best = balance({ ...route, promptTokens: few, maxPromptTokens: few }, snapshot).candidates[0]?.model;
  return best && decision.excluded.some(({ model }) => model === best.id) ? best : undefined;
}
