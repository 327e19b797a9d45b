/** What gateways write around the reason of the service behind them. Pure. */

/** A message without a gateway's words, and the exceptions that it names (`RateLimitError`), outermost first. */
type UpstreamMessage = { readonly text: string; readonly exceptions: readonly string[] };

/** LiteLLM's `litellm.RateLimitError: RateLimitError: OpenAIException - …`, once for each layer it passed. */
const litellmExceptions =
  /^(?:litellm\.\w+: ?|(?:[A-Z]\w*(?:Error|Exception)|\w+Exception)(?: [A-Z]\w*(?:Error|Exception))?(?:: | ?- ?))+/;
const beginsWithLitellm = /^(?:litellm\.\w+:|\w+Exception(?: \w+)? ?- )/;

/** LiteLLM's account of its retries and fallbacks, in the words of several versions. */
const litellmRouting =
  /[\s.]*(?:\bLiteLLM: model group '|\bReceived Model Group=|\bAvailable Model Group Fallbacks=|\bNo fallback model group found for|\bError doing the fallback:|\bLiteLLM Retried: \d|\nmodel=[^\n]{1,200} (?:context_window|content_policy)_fallbacks?=)[\s\S]*$/;

/** TensorZero's `All variants failed with errors: v: All model providers failed to infer with errors: p: …`. */
const tensorzeroRouting =
  /^All variants failed with errors: (?:[^\n]{0,200}?All model providers failed to infer with errors: )?[^:\n]{1,200}: /;

/**
 * The message as the service behind a gateway wrote it. A message of the gateway itself stays.
 * https://docs.litellm.ai/docs/exception_mapping
 */
export function upstreamMessage(message: string): UpstreamMessage {
  const named = beginsWithLitellm.test(message) ? (litellmExceptions.exec(message)?.[0] ?? '') : '';
  const text = message.slice(named.length).replace(litellmRouting, '').replace(tensorzeroRouting, '').trim();
  return { text: text || message, exceptions: named.match(/\b[A-Z]\w*(?:Error|Exception)\b/g) ?? [] };
}
