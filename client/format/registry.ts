/** The result of a registry refresh in a sentence or two. Pure. */
import type { RegistryRefreshed } from '../../shared/protocol.ts';

/** A notification shows at most this many changes; the log has all of them. */
const maxChanges = 2;

export function registryRefreshText({ requested, readable, changes, problems }: RegistryRefreshed): string {
  if (readable === 0) {
    const [first] = problems;
    return `No model data could be read; the stored data stays in use.${first ? ` ${first}` : ''}`;
  }
  const read = readable === requested ? '' : ` ${readable} of ${requested} sources could be read.`;
  if (changes.length === 0) return `Model prices and limits are unchanged.${read}`;
  if (changes.length <= maxChanges) return `${changes.join(' ')}${read}`;
  return `${changes.length} changes to the model data; the log lists them.${read}`;
}
