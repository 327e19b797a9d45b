/** What gateways write around the reason of the service behind them. Pure. */

type UpstreamMessage = {
  /** Without the gateway's words. */
  readonly text: string;
  /** Those that the gateway names (`RateLimitError`), outermost first. */
  readonly exceptions: readonly string[];
  /** The gateway says that a service behind it, or one of its models, has failed. */
  readonly isBehindGateway: boolean;
};

/** LiteLLM's `litellm.RateLimitError: RateLimitError: OpenAIException - …`, once for each layer it passed. */
const litellmExceptions =
  /^(?:litellm\.\w+: ?|(?:[A-Z]\w*(?:Error|Exception)|\w+Exception)(?: [A-Z]\w*(?:Error|Exception))?(?:: | ?- ?))+/;
const beginsWithLitellm = /^(?:litellm\.\w+:|\w+Exception(?: \w+)? ?- )/;

/** LiteLLM's account of its retries and fallbacks, in the words of several versions. */
const litellmRouting =
  /[\s.]{0,9}(?:\bLiteLLM: model group '|\bReceived Model Group=|\bAvailable Model Group Fallbacks=|\bNo fallback model group found for|\bError doing the fallback:|\bLiteLLM Retried: \d|\nmodel=[^\n]{1,200} (?:context_window|content_policy)_fallbacks?=)[\s\S]*$/;

/** LiteLLM's limit for one model or one service, not for the user's key. */
const deploymentBudget = /^No deployments available - crossed budget/;

/** TensorZero's `All variants failed with errors: v: All model providers failed to infer with errors: p: …`. */
const tensorzeroRouting =
  /^All variants failed with errors: (?:[^\n]{0,200}?All model providers failed to infer with errors: )?[^:\n]{1,200}: /;

/** LiteLLM writes some bodies as Python shows bytes: `b'{"error": …}'`, with a backslash before each backslash. */
function decodePythonBytes(text: string): string {
  const literal = text.length > maxPythonLength ? undefined : /^b(['"])([\s\S]*)\1$/.exec(text)?.[2];
  if (literal === undefined) return text;
  const latin1 = literal.replace(
    /\\(?:x([\da-f]{2})|([\s\S]))/g,
    (_, hex: string | undefined, escaped: string) =>
      hex === undefined ? (pythonEscapes[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
const maxPythonLength = 16_000;
const pythonEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * The message as the service behind a gateway wrote it. A message of the gateway itself stays.
 * https://docs.litellm.ai/docs/exception_mapping
 */
export function upstreamMessage(message: string): UpstreamMessage {
  const named = beginsWithLitellm.test(message) ? (litellmExceptions.exec(message)?.[0] ?? '') : '';
  const reason = message
    .slice(named.length)
    .replace(litellmRouting, '')
    .replace(tensorzeroRouting, '')
    .trim();
  const text = decodePythonBytes(reason);
  return {
    text: text || message,
    exceptions: named.match(/\b[A-Z]\w*(?:Error|Exception)\b/g) ?? [],
    isBehindGateway: text !== message.trim() || deploymentBudget.test(message),
  };
}
