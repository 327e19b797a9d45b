/** Why the document that the user viewed last has no ghost text. */
import type { CompletionContext } from './completion-context.ts';
import type { EligibleModels } from './eligible-models.ts';
import { denialMessages, type FilePolicy } from './file-policy.ts';

export type UnavailableReasonDeps = {
  readonly policy: Pick<FilePolicy, 'denial' | 'isLocalOnly'>;
  readonly modelsFor: EligibleModels;
  readonly onChange: () => void;
};

export function unavailableReason({ policy, modelsFor, onChange }: UnavailableReasonDeps) {
  let current: string | undefined;

  const reasonFor = (context: CompletionContext): string | undefined => {
    const denial = policy.denial(context);
    if (denial) return denialMessages[denial];
    const isBlocked = policy.isLocalOnly(context) && modelsFor(context).length === 0;
    return isBlocked ? denialMessages['local-only'] : undefined;
  };

  return {
    /** One sentence. `undefined`: it has ghost text, or the user has viewed none yet. */
    current: (): string | undefined => current,
    update(context: CompletionContext): void {
      const reason = reasonFor(context);
      if (reason === current) return;
      current = reason;
      onChange();
    },
  };
}
