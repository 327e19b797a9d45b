/** Explains in one sentence why no model can answer, from the exclusions of the filter. Pure. */
import { providerOf } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import type { Decision } from './balancer.ts';
import { formatTime } from './format-time.ts';
import { promptSizeText } from './price.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';

/** The pinned model cannot run, and the settings forbid another one. */
export function pinnedModelError({ model, rule, reason, until }: Exclusion): RumboError {
  const when = until ? ` It returns on ${formatTime(until)}.` : '';
  if (rule === 'unknown') {
    return new RumboError(`${model} is not a known model. ${reason}`, {
      kind: 'model-not-found',
      pinned: model,
    });
  }
  const kind = exclusionRules[rule].errorKind;
  const action = kind === 'no-candidate' ? { action: 'Allow the next model, or unpin it.' } : {};
  return new RumboError(`${model} is pinned and cannot run. ${reason}${when}`, {
    kind,
    provider: providerOf(model),
    pinned: model,
    ...action,
  });
}

/** No candidate is left. */
export function noCandidateError(
  { excluded }: Decision,
  route: RoutingCriteria,
  snapshot: RoutingSnapshot,
): RumboError {
  const { cooldowns } = snapshot;
  const expected = excluded.filter(({ rule }) => exclusionRules[rule].isUnexpected);
  const [first] = expected;
  if (first && route.strongerThan !== undefined && expected.every(({ rule }) => rule === 'stronger'))
    return new RumboError(`No available model is stronger than ${route.strongerThan}.`, {
      kind: 'no-candidate',
      action: 'Add a provider with a stronger model, or set tier in rumbo.models.',
    });
  const isOneRule = first && expected.every(({ rule }) => rule === first.rule);
  if (first && isOneRule && exclusionRules[first.rule].errorKind === 'context-too-long')
    return tooLong(route, excluded, snapshot);
  // The model that returns first decides what to wait for and which kind of failure this is.
  const soonest = expected
    .filter(({ until }) => until !== undefined)
    .sort((a, b) => (a.until ?? '').localeCompare(b.until ?? ''))[0];
  const decisive = soonest ?? (isOneRule ? first : undefined);
  const kind = decisive ? exclusionRules[decisive.rule].errorKind : 'no-candidate';
  if (kind !== 'no-candidate') {
    const reasons = [
      ...new Set(expected.map(({ model, reason }) => `${providerOf(model)}: ${reason}`)),
    ].slice(0, 3);
    const when = soonest?.until ? ` The first returns on ${formatTime(soonest.until)}.` : '';
    return new RumboError(`No model can answer now. ${reasons.join(' ')}${when}`, { kind });
  }
  if (route.localOnly && expected.some(({ rule }) => rule === 'local-only')) {
    return new RumboError(
      'This file may only go to local models (rumbo.privacy.localOnly), and none can answer.',
      {
        kind: 'no-candidate',
        action: 'Start a local engine, or change rumbo.privacy.localOnly.',
      },
    );
  }
  const missingKeysLast = [...cooldowns.values()].sort(
    (a, b) => Number(a.rule === 'no-key') - Number(b.rule === 'no-key'),
  );
  const reasons = [
    ...excluded.filter(({ rule }) => rule !== 'no-key').map(({ model, reason }) => `${model}: ${reason}`),
    ...missingKeysLast.map(({ reason }) => reason),
  ];
  const shown = [...new Set(reasons)].slice(0, 4).join(' ');
  return new RumboError(`No model can answer.${shown ? ` ${shown}` : ''}`, { kind: 'no-candidate' });
}

function tooLong(
  route: RoutingCriteria,
  excluded: readonly Exclusion[],
  snapshot: RoutingSnapshot,
): RumboError {
  const tooSmall = new Set(excluded.filter(({ rule }) => rule === 'context').map(({ model }) => model));
  const [largest] = snapshot.models
    .filter(({ id }) => tooSmall.has(id))
    .sort((a, b) => (b.contextTokens ?? 0) - (a.contextTokens ?? 0));
  const size = largest ? promptSizeText(route, largest, snapshot) : '';
  return new RumboError(`${size}, and the largest available context has ${largest?.contextTokens}.`, {
    kind: 'context-too-long',
  });
}
