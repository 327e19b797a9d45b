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

/** The last segment of a path that ends in a slash or a backslash, as local engines name the files they serve. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
