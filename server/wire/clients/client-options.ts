/** Options that clients of several wire formats write alike. */
import {
  type Grammar,
  type ReasoningEffort,
  reasoningEfforts,
  type ServiceTier,
  serviceTiers,
} from '../../../shared/chat.ts';
import { type Fields, stringOf } from '../json-fields.ts';

/** An effort by its name; names of other vendors are the nearest. `undefined`: none is named. */
export function effortNamed(name: unknown): ReasoningEffort | undefined {
  if (typeof name !== 'string') return undefined;
  const lower = name.toLowerCase();
  if (lower === 'off' || lower === 'disabled') return 'none';
  return reasoningEfforts.find((effort) => effort === lower);
}

/** A tier that differs from the usual one. */
export const tierNamed = (name: unknown): ServiceTier | undefined =>
  serviceTiers.find((tier) => tier === name);

export function grammarOf(fields: Fields | undefined): Grammar | undefined {
  const syntax = (['lark', 'regex', 'gbnf'] as const).find((each) => each === fields?.['syntax']);
  const text = stringOf(fields?.['definition']);
  return syntax && text ? { syntax, text } : undefined;
}

/** The description of a tool, where it has one. */
export const described = (fields: Fields): { readonly description?: string } => {
  const description = stringOf(fields['description']);
  return description === undefined ? {} : { description };
};

/** The names of the tools that were called, by the ids of their calls: results often have only those. */
export function toolNamesById() {
  const byId = new Map<string, string>();
  return {
    add: (id: string, name: string): void => void byId.set(id, name),
    /** The id itself where no call has it. */
    get: (id: string): string => byId.get(id) ?? id,
  };
}
