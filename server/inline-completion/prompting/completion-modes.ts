/** The modes in which a model can generate a completion, the best first. */
import { engines } from '../../engines/table.ts';
import { codeModelFamilyOf } from './code-model-families.ts';

/**
 * `fill`: with the service's own fill-in-the-middle endpoint. `template`: as raw text with the special tokens of the
 * model's family. `prefill`: in a chat whose answer is prefilled. `chat`: in a chat.
 */
export type CompletionMode = 'fill' | 'template' | 'prefill' | 'chat';

export type ModelCapabilities = {
  /** The engine continues an answer from a prefill (`Engine.supportsPrefill`). */
  readonly supportsPrefill: boolean;
  /** The model fills in the middle, according to its provider's list or its engine (`ModelDetails`). Absent: unknown. */
  readonly supportsFim?: boolean | undefined;
};

/** @param kind of the engine, as in the table of engines */
export function completionModesFor(
  model: string,
  kind: string,
  { supportsPrefill, supportsFim }: ModelCapabilities,
): readonly CompletionMode[] {
  const { fill, text } = engines.find((engine) => engine.kind === kind)?.wire ?? {};
  const template = text && codeModelFamilyOf(model).template ? (['template'] as const) : [];
  const native = fill && usesNativeFim(kind, supportsFim, template.length > 0) ? (['fill'] as const) : [];
  // An unknown service may ignore the suffix.
  const fimModes: readonly CompletionMode[] =
    kind === 'openai-compatible' ? [...template, ...native] : [...native, ...template];
  return [...fimModes, ...(supportsPrefill ? (['prefill'] as const) : []), 'chat'];
}

/** Engines that report for each model whether it fills in the middle. */
const reportsFim: ReadonlySet<string> = new Set(['ollama', 'mistral']);

/** An unknown service may turn every prompt into a chat and answer with prose: it needs evidence of support. */
const usesNativeFim = (kind: string, supportsFim: boolean | undefined, hasTemplate: boolean): boolean =>
  kind === 'openai-compatible'
    ? supportsFim === true || hasTemplate
    : !(supportsFim === false && reportsFim.has(kind));
