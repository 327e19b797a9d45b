/** Ollama on this machine or another. https://github.com/ollama/ollama/blob/main/docs/api.md */
import { join } from 'node:path';
import { ollamaChat } from '../../wire/ollama-chat.ts';
import { isOllamaCloudModel } from '../../wire/ollama-models.ts';
import { bearer } from '../define.ts';
import type { EngineDefinition } from '../engine.ts';
import { ollamaDetails } from './details.ts';
import { ollamaFingerprint } from './fingerprint.ts';
import { ollamaLifecycle } from './lifecycle.ts';
import { ollamaModelNames } from './model-names.ts';
import { ollamaPullNames } from './pull-names.ts';

const usualPort = 11_434;

export const ollama: EngineDefinition = {
  kind: 'ollama',
  label: 'Ollama',
  source: 'local',
  baseUrl: `http://127.0.0.1:${usualPort}`,
  key: 'optional',
  // Clients of OpenAI's API need `/v1` there.
  basePath: (path) => path.replace(/\/(?:v1|api)(?:\/.*)?$/s, ''),
  addressVariables: ['OLLAMA_HOST'],
  readme: {
    docs: 'https://github.com/ollama/ollama/blob/main/docs/api.md',
    chat: 'its own',
    verifiedBy: 'a fake after its source',
  },
  headers: bearer,
  baseUrlFromEnv: (env) => baseUrlOfHost(env['OLLAMA_HOST']),
  wire: ollamaChat,
  isRemote: isOllamaCloudModel,
  modelNames: ollamaModelNames,
  // Without a graphics card or with a small one; with 24 GB it is 32k. https://docs.ollama.com/context-length
  defaultContextTokens: 4_096,
  fingerprint: ollamaFingerprint,
  details: ollamaDetails,
  lifecycle: (api, label) => ollamaLifecycle(api, label),
  // A service of Linux's own user keeps them in that user's home.
  modelFolders: (env, home) => [
    env['OLLAMA_MODELS'],
    join(home, '.ollama', 'models'),
    '/usr/share/ollama/.ollama/models',
    '/var/lib/ollama/.ollama/models',
  ],
  pullNames: ollamaPullNames,
};

/**
 * `OLLAMA_HOST` as Ollama itself reads it: `host`, `host:port`, `:port`, `scheme://host[:port][/path]`.
 * `undefined` when it is not set or no address. https://github.com/ollama/ollama/blob/main/envconfig/config.go
 */
function baseUrlOfHost(host: string | undefined): string | undefined {
  const value = host?.trim().replace(/^["']|["']$/g, '');
  if (!value) return undefined;
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?(.*)$/i.exec(value) ?? [];
  const [, authority = '', path = ''] = /^([^/]*)(.*)$/s.exec(rest) ?? [];
  const bare =
    /^[0-9a-f:]+$/i.test(authority) && authority.split(':').length > 2 ? `[${authority}]` : authority;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(bare) ?? [];
  // With a scheme the port is the scheme's own, without one it is Ollama's.
  const withPort = port ? `:${port}` : scheme ? '' : `:${usualPort}`;
  const url = URL.parse(`${scheme ?? 'http'}://${connectable(name)}${withPort}${path}`);
  return url && !url.username && !url.password
    ? `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, '')
    : undefined;
}

/** Addresses that mean “listen everywhere” are reached on loopback. */
const connectable = (name: string): string =>
  name === '' || name === '0.0.0.0' ? '127.0.0.1' : name === '[::]' ? '[::1]' : name;
