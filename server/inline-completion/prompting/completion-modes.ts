/** Which way a model may be asked to fill a gap, the best first. */
import { engines } from '../../engines/table.ts';
import { modelFamilyOf } from './model-families.ts';

/**
 * `fill`: by the service's own fill in the middle. `template`: as a text in the words of the model's family. `prefill`: in
 * a chat whose answer is begun for it. `chat`: in a chat.
 */
export type CompletionMode = 'fill' | 'template' | 'prefill' | 'chat';

export type ModelCapabilities = {
  /** Whether it goes on from a beginning (`Engine.continues`). */
  readonly supportsPrefill: boolean;
  /** Whether it fills in the middle, as its provider's list or engine tells (`ModelDetails`). Absent: nobody says. */
  readonly supportsFim?: boolean | undefined;
};

/** @param kind of the engine, as in the table of engines */
export function completionModesFor(
  model: string,
  kind: string,
  { supportsPrefill, supportsFim }: ModelCapabilities,
): readonly CompletionMode[] {
  const { fill, text } = engines.find((engine) => engine.kind === kind)?.wire ?? {};
  const template = text && modelFamilyOf(model).template ? (['template'] as const) : [];
  const own = fill && usesNativeFim(kind, supportsFim, template.length > 0) ? (['fill'] as const) : [];
  // Who is behind an address nobody knows may not even look at the suffix.
  const written: readonly CompletionMode[] =
    kind === 'openai-compatible' ? [...template, ...own] : [...own, ...template];
  return [...written, ...(supportsPrefill ? (['prefill'] as const) : []), 'chat'];
}

/** These tell of each model whether it can. */
const reportsFim: ReadonlySet<string> = new Set(['ollama', 'mistral']);

/** An unknown service that turns every prompt into chat would answer a gap with prose: it needs a reason to be believed. */
const usesNativeFim = (kind: string, fim: boolean | undefined, isKnown: boolean): boolean =>
  kind === 'openai-compatible' ? fim === true || isKnown : !(fim === false && reportsFim.has(kind));
