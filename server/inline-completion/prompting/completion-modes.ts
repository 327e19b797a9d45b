/** Which way a model may be asked to fill a gap, the best first. */
import { engines } from '../../engines/table.ts';
import { familyOf } from './model-families.ts';

/**
 * `fill`: by the service's own fill in the middle. `template`: as a text in the words of the model's family. `prefill`: in
 * a chat whose answer is begun for it. `chat`: in a chat.
 */
export type Way = 'fill' | 'template' | 'prefill' | 'chat';

export type Skills = {
  /** Whether it goes on from a beginning (`Engine.continues`). */
  readonly continues: boolean;
  /** Whether it fills in the middle, as its provider's list or engine tells (`ModelDetails`). Absent: nobody says. */
  readonly fim?: boolean | undefined;
};

/** @param kind of the engine, as in the table of engines */
export function waysFor(model: string, kind: string, { continues, fim }: Skills): readonly Way[] {
  const { fill, text } = engines.find((engine) => engine.kind === kind)?.wire ?? {};
  const template = text && familyOf(model).template ? (['template'] as const) : [];
  const own = fill && asksForFill(kind, fim, template.length > 0) ? (['fill'] as const) : [];
  // Who is behind an address nobody knows may not even look at the suffix.
  const written: readonly Way[] =
    kind === 'openai-compatible' ? [...template, ...own] : [...own, ...template];
  return [...written, ...(continues ? (['prefill'] as const) : []), 'chat'];
}

/** These tell of each model whether it can. */
const telling: ReadonlySet<string> = new Set(['ollama', 'mistral']);

/** An unknown service that turns every prompt into chat would answer a gap with prose: it needs a reason to be believed. */
const asksForFill = (kind: string, fim: boolean | undefined, isKnown: boolean): boolean =>
  kind === 'openai-compatible' ? fim === true || isKnown : !(fim === false && telling.has(kind));
