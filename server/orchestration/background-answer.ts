/** A model's whole answer to one prompt in the background: through the orchestrator, so within every budget and in the ledger. */
import type { ModelId } from '../../shared/chat.ts';
import type { Orchestrator } from './orchestrator.ts';

/** Rejects with `RumboError`; no other model answers instead. */
export const backgroundAnswer =
  ({ ask }: Pick<Orchestrator, 'ask'>) =>
  async (model: ModelId, prompt: string, signal: AbortSignal): Promise<string> => {
    let text = '';
    for await (const part of ask(
      {
        prompt,
        model,
        useCache: false,
        whenPinnedUnavailable: 'fail',
        onInterruption: 'fail',
        urgency: 'background',
      },
      signal,
    )) {
      if (part.type === 'text-delta') text += part.text;
    }
    return text;
  };
