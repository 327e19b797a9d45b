/** Declarations of the names near the cursor, from the client's language services. */
import type { NearbySymbol } from '../../shared/inline.ts';
import type { CompletionContext } from './completion-context.ts';
import type { DefinitionSnippet } from './context/context-provider.ts';
import type { DocumentStore, OpenDocument } from './documents.ts';

/** Requests the symbols from the client; the context may be one of an earlier or a possible later document. */
export type RequestSymbols = (
  document: OpenDocument | undefined,
  context: CompletionContext,
) => Promise<readonly NearbySymbol[]>;

export type NearbyDefinitions = (context: CompletionContext) => Promise<readonly DefinitionSnippet[]>;

export const nearbyDefinitions =
  (requestSymbols: RequestSymbols, documents: Pick<DocumentStore, 'get'>): NearbyDefinitions =>
  async (context) => {
    const symbols = await requestSymbols(documents.get(context.uri), context);
    return symbols.map(({ uri, text }) => ({ uri, line: 0, text }));
  };
