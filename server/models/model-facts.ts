/** Facts of one model from one origin, validated: they come from servers, models and files. */
import * as z from 'zod';
import type { DetailFacts, DetailOrigin } from '../../shared/model-details.ts';

export type FactsByOrigin = Readonly<
  Partial<
    Record<
      DetailOrigin,
      { readonly facts: DetailFacts /** Milliseconds since 1970. */; readonly atMs: number }
    >
  >
>;

const Flag = z.boolean().optional().catch(undefined);
const Count = z.number().positive().max(Number.MAX_SAFE_INTEGER).optional().catch(undefined);
const Usd = z.number().min(0);
const text = (maxLength: number) =>
  z
    .string()
    .transform((value) => toOneLine(value).slice(0, maxLength))
    .pipe(z.string().min(1))
    .optional()
    .catch(undefined);
const Rates = z.looseObject({ input: Usd, output: Usd });

const Facts = z.object({
  chat: Flag,
  fim: Flag,
  embedding: Flag,
  vision: Flag,
  tools: Flag,
  reasoning: Flag,
  summary: text(200),
  contextTokens: Count,
  configuredContextTokens: Count,
  trainedContextTokens: Count,
  sizeBytes: Count,
  parameters: text(40),
  quantisation: text(40),
  licence: text(80),
  price: Rates.optional().catch(undefined),
});

/** The fields with plausible values; the others count as not reported. Never throws. */
export function validFacts(value: unknown): DetailFacts {
  const { data = {} } = Facts.safeParse(value);
  return Object.fromEntries(Object.entries(data).filter(([, field]) => field !== undefined));
}

/** Without control characters and line breaks, which a terminal would interpret. */
const toOneLine = (value: string): string => value.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
