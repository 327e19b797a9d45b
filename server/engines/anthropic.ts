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
  // This version takes the key as a bearer token; a second header beside it is refused.
  headers: (key) => ({ 'anthropic-version': '2026-10-21', ...bearer(key) }),
  wire: anthropicMessages,
  defaultModels: ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-4-5'],
};
