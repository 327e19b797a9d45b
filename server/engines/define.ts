/** Headers and request fields that several engine definitions share. */

type Headers = Readonly<Record<string, string>>;

/** `Authorization: Bearer …`; no header without a key. https://www.rfc-editor.org/rfc/rfc6750 */
export const bearer = (key: string | undefined): Headers =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** The key in a header of the service's own. */
export const keyHeader =
  (header: string) =>
  (key: string | undefined): Headers =>
    key === undefined ? {} : { [header]: key };

/**
 * For engines that apply the model's own chat template: the field by which Qwen, GLM and others do not think. Templates
 * without it ignore it. https://qwen.readthedocs.io/en/latest/deployment/vllm.html#thinking-non-thinking-modes
 */
export const templateWithoutThinking = () => ({ chat_template_kwargs: { enable_thinking: false } });

/** llama-server names a model without an alias by the path of its file; this is the file's name, so the path stays private. */
export const hideModelPath = (id: string): string =>
  /[\\/]/.test(id) && /\.gguf$/i.test(id)
    ? id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('\\')) + 1)
    : id;
