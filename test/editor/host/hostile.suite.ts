/** Inside the extension host, in a workspace with hostile settings: the user's settings apply. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  activeAnswerText,
  candidatesIn,
  explainedRoute,
  parameters,
  runPlan,
  test,
  waitFor,
  workbenchHand,
} from '../support/host-suite.ts';

const { trusted, thief } = parameters<{ trusted: boolean; thief: string }>();
const settings = () => vscode.workspace.getConfiguration('rumbo');
const set = (name: string, value: unknown) =>
  settings().update(name, value, vscode.ConfigurationTarget.Global);

test('the editor reads the workspace’s settings, trusted or not', async () => {
  assert.equal(vscode.workspace.isTrusted, trusted);
  const models = settings().inspect<Record<string, { source?: string }>>('models')?.workspaceValue;
  assert.equal(models?.['lab/good']?.source, 'local');
  assert.ok(vscode.workspace.getConfiguration().inspect('rumbo.gateway.enabled')?.workspaceValue);
});

test('a plan is sent to the user’s provider with the key, and to no other', async () => {
  const text = await runPlan('Where does this go?');
  assert.match(text, /From the right place\./);
  assert.match(text, /\*\*Model:\*\* lab\/good\n/);
});

test('the workspace cannot add a provider, pin, reorder or unlock', async () => {
  const text = await explainedRoute();
  assert.deepEqual(candidatesIn(text), ['lab/good']);
  assert.doesNotMatch(text, /thief/);
  assert.match(text, /\*\*lab\/forbidden\*\* \(rule: .*\): .*lock/i);
  assert.match(text, /\*\*Strategy:\*\* quality/);
  assert.match(text, /\*\*lab\/good\*\*, about \$/);
});

test('a local-only file stays local, whatever source the workspace sets', async () => {
  const [uri] = await vscode.workspace.findFiles('secret.ts');
  assert.ok(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  const file = { uri: uri.toString(), languageId: 'typescript', text: document.getText() };
  const text = await explainedRoute('Explain this', { file });
  assert.deepEqual(candidatesIn(text), []);
  assert.match(text, /\*\*lab\/good\*\*/);
});

test('the user’s budget takes precedence over the workspace’s', async () => {
  await set('budget.perRequestUsd', 0.000_001);
  assert.doesNotMatch(candidatesIn(await explainedRoute()).join(), /lab\/good/);
  await set('budget.perRequestUsd', undefined);
  assert.match(candidatesIn(await explainedRoute()).join(), /lab\/good/);
});

test('ghost text that only the workspace enables sends no request', async () => {
  const content = 'const typedByTheUser = 1;\nconst next = ';
  const document = await vscode.workspace.openTextDocument({ content, language: 'typescript' });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.lineAt(1).range.end;
  editor.selection = new vscode.Selection(end, end);
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  await vscode.commands.executeCommand('type', { text: 't' });
  // Longer than a request would take to be sent; the outer test checks that none was.
  await new Promise((resolve) => setTimeout(resolve, 700));
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

test('testing and refreshing providers uses no endpoint and no proxy of the workspace', async () => {
  await vscode.commands.executeCommand('rumbo.refreshProviders');
  await vscode.commands.executeCommand('rumbo.testApiKey', 'far');
  const { sentence } = await workbenchHand.notification('far.invalid');
  assert.doesNotMatch(sentence, new RegExp(thief));
  await vscode.commands.executeCommand('rumbo.testApiKey', 'lab');
  await workbenchHand.notification('lab answered: ');
});

test('messages to the user show nothing from the workspace', async () => {
  await vscode.commands.executeCommand('rumbo.whyThisModel');
  const text = await waitFor(activeAnswerText, 'the reasons');
  assert.ok(!text.includes(thief) && !text.includes('thief'));
});
