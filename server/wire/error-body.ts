/** The facts in the body of an error response, in any vendor's shape: JSON in five forms, plain text, HTML. */

import * as z from 'zod';
import { keyBeginning } from '../platform/key-patterns.ts';

/** Every field may be missing. */
export type ErrorFacts = {
  /** Machine-readable words (`type`, `code`, `status`, reasons), in lower case. */
  readonly codes: readonly string[];
  /** A status that the body itself names; an error inside a stream has no other. */
  readonly status?: number;
  /** The service's own message: one line, shortened, without anything that looks like a key. Empty: none, or a web page. */
  readonly message: string;
  /** Tokens requested and tokens allowed, when the body names both. */
  readonly tokens?: { readonly requested: number; readonly allowed: number };
  /** Google's `details`, not validated. */
  readonly details: readonly unknown[];
};

const Word = z.union([z.string(), z.number()]).nullish().catch(undefined);
const Text = z.string().optional().catch(undefined);
const Count = z.number().optional().catch(undefined);

const Failure = z.object({
  message: Text,
  type: Word,
  code: Word,
  status: Word,
  n_prompt_tokens: Count,
  n_ctx: Count,
  details: z.unknown().optional(),
});

/** `{error: {…}}`, `{error: "…"}`, `{code, error: "…"}`, `{message, type, code}`, `{detail: "…"}`; or an array of one of them. */
const Envelope = z.object({
  error: z.union([Failure, z.string()]).optional().catch(undefined),
  ...Failure.shape,
  detail: Text,
  errorMessage: Text,
});

export function parseErrorText(text: string): ErrorFacts {
  try {
    return parseErrorValue(JSON.parse(text));
  } catch {
    // A web page holds nothing useful to a user.
    const message = /^\s*<|<\/(?:html|body|title)>/i.test(text) ? '' : sanitizeMessage(text);
    return { codes: [], message, details: [] };
  }
}

export function parseErrorValue(value: unknown): ErrorFacts {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'string') return { codes: [], message: sanitizeMessage(first), details: [] };
  const parsed = Envelope.safeParse(first);
  if (!parsed.success) return { codes: [], message: '', details: [] };
  const outer = parsed.data;
  const failure = typeof outer.error === 'object' ? outer.error : outer;
  const message = failure.message ?? (typeof outer.error === 'string' ? outer.error : outer.detail) ?? '';
  const details = detailsOf(failure.details);
  const words = [failure.code, failure.type, failure.status, ...details.flatMap(reasonsOf)];
  const tokens =
    failure.n_prompt_tokens !== undefined && failure.n_ctx !== undefined
      ? { requested: failure.n_prompt_tokens, allowed: failure.n_ctx }
      : tokensIn(message);
  const status = words.map(Number).find((word) => word >= 400 && word < 600);
  return {
    codes: words.filter((word) => typeof word === 'string').map((word) => word.toLowerCase()),
    ...(status === undefined ? {} : { status }),
    message: sanitizeMessage(message),
    ...(tokens ? { tokens } : {}),
    details,
  };
}

/** Google sends a list, Anthropic one object. */
const detailsOf = (details: unknown): readonly unknown[] =>
  Array.isArray(details) ? details : details ? [details] : [];

const Reasons = z.object({ reason: Text, error_code: Text });

const reasonsOf = (detail: unknown): readonly (string | undefined)[] => {
  const parsed = Reasons.safeParse(detail);
  return parsed.success ? [parsed.data.reason, parsed.data.error_code] : [];
};

/** Characters of a message that are read: some services put a whole page, or the prompt, into it. */
const maxMessageLength = 2_000;

/** Each vendor's sentence about a prompt that is too long; `requested` and `allowed` are groups of its pattern. */
const overflowPatterns: readonly {
  readonly pattern: RegExp;
  readonly requested: number;
  readonly allowed: number;
}[] = [
  // Anthropic: “prompt is too long: 213423 tokens > 200000 maximum”.
  { pattern: /(\d[\d,]*) tokens > (\d[\d,]*)/, requested: 1, allowed: 2 },
  // Gemini: “The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).”
  { pattern: /token count \((\d[\d,]*)\) exceeds[^(]*\((\d[\d,]*)\)/, requested: 1, allowed: 2 },
  // OpenAI, vLLM: “This model's maximum context length is 8192 tokens. However, you requested 9000 tokens”.
  { pattern: /maximum context length is (\d[\d,]*)\D+(\d[\d,]*)/, requested: 2, allowed: 1 },
  // Groq: “Request too large … on tokens per minute (TPM): Limit 6000, Requested 8123”.
  { pattern: /Limit (\d[\d,]*), Requested (\d[\d,]*)/, requested: 2, allowed: 1 },
];

function tokensIn(message: string): ErrorFacts['tokens'] {
  const text = message.slice(0, maxMessageLength);
  for (const { pattern, requested, allowed } of overflowPatterns) {
    const match = pattern.exec(text);
    if (match) return { requested: numberIn(match[requested]), allowed: numberIn(match[allowed]) };
  }
  return undefined;
}

const numberIn = (text: string | undefined): number => Number((text ?? '').replaceAll(',', ''));

/** Some services echo part of a key, so anything that looks like one is removed, whole or masked with asterisks. */
const keyLike = new RegExp(
  `\\b(?:${keyBeginning}|Bearer\\s)[-_.*\\w]{4,}|\\S*\\*{3,}\\S*|\\b(?=\\w*\\d)(?=\\w*[A-Za-z])\\w{32,}`,
  'g',
);

function sanitizeMessage(text: string): string {
  const line = text.slice(0, maxMessageLength).replace(/\s+/g, ' ').trim().replace(keyLike, '…');
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}
