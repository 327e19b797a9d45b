/** A completion context for tests. */
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';

export const sampleUri = 'file:///a.ts';

export const sampleContext = (before: string, more: Partial<CompletionContext> = {}): CompletionContext => ({
  uri: sampleUri,
  version: 1,
  languageId: 'typescript',
  before,
  after: '',
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
  ...more,
});
