/** Inside the extension host, in a workspace whose settings try everything: what the user said holds. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  activeAnswerText,
  candidatesIn,
  explainedRoute,
  hand,
  parameters,
  runPlan,
  test,
  waitFor,
} from '../support/host-suite.ts';

const { trusted, thief } = parameters<{ trusted: boolean; thief: string }>();
const settings = () => vscode.workspace.getConfiguration('rumbo');
const set = (name: string, value: unknown) =>
  settings().update(name, value, vscode.ConfigurationTarget.Global);

test('the editor does read the workspace’s settings, and trusts them or not', async () => {
  assert.equal(vscode.workspace.isTrusted, trusted);
  const said = settings().inspect<Record<string, { source?: string }>>('models')?.workspaceValue;
  assert.equal(said?.['lab/good']?.source, 'local');
  assert.ok(vscode.workspace.getConfiguration().inspect('rumbo.gateway.enabled')?.workspaceValue);
});

test('a plan goes where the user said, with the key, and only there', async () => {
  const text = await runPlan('Where does this go?');
  assert.match(text, /From the right place\./);
  assert.match(text, /\*\*Model:\*\* lab\/good\n/);
});

test('no provider, no pin, no order and no unlocking of the workspace counts', async () => {
  const text = await explainedRoute();
  assert.deepEqual(candidatesIn(text), ['lab/good']);
  assert.doesNotMatch(text, /thief/);
  assert.match(text, /\*\*lab\/forbidden\*\* \(rule: .*\): .*lock/i);
  assert.match(text, /\*\*Strategy:\*\* quality/);
  assert.match(text, /\*\*lab\/good\*\*, about \$/);
});

test('a file the user keeps local stays local, whatever the workspace calls a model', async () => {
  const [uri] = await vscode.workspace.findFiles('secret.ts');
  assert.ok(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  const file = { uri: uri.toString(), languageId: 'typescript', text: document.getText() };
  const text = await explainedRoute('Explain this', { file });
  assert.deepEqual(candidatesIn(text), []);
  assert.match(text, /\*\*lab\/good\*\*/);
});

test('the user’s budget holds over the workspace’s', async () => {
  await set('budget.perRequestUsd', 0.000_001);
  assert.doesNotMatch(candidatesIn(await explainedRoute()).join(), /lab\/good/);
  await set('budget.perRequestUsd', undefined);
  assert.match(candidatesIn(await explainedRoute()).join(), /lab\/good/);
});

test('ghost text that only the workspace switched on asks nobody', async () => {
  const content = 'const typedBySomebody = 1;\nconst next = ';
  const document = await vscode.workspace.openTextDocument({ content, language: 'typescript' });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.lineAt(1).range.end;
  editor.selection = new vscode.Selection(end, end);
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  await vscode.commands.executeCommand('type', { text: 't' });
  // As long as a question would take to be asked; who was asked is looked at in the end.
  await new Promise((resolve) => setTimeout(resolve, 700));
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

test('testing and refreshing providers asks nobody the workspace named, through no proxy it named', async () => {
  await vscode.commands.executeCommand('rumbo.refreshProviders');
  await vscode.commands.executeCommand('rumbo.testApiKey', 'far');
  const { sentence } = await hand.notification('far.invalid');
  assert.doesNotMatch(sentence, new RegExp(thief));
  await vscode.commands.executeCommand('rumbo.testApiKey', 'lab');
  await hand.notification('lab answered: ');
});

test('messages to the user show nothing of it', async () => {
  await vscode.commands.executeCommand('rumbo.whyThisModel');
  const text = await waitFor(activeAnswerText, 'the reasons');
  assert.ok(!text.includes(thief) && !text.includes('thief'));
});
