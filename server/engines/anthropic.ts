/** Anthropic. https://platform.claude.com/docs/en/api/overview */
import { anthropicMessages } from '../wire/anthropic-messages.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const anthropic: EngineDefinition = {
  kind: 'anthropic',
  label: 'Anthropic',
  source: 'api',
  baseUrl: 'https://api.anthropic.com/v1',
  version: 'v1',
  key: 'required',
  keyVariable: 'ANTHROPIC_API_KEY',
  keyPrefix: 'sk-ant-',
  // This version takes the key as a bearer token and rejects a second header with it.
  headers: (key) => ({ 'anthropic-version': '2026-10-21', ...bearer(key) }),
  wire: anthropicMessages,
  defaultModels: ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-4-5'],
  // https://platform.claude.com/docs/en/about-claude/models/overview
  families: [
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
  modelsDevId: 'anthropic',
  genaiPricesId: 'anthropic',
  readme: {
    docs: 'https://platform.claude.com/docs/en/api/overview',
    chat: 'Messages, version 2026-10-21',
    verifiedBy: 'the official SDK against a fake',
  },
};
