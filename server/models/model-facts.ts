/** What one loader says of one model; what of it is kept is checked, since it comes from servers, models and files. */
import * as z from 'zod';
import type { DetailFields, DetailOrigin } from '../../shared/model-details.ts';

/** An absent field was not said. */
export type ModelFacts = Readonly<Partial<DetailFields>>;

/** By loader. */
export type FactsByOrigin = Readonly<
  Partial<
    Record<
      DetailOrigin,
      { readonly facts: ModelFacts /** Milliseconds since 1970. */; readonly atMs: number }
    >
  >
>;

const Flag = z.boolean().optional().catch(undefined);
const Count = z.number().positive().max(Number.MAX_SAFE_INTEGER).optional().catch(undefined);
const Usd = z.number().min(0);
const text = (longest: number) =>
  z
    .string()
    .transform((value) => oneLine(value).slice(0, longest))
    .pipe(z.string().min(1))
    .optional()
    .catch(undefined);
const Rates = z.looseObject({ input: Usd, output: Usd });

const Finding = z.object({
  chat: Flag,
  fim: Flag,
  embedding: Flag,
  vision: Flag,
  tools: Flag,
  summary: text(200),
  contextTokens: Count,
  trainedContextTokens: Count,
  sizeBytes: Count,
  parameters: text(40),
  quantisation: text(40),
  licence: text(80),
  price: Rates.optional().catch(undefined),
});

/** The fields that can be believed to be what they should be; the others count as not said. Never throws. */
export function validFacts(value: unknown): ModelFacts {
  const { data = {} } = Finding.safeParse(value);
  return Object.fromEntries(Object.entries(data).filter(([, said]) => said !== undefined));
}

/** Without control characters and line breaks, which a screen or a terminal would obey. */
const oneLine = (value: string): string => value.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
