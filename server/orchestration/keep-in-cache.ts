/** Which answers the same request gets again. */
import type { AskResult } from '../../shared/protocol.ts';
import type { Settings } from '../../shared/settings.ts';
import { isTextAlone } from './answer-content.ts';
import { isValidAnswer } from './answer-correction.ts';
import type { AttemptsDeps, PreparedRequest } from './answer-progress.ts';
import { cacheKeyOf } from './request.ts';

/**
 * Only a whole, valid answer by one model is worth giving again.
 * @param settingsThen at the request: newer ones may want another model and have cleared the cache already
 */
export function keepInCache(
  { settings, cache }: Pick<AttemptsDeps, 'settings' | 'cache'>,
  { params, request }: PreparedRequest,
  answer: AskResult,
  settingsThen: Settings,
): void {
  const { text, receipt } = answer;
  const { model, usage, finishReason: reason } = receipt;
  if (settings() !== settingsThen || !settingsThen['cache.enabled']) return;
  if (reason !== 'stop' || text === '' || !isTextAlone(answer)) return;
  if (receipt.takeovers.length > 0 || receipt.promptCut || receipt.servedBy !== undefined) return;
  if (!isValidAnswer(params, answer)) return;
  cache.set(cacheKeyOf(params, request.messages), { text, model, reason, usage });
}
