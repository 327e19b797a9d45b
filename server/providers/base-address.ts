/** The base of an address that a user pasted whole, as services document that of a chat. Pure. */

/** Ends of addresses that are requested, not bases; each service appends its own. */
const endpoints =
  /\/(?:chat\/completions|completions?|responses|messages(?:\/count_tokens)?|embeddings|infill|api\/(?:chat|generate|tags|embed)|models\/[^/]+:(?:streamGenerateContent|generateContent|countTokens)|(?<=\/v\d[\w.]*\/)models)\/*$/i;

/**
 * The address without the endpoint that it ends in, and without the query of that endpoint; any other address as it is.
 * @param kind of the engine; `/api/chat` is Ollama's own, beside which it answers OpenAI's requests below `/v1`
 */
export function baseAddress(address: string, kind: string): string {
  const url = URL.parse(address.trim());
  const [endpoint] = endpoints.exec(url?.pathname ?? '') ?? [];
  if (!url || endpoint === undefined) return address;
  const isNative = /^\/api\//i.test(endpoint);
  const path =
    url.pathname.slice(0, -endpoint.length) + (isNative && kind === 'openai-compatible' ? '/v1' : '');
  const credentials = url.username || url.password ? `${url.username}:${url.password}@` : '';
  return `${url.protocol}//${credentials}${url.host}${path}`;
}
