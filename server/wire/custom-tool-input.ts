/** A tool that takes plain text, as a function with one string, for services without such tools. */
import type { CustomTool } from '../../shared/chat.ts';
import { parseJsonObject } from './json-object.ts';

export const customToolSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input, as plain text.' } },
  required: ['input'],
  additionalProperties: false,
} as const;

/** The description of the function. */
export function customToolInput({ description, grammar }: CustomTool): string {
  const rule = grammar ? [`The input must match this ${grammar.syntax} grammar:\n${grammar.text}`] : [];
  return [...(description === undefined ? [] : [description]), ...rule].join('\n\n');
}

/** The plain text in a call's arguments; what is no such object is the text itself. */
export function readCustomInput(input: string): string {
  const fields = parseJsonObject(input) as { readonly input?: unknown } | undefined;
  return typeof fields?.input === 'string' ? fields.input : input;
}
