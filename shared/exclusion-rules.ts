/** Every rule that can exclude a model from a request, and what each means for waiting, counting, errors and texts. One row per rule. */
import type { ErrorKind } from './error-policies.ts';

export type ExclusionRulePolicy = {
  /** In a few words, for labels. */
  readonly label: string;
  /** The kind of the error when this rule is why no model can answer. `no-candidate`: the rule has no kind of its own. */
  readonly errorKind: ErrorKind;
  /** The user expected the model to answer, so an error names the reason. `false`: the user excluded it, or never set it up. */
  readonly isUnexpected: boolean;
  /** It depends on how long the prompt is, so an exact count can lift it. */
  readonly dependsOnPromptSize: boolean;
  /** It ends by itself, or when the provider works again. */
  readonly isTemporary: boolean;
  /** It ends at `until` for certain, so a request can wait for that. */
  readonly endsAtKnownTime: boolean;
};

const row = (
  label: string,
  errorKind: ErrorKind,
  isUnexpected: boolean,
  { dependsOnPromptSize = false, isTemporary = false, endsAtKnownTime = false } = {},
): ExclusionRulePolicy => ({
  label,
  errorKind,
  isUnexpected,
  dependsOnPromptSize,
  isTemporary,
  endsAtKnownTime,
});

/** In the order in which the filter checks them; server/routing/load_balancer_rules.md describes each. */
export const exclusionRules = {
  locked: row('locked', 'no-candidate', false),
  toggle: row('turned off', 'no-candidate', false),
  allow: row('not allowed here', 'no-candidate', true),
  stronger: row('not stronger', 'no-candidate', true),
  'local-only': row('local only', 'no-candidate', true),
  /** Of a summary only: the model is paid, and the user has not allowed it for that. */
  paid: row('not free', 'no-candidate', true),
  ability: row('ability missing', 'no-candidate', true),
  field: row('field unsupported', 'no-candidate', true),
  'no-key': row('no key', 'unauthorized', false),
  unreachable: row('unreachable', 'unreachable', false, { isTemporary: true }),
  circuit: row('cooling down', 'overloaded', true, { isTemporary: true }),
  'rate-limit': row('rate limit', 'rate-limited', true, {
    dependsOnPromptSize: true,
    isTemporary: true,
    endsAtKnownTime: true,
  }),
  key: row('key refused', 'unauthorized', true),
  payment: row('account empty', 'payment-required', true),
  context: row('prompt too long', 'context-too-long', true, { dependsOnPromptSize: true }),
  budget: row('over budget', 'over-budget', true, { dependsOnPromptSize: true }),
  /** Its provider is on standby, and another model can answer. */
  standby: row('on standby', 'no-candidate', false),
  /** Of a pinned model only: no provider lists it. */
  unknown: row('unknown', 'model-not-found', true),
} as const satisfies Record<string, ExclusionRulePolicy>;

export type ExclusionRule = keyof typeof exclusionRules;
