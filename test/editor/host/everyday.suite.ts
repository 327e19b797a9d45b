/** Inside the extension host: activation, commands, settings that apply at once, and a server that crashes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import {
  activeAnswerText,
  candidatesIn,
  explainedRoute,
  note,
  parameters,
  runPlan,
  test,
  waitFor,
  workbenchHand,
} from '../support/host-suite.ts';

type Manifest = { contributes: { commands: { command: string }[] } };
const { providers } = parameters<{ providers: Record<string, object> }>();

const extension = () => {
  const found = vscode.extensions.getExtension<undefined>('rumbo.rumbo');
  assert.ok(found, 'rumbo.rumbo is not installed');
  return found;
};
const settings = () => vscode.workspace.getConfiguration('rumbo');
const set = (name: string, value: unknown, target = vscode.ConfigurationTarget.Global) =>
  settings().update(name, value, target);

/** The server's process: a child of this host. */
const serverPid = (): number | undefined =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const mine = parent === String(process.pid);
        return mine && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('server.cjs');
      } catch {
        return false; // It has ended meanwhile.
      }
    });

test('the extension activates by itself, quickly, and starts no server', async () => {
  await waitFor(() => extension().isActive, 'activation');
  // The editor's own measurement.
  await vscode.commands.executeCommand('perfview.show');
  const row = await waitFor(
    () =>
      vscode.workspace.textDocuments
        .map((document) => /^\|\s*rumbo\.rumbo\s*\|(.*)$/m.exec(document.getText())?.[1])
        .find((cells) => cells !== undefined),
    'a row about rumbo.rumbo',
  );
  const [, load = Number.NaN, activate = Number.NaN] = row.split('|').map((cell) => Number.parseFloat(cell));
  await note(`activation: ${load} ms to load the code, ${activate} ms in activate()`);
  assert.ok(activate <= 250, `activate() took ${activate} ms`);
  assert.equal(serverPid(), undefined);
});

test('every command of the manifest is registered', async () => {
  const { contributes } = extension().packageJSON as Manifest;
  const registered = new Set(await vscode.commands.getCommands(true));
  assert.deepEqual(
    contributes.commands.map(({ command }) => command).filter((command) => !registered.has(command)),
    [],
  );
  assert.ok(contributes.commands.length > 10);
});

test('a changed strategy and priority order apply to the next request', async () => {
  await set('routing.strategy', 'priority');
  await set('routing.priorityOrder', ['large', 'small']);
  assert.deepEqual(candidatesIn(await explainedRoute()), ['large/practice-large', 'small/practice-small']);
  await set('routing.priorityOrder', ['small', 'large']);
  assert.deepEqual(candidatesIn(await explainedRoute()), ['small/practice-small', 'large/practice-large']);
  assert.match(await runPlan('Which one answers?'), /\*\*Model:\*\* small\/practice-small/);
  await set('routing.strategy', 'quality');
  const text = await explainedRoute();
  assert.match(text, /\*\*Strategy:\*\* quality/);
  assert.equal(candidatesIn(text)[0], 'large/practice-large');
});

test('toggle, locked, tier and source of a model apply to the next request', async () => {
  await set('models', { 'large/practice-large': { toggle: false } });
  assert.deepEqual(candidatesIn(await explainedRoute()), ['small/practice-small']);
  await set('models', { 'small/practice-small': { locked: true } });
  assert.deepEqual(candidatesIn(await explainedRoute()), ['large/practice-large']);
  await set('models', { 'small/practice-small': { tier: 5 }, 'large/practice-large': { tier: 1 } });
  assert.equal(candidatesIn(await explainedRoute())[0], 'small/practice-small');
  await set('models', { 'small/practice-small': { source: 'api' } });
  assert.match(await explainedRoute(), /\*\*small\/practice-small\*\*, price unknown/);
  await set('models', undefined);
  assert.equal(candidatesIn(await explainedRoute()).length, 2);
});

test('a configured provider is available at once, and gone when it is removed', async () => {
  const { small } = providers;
  await set('providers', { ...providers, third: { ...small, label: 'Third' } });
  assert.ok(candidatesIn(await explainedRoute()).includes('third/practice-small'));
  await set('providers', providers);
  assert.ok(!candidatesIn(await explainedRoute()).includes('third/practice-small'));
});

test('a workspace can turn a model off, but cannot add a provider', async () => {
  await set('models', { 'large/practice-large': { locked: true } }, vscode.ConfigurationTarget.Workspace);
  assert.deepEqual(candidatesIn(await explainedRoute()), ['small/practice-small']);
  await set('models', undefined, vscode.ConfigurationTarget.Workspace);
  assert.equal(candidatesIn(await explainedRoute()).length, 2);
  await assert.rejects(Promise.resolve(set('providers', {}, vscode.ConfigurationTarget.Workspace)));
});

test('a server that crashes fails the answer with one sentence, keeps its text, and the next request works', async () => {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const planned = vscode.commands.executeCommand('rumbo.plan');
  await workbenchHand.answer('Rumbo: Plan', 'Tell me an endless story');
  await waitFor(() => activeAnswerText().includes('waves rise and fall'), 'the beginning of a story');
  const before = serverPid();
  assert.ok(before);
  process.kill(before, 'SIGKILL');
  await planned;
  const text = await waitFor(
    () => activeAnswerText().includes('Incomplete') && activeAnswerText(),
    'the end of the story',
  );
  assert.match(
    text,
    /waves rise and fall[\s\S]*\*\*Incomplete:\*\* Rumbo’s server stopped before the answer was complete/,
  );
  const { sentence, buttons } = await workbenchHand.notification('Rumbo’s server stopped');
  assert.doesNotMatch(sentence, /\n| at |Error:/);
  assert.deepEqual(buttons, ['Ask Again']);

  assert.match(await runPlan('And now?'), /## Receipt/);
  const after = serverPid();
  assert.ok(after && after !== before);
});

test('the server can be restarted by command', async () => {
  const before = serverPid();
  await vscode.commands.executeCommand('rumbo.restartServer');
  assert.equal(candidatesIn(await explainedRoute()).length, 2);
  assert.notEqual(serverPid(), before);
});
