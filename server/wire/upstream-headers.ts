/** The headers of the service behind LiteLLM, which it passes on under a prefix, and how old they are. Pure. */
import type { ErrorResponse } from './wire-format.ts';

type Headers = ErrorResponse['headers'];

export type UpstreamHeaders = {
  /** As the service sent them; names in lower case. */
  readonly headers: Headers;
  /** When the service answered, on its own clock. Milliseconds since 1970. */
  readonly atMs: number;
  /** Milliseconds since then. LiteLLM may wait in silence before it passes an error on. */
  readonly ageMs: number;
};

const prefix = 'llm_provider-';

/** LiteLLM waits for some minutes at most; a greater difference is one of clocks. */
const maxAgeMs = 15 * 60_000;
/** LiteLLM's `date` is the time of the request. A service that answered by then answered its first try. */
const firstTryMs = 2_000;
/** Dates have whole seconds. */
const precisionMs = 1_000;

/**
 * `undefined`: there are none. https://docs.litellm.ai/docs/proxy/response_headers
 * @param now milliseconds since 1970
 */
export function upstreamHeaders(headers: Headers, now: number): UpstreamHeaders | undefined {
  const passedOn = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
  );
  if (passedOn.length === 0) return undefined;
  const upstream: Headers = Object.fromEntries(passedOn);
  const atMs = Date.parse(upstream['date'] ?? '');
  if (Number.isNaN(atMs)) return { headers: upstream, atMs: now, ageMs: 0 };
  return { headers: upstream, atMs, ageMs: ageOf(atMs, Date.parse(headers['date'] ?? ''), now) };
}

/** @param gatewayMs the gateway's own date. `NaN`: it sent none */
function ageOf(atMs: number, gatewayMs: number, now: number): number {
  // The gateway dates its own answer, so this computer's clock is not needed.
  if (gatewayMs >= atMs) return plausibleAge(gatewayMs - atMs);
  // It dates the request, and the first try was refused: any difference to now is one of clocks.
  if (atMs - gatewayMs <= firstTryMs) return 0;
  return plausibleAge(now - atMs);
}

const plausibleAge = (ms: number): number => (ms > maxAgeMs ? 0 : Math.max(0, ms - precisionMs));
