/** The words engine definitions are written with. */

type Headers = Readonly<Record<string, string>>;

/** `Authorization: Bearer …`; no header where there is no key. https://www.rfc-editor.org/rfc/rfc6750 */
export const bearer = (key: string | undefined): Headers =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** The key alone in a header of the service's own. */
export const keyHeader =
  (header: string) =>
  (key: string | undefined): Headers =>
    key === undefined ? {} : { [header]: key };

/**
 * For engines that fill in the model's own chat template: the word by which Qwen, GLM and others do not think first.
 * Templates that do not know it ignore it. https://qwen.readthedocs.io/en/latest/deployment/vllm.html#thinking-non-thinking-modes
 */
export const templateWithoutThinking = () => ({ chat_template_kwargs: { enable_thinking: false } });

/** llama-server names a model without an alias by the path of its file; this is the file's name, so the path stays private. */
export const hideModelPath = (id: string): string =>
  /[\\/].*\.gguf$/i.test(id) ? id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('\\')) + 1) : id;
