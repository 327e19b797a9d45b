/** The tool that a model means by a name: some write more around it than the request has. */

/** The namespaces in which models were trained to call: gpt-oss and Kimi, Gemini. */
const namespace = /^(?:functions|default_api|tools?)[.:]/;
/** gpt-oss's tokens behind the name. https://cookbook.openai.com/articles/openai-harmony */
const tokens = /<\|.*$/s;
/** Kimi's count of the calls. https://huggingface.co/moonshotai/Kimi-K2-Instruct/blob/main/docs/tool_call_guidance.md */
const count = /:\d{1,4}$/;

/**
 * A name of the request, where the written one is that name with something around it; else the name as it is written.
 * @param name empty: the service sent none, and the id of some holds it (`functions.read_file:0`)
 * @param names of the request's tools
 */
export function toolNameOf(name: string, id: string, names: ReadonlySet<string>): string {
  if (names.has(name)) return name;
  const written = name === '' ? id : name;
  const plain = written.replace(tokens, '').replace(namespace, '').replace(count, '').trim();
  return names.has(plain) ? plain : name;
}
