/** Waits for an engine that is being restarted under an answer, where no other provider could give it. */
import { providerOf } from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { AnswerProgress, ChosenCandidate } from './answer-progress.ts';

/** Milliseconds in which a service manager or a user has restarted an engine. */
const maxWaitMs = 5_000;

/** Call after the next attempt was planned. Resolves when the engine answers again, after a few seconds, or when `signal` aborts. */
export async function whenRestarted(
  { queue, answer }: Pick<AnswerProgress, 'queue' | 'answer'>,
  {
    candidate: { model },
    provider,
    beginning,
  }: Pick<ChosenCandidate, 'candidate' | 'provider' | 'beginning'>,
  { kind, data }: Pick<RumboError, 'kind' | 'data'>,
  signal: AbortSignal,
): Promise<void> {
  if (model.source !== 'local' || !provider.whenBack || !isConnectionLost(kind, data)) return;
  if (queue.some((id) => providerOf(id) !== model.provider)) return;
  // Nothing has arrived: the same model has not been planned again.
  if (answer.text === beginning) queue.repeatOnceAtEnd(model.id);
  await provider.whenBack(maxWaitMs, signal);
}

/** Ollama reports the end of its runner inside the stream. */
const isConnectionLost = (
  kind: RumboError['kind'],
  { message }: Pick<RumboError['data'], 'message'>,
): boolean =>
  kind === 'interrupted' ||
  kind === 'unreachable' ||
  (kind === 'overloaded' && /unexpected EOF/.test(message));
