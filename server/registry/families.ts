/**
 * What the models of a family can do, by their names, as their makers' documents say (November 2026). The bundled
 * catalogue has prices and context lengths only; this is what holds beside it until a list or a page says more.
 */
import type { ModelFacts } from './facts.ts';

type Family = readonly [name: RegExp, facts: ModelFacts];

/** By engine kind; the first row that matches decides. */
const families: Readonly<Record<string, readonly Family[]>> = {
  // https://developers.openai.com/api/docs/models
  openai: [
    [/^text-embedding/, { embeds: true }],
    [/^gpt-5[\w.]*-chat/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 16_384 }],
    [/^gpt-[5-9]/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 128_000 }],
    [/^o1-(?:mini|preview)/, { tools: false, vision: false, reasoning: true }],
    [/^o3-mini/, { tools: true, vision: false, reasoning: true, maxOutputTokens: 100_000 }],
    [/^o\d/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 100_000 }],
    [/^gpt-4\.1/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 32_768 }],
    [/^gpt-4o/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 16_384 }],
  ],
  // https://platform.claude.com/docs/en/about-claude/models/overview
  anthropic: [
    [
      /^claude-(?:(?:opus|sonnet|fable|mythos|haiku)-[5-9]|opus-4-[6-9])/,
      { tools: true, vision: true, reasoning: true, maxOutputTokens: 128_000 },
    ],
    [
      /^claude-opus-4(?:-[01])?(?:-\d{8})?$/,
      { tools: true, vision: true, reasoning: true, maxOutputTokens: 32_000 },
    ],
    [
      /^claude-(?:3-7-sonnet|(?:opus|sonnet|haiku)-4)/,
      { tools: true, vision: true, reasoning: true, maxOutputTokens: 64_000 },
    ],
    [/^claude-3/, { tools: true, vision: true, reasoning: false }],
  ],
  // https://ai.google.dev/gemini-api/docs/models
  gemini: [
    [/embedding/, { embeds: true }],
    [/^gemini-(?:2\.5|[3-9])/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 65_536 }],
    [/^gemini-2\.0/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 8_192 }],
  ],
  // https://console.groq.com/docs/models
  groq: [
    [/^openai\/gpt-oss/, { tools: true, vision: false, reasoning: true, maxOutputTokens: 65_536 }],
    [/^meta-llama\/llama-4/, { tools: true, vision: true, reasoning: false }],
    [/^llama-3/, { tools: true, vision: false, reasoning: false }],
  ],
  // https://docs.x.ai/developers/models
  xai: [
    [/non-reasoning/, { tools: true, vision: true, reasoning: false }],
    [/^grok-[4-9]/, { tools: true, vision: true, reasoning: true }],
    [/^grok-(?:build|code)/, { tools: true, reasoning: true }],
  ],
  // https://docs.mistral.ai/getting-started/models
  mistral: [
    [/embed/, { embeds: true }],
    [/^codestral/, { tools: true, vision: false, fill: true }],
    [/^(?:magistral|mistral|ministral|devstral|pixtral)/, { tools: true }],
  ],
  // https://api-docs.deepseek.com/quick_start/pricing
  deepseek: [
    [/reasoner/, { tools: true, vision: false, reasoning: true, fill: false }],
    [/^deepseek/, { tools: true, vision: false, fill: true }],
  ],
};

export const familyFacts = (kind: string, name: string): ModelFacts =>
  families[kind]?.find(([pattern]) => pattern.test(name))?.[1] ?? {};
