/** A real VS Code for a test, in code-server: a fresh profile each time, installed on first use. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyExtension } from '../../scripts/code-server/copy-extension.ts';
import { installCodeServer } from '../../scripts/code-server/install.ts';
import {
  type CodeServer,
  extensionsOf,
  installVsix,
  launchCodeServer,
  logOf,
  userDataOf,
} from '../../scripts/code-server/launch.ts';
import { quiet, writeSettings } from '../../scripts/set-up/editor-settings.ts';
import { report } from '../../scripts/set-up/report.mjs';
import { withoutDiscovery } from './without-local-engines.ts';

export interface CodeServerOptions {
  /** A folder to open. */
  workspace: string;
  /** An extension as it is built: a folder with package.json and dist. */
  extensionDevelopmentPath?: string;
  /** A packaged extension. */
  vsix?: string;
  /** A file with `run()`: `url` then runs it inside the extension host (needs `extensionDevelopmentPath`). */
  extensionTestsPath?: string;
  /** User settings. */
  settings?: Readonly<Record<string, unknown>>;
  /** No question whether the workspace is trusted. Default: true. */
  disableTrust?: boolean;
  /** Laid over this process's environment; `undefined` takes one out. */
  env?: Readonly<Record<string, string | undefined>>;
  /** More arguments for code-server. */
  args?: readonly string[];
}

export interface RunningCodeServer {
  /** Opens the workspace with these options. */
  url: string;
  port: number;
  pid: number;
  /** The folder of settings (`data/User/settings.json`), extensions and logs. Removed by `stop`. */
  profile: string;
  /** What code-server has written so far. */
  log(): string;
  stop(): Promise<void>;
}

export async function startCodeServer(options: CodeServerOptions): Promise<RunningCodeServer> {
  const { workspace, extensionDevelopmentPath, extensionTestsPath, vsix, settings, env } = options;
  const entry = await installCodeServer(report(process.stderr));
  const profile = mkdtempSync(join(tmpdir(), 'rumbo-code-server-'));
  const launch = {
    entry,
    profile,
    env: { HOME: join(profile, 'home'), ...env },
    args: [
      ...(options.disableTrust === false ? [] : ['--disable-workspace-trust']),
      ...(extensionTestsPath ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      ...(options.args ?? []),
    ],
  };
  writeSettings(userDataOf(profile), { ...quiet, ...withoutDiscovery, ...settings });
  if (vsix) installVsix(launch, vsix);
  if (extensionDevelopmentPath && !extensionTestsPath) {
    copyExtension(extensionDevelopmentPath, extensionsOf(profile));
  }
  const server = await launchCodeServer(launch);
  return {
    url: urlOf(server, workspace, extensionDevelopmentPath, extensionTestsPath),
    port: server.port,
    pid: server.pid,
    profile,
    log: () => readFileSync(logOf(profile), 'utf8'),
    async stop() {
      await server.stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function urlOf({ origin, port }: CodeServer, workspace: string, extension?: string, tests?: string): string {
  const url = new URL(origin);
  url.searchParams.set('folder', workspace);
  if (extension && tests) {
    const inHost = (path: string) => `vscode-remote://127.0.0.1:${port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', inHost(extension)],
      ['extensionTestsPath', inHost(tests)],
      ['skipWelcome', 'true'],
    ];
    url.searchParams.set('payload', JSON.stringify(payload));
  }
  return url.href;
}
