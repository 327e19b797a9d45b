/** A few bundled servers for many trials: each trial acquires one and gives it new settings. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectServer, type TerminalServer } from '../../../scripts/terminal/server.ts';
import { engines } from '../../../server/engines/table.ts';
import { bareEnv, type Settings } from '../../e2e/server/support.ts';
import { withoutDiscovery } from '../without-local-engines.ts';
import { trusted } from './before-first-part.ts';

/** The key that every fake with a key accepts, and in the environment of every server. */
export const key = 'sk-test-key-12345';
export const keyEnv = 'RUMBO_TEST_KEY';

export type ServerPool = {
  /** Runs `work` with a free server. */
  use<T>(work: (server: TerminalServer) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** Starts `count` servers. */
export async function serverPool(count: number): Promise<ServerPool> {
  const authorities = join(mkdtempSync(join(tmpdir(), 'rumbo-')), 'authorities.pem');
  writeFileSync(authorities, trusted);
  const all = await Promise.all(
    Array.from({ length: count }, () =>
      connectServer({
        env: bareEnv({ [keyEnv]: key, SSL_CERT_FILE: authorities }),
        initializationOptions: { settings: onlyProviders({}) },
      }),
    ),
  );
  const free = [...all];
  const waiting: ((server: TerminalServer) => void)[] = [];
  return {
    async use(work) {
      const server = free.pop() ?? (await new Promise<TerminalServer>((resolve) => waiting.push(resolve)));
      try {
        return await work(server);
      } finally {
        const next = waiting.shift();
        if (next) next(server);
        else free.push(server);
      }
    },
    close: async () => void (await Promise.all(all.map((server) => server.close()))),
  };
}

/** These providers and no others, in this order, with short time limits. */
export function onlyProviders(providers: Settings, more: Settings = {}): Settings {
  const limits = { connectMs: 2_000, firstPartMs: 900, betweenPartsMs: 500 };
  return {
    ...withoutDiscovery,
    'rumbo.providers': {
      ...Object.fromEntries(
        engines.filter(({ baseUrl }) => baseUrl).map(({ kind }) => [kind, { enabled: false }]),
      ),
      ...providers,
    },
    'rumbo.routing.strategy': 'priority',
    'rumbo.routing.priorityOrder': Object.keys(providers),
    'rumbo.routing.timeouts': { local: limits, api: limits },
    'rumbo.cache.enabled': false,
    ...more,
  };
}

/** Changes the settings; they apply to later requests. */
export const configure = ({ connection }: TerminalServer, settings: Settings): Promise<void> =>
  connection.sendNotification('workspace/didChangeConfiguration', { settings });
