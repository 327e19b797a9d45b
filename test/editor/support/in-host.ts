/**
 * Runs a suite inside a real extension host: bundles it, opens VS Code with its test driver, performs its actions on the
 * workbench, and reports each of its tests as one of ours.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import { extensionsOf } from '../../../scripts/code-server/launch.ts';
import { projectFolder } from '../../../scripts/set-up/folders.ts';
import { startCodeServer } from '../../support/code-server.ts';
import { openPage } from './browser.ts';
import { type EditorWindowOptions, saveEvidence } from './editor.ts';
import type { SuiteMessage, WorkbenchAction } from './host-suite.ts';
import { output } from './output.ts';
import { packagedExtension } from './vsix.ts';
import { type Workbench, workbench } from './workbench.ts';

export type HostOptions = EditorWindowOptions & {
  /** The suite's file: it calls `test` of host-suite.ts. */
  readonly suite: string;
  /** The suite's `parameters`. */
  readonly parameters?: unknown;
  /** Files to add to the sample workspace: paths and texts. */
  readonly files?: Readonly<Record<string, string>>;
};

/** Milliseconds for one suite. */
const limitMs = 150_000;

/** Runs the suite; each of its tests becomes a subtest of `t`. */
export async function runInHost(t: TestContext, options: HostOptions): Promise<void> {
  const { suite, parameters, files = {}, ...editor } = options;
  const name = basename(suite, '.suite.ts');
  const workspace = mkdtempSync(join(tmpdir(), 'rumbo-workspace-'));
  cpSync(join(projectFolder, 'samples'), workspace, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  const server = await startCodeServer({
    workspace,
    vsix: packagedExtension(),
    args: ['--vscode-option', 'enable-smoke-test-driver'],
    ...editor,
  });
  let hand: Workbench | undefined;
  const channel = await listen(
    async (request) => {
      if (!hand) throw new Error('There is no window yet.');
      return performRequest(hand, request);
    },
    (text) => t.diagnostic(text),
  );
  const { page, close } = await openPage(server.url);
  try {
    hand = workbench(page);
    const log: string[] = [];
    await page.exposeFunction('codeAutomationLog', (kind: string, words: unknown[]) => {
      log.push(`[${kind}] ${words.join(' ')}`);
    });
    const exited = new Promise<unknown>((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
    const tests = await bundle(suite, { channel: channel.origin, parameters });
    await page.goto(urlOf(server.url, installedIn(extensionsOf(server.profile)), tests));

    const ended = Promise.race([
      exited,
      new Promise((resolve) => setTimeout(resolve, limitMs, `${name} did not end in time`).unref()),
    ]);
    for await (const { title, result } of channel.tests(ended)) {
      await t.test(title, async () => {
        const { error } = await result;
        if (error === undefined) return;
        if (hand) await saveEvidence({ ...hand, log: () => log.join('\n') }, `${name} ${title}`);
        throw Object.assign(new Error(error.message), { stack: error.stack });
      });
    }
    const code = await ended;
    writeFileSync(output(`host-${name}.log`), log.join('\n'));
    if (code !== 0 && channel.failed === 0) throw new Error(`The extension host ended with ${code}.`);
  } finally {
    await close();
    channel.close();
    await server.stop();
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** The suite as one file; `vscode` is the editor's own. */
async function bundle(suite: string, given: object): Promise<string> {
  const file = output(`host/${basename(suite, '.ts')}.cjs`);
  await build({
    entryPoints: [suite],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'error',
    define: { GIVEN: JSON.stringify(given) },
    footer: { js: 'module.exports.run ??= globalThis.rumboSuite;' },
  });
  return file;
}

const installedIn = (extensions: string): string => {
  const folder = readdirSync(extensions).find((name) => name.startsWith('rumbo.rumbo'));
  if (!folder) throw new Error('The package was not installed.');
  return join(extensions, folder);
};

function urlOf(workspaceUrl: string, extension: string, tests: string): string {
  const url = new URL(workspaceUrl);
  const inHost = (path: string) => `vscode-remote://${url.host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', inHost(extension)],
    ['extensionTestsPath', inHost(tests)],
    ['skipWelcome', 'true'],
  ];
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/** Performs an action of the suite on the workbench. */
async function performRequest(hand: Workbench, request: WorkbenchAction): Promise<unknown> {
  switch (request.do) {
    case 'answer':
      return hand.answer(request.title, request.text);
    case 'notification': {
      const found = await hand.notification(request.words);
      const buttons = await found.locator('.monaco-button').allTextContents();
      return { sentence: await hand.sentence(found), buttons: buttons.filter((button) => button !== '') };
    }
    case 'press':
      return hand.press(await hand.notification(request.words), request.button);
  }
}

type Result = Extract<SuiteMessage, { type: 'end' }>;
type Running = { readonly title: string; readonly result: Promise<Pick<Result, 'error'>> };

/** An HTTP server on loopback: the suite sends its results and actions here. */
async function listen(perform: (request: WorkbenchAction) => Promise<unknown>, note: (text: string) => void) {
  const queue: Running[] = [];
  let wake = () => {};
  let end: (result: Pick<Result, 'error'>) => void = () => {};
  let failed = 0;

  const handle = async (message: SuiteMessage): Promise<unknown> => {
    if (message.type === 'action') return perform(message.action);
    if (message.type === 'note') return note(message.text);
    if (message.type === 'start') {
      const { promise, resolve } = Promise.withResolvers<Pick<Result, 'error'>>();
      end = resolve;
      queue.push({ title: message.title, result: promise });
      wake();
      return;
    }
    if (message.error) failed += 1;
    end(message);
    return;
  };
  const server = createServer((request, response) => {
    read(request)
      .then(handle)
      .then(
        (value) => response.end(JSON.stringify({ value })),
        (error: Error) => response.end(JSON.stringify({ error: error.message })),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get failed() {
      return failed;
    },
    /** Each test as it starts, until the host ends. */
    async *tests(ended: Promise<unknown>): AsyncGenerator<Running> {
      let over = false;
      void ended.then((how) => {
        over = true;
        end({ error: { message: `The extension host ended before the test did: ${how}.`, stack: '' } });
        wake();
      });
      for (;;) {
        const next = queue.shift();
        if (next) yield next;
        else if (over) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function read(request: IncomingMessage): Promise<SuiteMessage> {
  const bytes: Buffer[] = [];
  for await (const chunk of request) bytes.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(bytes).toString());
}
