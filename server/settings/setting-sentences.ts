/** A sentence for each part of a setting that cannot be read. */
import type * as z from 'zod';

/** `rumbo.models["openai/x"].tier must be at most 5`. */
export function describeIssue(
  name: string,
  path: readonly PropertyKey[],
  issue: z.core.$ZodIssue,
  suggestion?: string,
): string {
  return issue.code === 'unrecognized_keys'
    ? `${pathText(name, path)} is not a Rumbo setting.${suggestion ? ` Did you mean ${suggestion}?` : ''}`
    : `${pathText(name, path)} ${demand(issue)}.`;
}

/** `rumbo.models["openai/x"].tier`. */
export const pathText = (name: string, path: readonly PropertyKey[]): string =>
  name +
  path
    .map((step) => (/^\w+$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(String(step))}]`))
    .join('');

/** A type as the user writes it in JSON. */
const typeWords: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text in quotes',
  array: 'a list in brackets',
  object: 'an object in braces',
  record: 'an object in braces',
};

function demand(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `must have at most ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`
        : `must be at most ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at least ${issue.minimum}`
        : 'must not be empty';
    case 'invalid_key':
      return `has an invalid name: it ${issue.issues[0]?.message ?? 'cannot be read'}`;
    default:
      return issue.message;
  }
}
