/** What reading prices and limits of models came to, in a sentence or two. Pure. */
import type { RegistryRefreshed } from '../../shared/protocol.ts';

/** Sentences a notification can hold; the log has all of them. */
const maxChanges = 2;

export function registryRefreshText({ requested, readable, changes, problems }: RegistryRefreshed): string {
  if (readable === 0) {
    const [first] = problems;
    return `Nothing could be read about models; what was known holds.${first ? ` ${first}` : ''}`;
  }
  const read = readable === requested ? '' : ` ${readable} of ${requested} sources could be read.`;
  if (changes.length === 0) return `Prices and limits of models are as they were.${read}`;
  if (changes.length <= maxChanges) return `${changes.join(' ')}${read}`;
  return `Rumbo knows ${changes.length} things about models that it did not know; the log lists them.${read}`;
}
