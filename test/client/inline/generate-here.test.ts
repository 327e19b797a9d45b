/** Generate Here from the instruction to what the user sees and what becomes of it, with a fake server. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { CancellationToken } from 'vscode';
import { promptBox } from '../../../client/answers/prompt-box.ts';
import { receiptHistory } from '../../../client/answers/receipt-history.ts';
import { generateHere } from '../../../client/inline/generate-here.ts';
import { createPreviews } from '../../../client/inline/preview.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { AskResult } from '../../../shared/protocol.ts';
import {
  events,
  fakeDocument,
  fakeEditor,
  Position,
  Range,
  Selection,
  Uri,
  window,
} from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleReceipt } from '../samples.ts';

const uri = new Uri('file', '/w/list.ts');
const text = 'class A {\n    \n}\n';
const at = new Position(1, 4);
const document = fakeDocument(uri);
const front = {
  document,
  selection: new Selection(at, at),
  options: { insertSpaces: true, tabSize: 4 },
};

/** A pending request: the test decides what is answered. */
type Pending = {
  readonly params: AskParams;
  readonly token: CancellationToken;
  send(code: string): void;
  finish(code: string, more?: object): Promise<void>;
  /** Ends with an answer that is no code, or code for another place. */
  finishWith(result: Partial<AskResult>): Promise<void>;
  fail(error: unknown): Promise<void>;
};
let requests: Pending[];
let deps: ReturnType<typeof makeDeps>;

const makeDeps = () => ({
  server: fakeServerProcess({
    ask(params, token, onPart) {
      assert.ok(token);
      const { promise, resolve, reject } = Promise.withResolvers<AskResult>();
      const code = (text: string) => ({ text, languageId: 'typescript' });
      requests.push({
        params,
        token,
        send: (text) => onPart({ type: 'code', code: code(text) }),
        finish(text, more = {}) {
          resolve({ text, code: code(text), receipt: sampleReceipt({ role: 'coder', ...more }) });
          return soon();
        },
        finishWith(result) {
          resolve({ text: 'the answer', receipt: sampleReceipt({ role: 'coder' }), ...result });
          return soon();
        },
        fail(error) {
          reject(error);
          return soon();
        },
      });
      token.onCancellationRequested(() => reject({ code: -32800 }));
      return promise;
    },
  }),
  prompts: promptBox(),
  receipts: receiptHistory(),
  previews: createPreviews('rumbo.rumbo'),
});

const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  fakeEditor.reset();
  fakeEditor.files.set(uri.toString(), { text, languageId: 'typescript' });
  front.selection = new Selection(at, at);
  window.activeTextEditor = front;
  requests = [];
  deps = makeDeps();
});
afterEach(() => deps.previews.dispose());

/** Asks, and returns the request once it waits. */
async function begin(instruction = 'double it'): Promise<Pending> {
  fakeEditor.inputs.push(instruction);
  void generateHere(deps);
  await soon();
  const last = requests.at(-1);
  assert.ok(last);
  return last;
}
const shown = (position = at) =>
  fakeEditor.ghostTextAt(document, position).map(({ insertText }) => insertText);
const line = () => fakeEditor.status.get('rumbo.generating')?.text;
const isGenerating = () => fakeEditor.context.get('rumbo.generating');

/** The event of a change in the document. */
function change(range: Range, inserted: string, reason?: number): void {
  events.changedText.fire({ document, contentChanges: [{ range, text: inserted }], reason });
}

test('the code streams at the cursor, is indented to fit, and is in no file', async () => {
  const request = await begin();
  assert.deepEqual(request.params.file?.selection, { start: { ...at }, end: { ...at } });
  assert.equal(request.params.role, 'coder');
  assert.equal(isGenerating(), true);
  assert.match(line() ?? '', /generating, Esc to stop/);
  request.send('double() {');
  assert.deepEqual(shown(), ['double() {']);
  request.send('double() {\n    return 2;\n}');
  assert.deepEqual(shown(), ['double() {\n        return 2;\n    }']);
  assert.equal(fakeEditor.text(uri), text);
  assert.ok(fakeEditor.executed.some(({ id }) => id === 'editor.action.inlineSuggest.trigger'));
  assert.deepEqual(shown(new Position(0, 0)), [], 'it shows at another position');
  await request.finish('double() {\n    return 2;\n}');
  assert.match(line() ?? '', /Tab to accept, Esc to discard/);
  assert.equal(fakeEditor.messages.length, 0);
  assert.equal(deps.receipts.last?.role, 'coder');
});

test('accepting ends the preview without cancelling or hiding anything', async () => {
  const request = await begin();
  await request.finish('two();');
  await deps.previews.accept();
  assert.equal(fakeEditor.executed.at(-1)?.id, 'editor.action.inlineSuggest.commit');
  change(new Range(at, at), 'two();');
  await soon();
  assert.deepEqual(shown(), []);
  assert.equal(isGenerating(), false);
  assert.equal(line(), undefined);
  assert.ok(!fakeEditor.executed.some(({ id }) => id === 'editor.action.inlineSuggest.hide'));
});

test('accepting a part moves the rest behind it, with the line endings of the file', async () => {
  const request = await begin();
  request.send('one();\ntwo();');
  change(new Range(at, at), 'one();\r\n    ');
  events.movedCursor.fire({ textEditor: front, selections: [selectionAt(2, 4)] });
  assert.deepEqual(shown(new Position(2, 4)), ['two();']);
  request.send('one();\ntwo();\nthree();');
  assert.deepEqual(shown(new Position(2, 4)), ['two();\n    three();']);
  await request.finish('one();\ntwo();\nthree();');
  change(new Range(2, 4, 2, 4), 'two();\n    three();');
  await soon();
  assert.equal(isGenerating(), false);
});

const selectionAt = (row: number, column: number) =>
  new Selection(new Position(row, column), new Position(row, column));

const droppings: Readonly<Record<string, () => void>> = {
  'Esc, or a click on the item of the status bar,': () => deps.previews.drop(),
  'typing something else': () => change(new Range(at, at), 'x'),
  'a change elsewhere in the file': () => change(new Range(0, 0, 0, 0), 'two();'),
  'a cursor that goes elsewhere': () =>
    events.movedCursor.fire({ textEditor: front, selections: [selectionAt(0, 0)] }),
  'another editor in front': () => events.changedEditor.fire(undefined),
};
for (const [what, drop] of Object.entries(droppings))
  test(`${what} discards the preview and cancels the request without a message`, async () => {
    const request = await begin();
    request.send('two();');
    drop();
    await soon();
    assert.deepEqual(shown(), []);
    assert.equal(request.token.isCancellationRequested, true);
    assert.equal(isGenerating(), false);
    assert.equal(line(), undefined);
    assert.equal(fakeEditor.messages.length, 0);
    assert.equal(fakeEditor.text(uri), text);
  });

test('saving the file does not discard the preview', async () => {
  const request = await begin();
  request.send('two();');
  events.changedText.fire({ document, contentChanges: [] });
  events.movedCursor.fire({ textEditor: front, selections: [selectionAt(1, 4)] });
  assert.deepEqual(shown(), ['two();']);
});

test('right after an undo the editor gets an explicit trigger', async () => {
  change(new Range(at, at), '', 1);
  const request = await begin();
  request.send('two();');
  const asks = fakeEditor.executed.filter(({ id }) => id === 'editor.action.inlineSuggest.trigger');
  assert.deepEqual(
    asks.map(({ args }) => args),
    [[]],
  );
});

test('a restart by another model replaces the preview, unless a part was accepted', async () => {
  const request = await begin();
  request.send('one();');
  request.send('let');
  assert.deepEqual(shown(), ['let']);
  change(new Range(at, at), 'le');
  request.send('const');
  await soon();
  assert.deepEqual(shown(), []);
  assert.equal(request.token.isCancellationRequested, true);
});

test('a failure is one sentence with one button, the prompt is kept, and the button retries', async () => {
  const request = await begin();
  fakeEditor.buttonToPress = 'Ask Again';
  await request.fail({ data: { kind: 'timeout', message: 'Lab was silent.', action: 'Try again.' } });
  assert.deepEqual(
    fakeEditor.messages.map(({ text, buttons }) => [text, buttons]),
    [['Lab was silent. Try again.', ['Ask Again']]],
  );
  assert.equal(isGenerating(), true, 'it was not retried');
  assert.equal(requests.length, 2);
  assert.equal(requests[1]?.params.prompt, 'double it');
  await requests[1]?.fail({ code: -32800 });
  fakeEditor.inputs.push(undefined);
  await generateHere(deps);
  assert.equal(fakeEditor.inputBoxes.at(-1)?.value, 'double it');
});

test('code received before an interruption stays and is marked incomplete', async () => {
  const request = await begin();
  request.send('one();');
  await request.fail({ data: { kind: 'interrupted', message: 'Lab broke off.' } });
  assert.deepEqual(shown(), ['one();']);
  assert.match(line() ?? '', /incomplete/);
});

test('an answer without code shows a message', async () => {
  const request = await begin();
  await request.finish('');
  assert.match(fakeEditor.messages[0]?.text ?? '', /contained no code/);
  assert.equal(isGenerating(), false);
});

test('a stronger model gets the same position in the current text', async () => {
  const request = await begin();
  await request.finish('two();');
  deps.previews.drop();
  fakeEditor.files.set(uri.toString(), { text: `// new\n${text}`, languageId: 'typescript' });
  void deps.receipts.askStronger?.();
  await soon();
  await soon();
  assert.equal(requests[1]?.params.strongerThan, 'groq/llama');
  assert.deepEqual(requests[1]?.params.file?.selection?.start, { line: 2, character: 4 });
});

test('a second preview replaces the first', async () => {
  const first = await begin();
  const second = await begin('triple it');
  assert.equal(first.token.isCancellationRequested, true);
  await soon();
  second.send('three();');
  assert.deepEqual(shown(), ['three();']);
  assert.equal(isGenerating(), true);
});

test('a file in the background is brought to the front, where the preview is visible', async () => {
  const other = { ...front, document: { ...document, uri: new Uri('rumbo-answer', '/a.md') } };
  window.activeTextEditor = other;
  window.visibleTextEditors.push(other, front);
  const bring = window.showTextDocument;
  window.showTextDocument = (shown) => {
    window.activeTextEditor = front;
    return bring(shown);
  };
  const request = await begin().finally(() => {
    window.showTextDocument = bring;
  });
  assert.deepEqual(fakeEditor.shownDocuments, [uri.toString()]);
  request.send('two();');
  assert.deepEqual(shown(), ['two();']);
});

test('a file closed while the user typed sends no request, and the prompt is kept', async () => {
  fakeEditor.inputs.push('double it');
  const closed = { ...document, isClosed: false };
  window.activeTextEditor = { ...front, document: closed };
  const generating = generateHere(deps);
  closed.isClosed = true;
  await Promise.race([generating, soon().then(soon)]);
  assert.equal(requests.length, 0);
  assert.match(fakeEditor.messages[0]?.text ?? '', /was closed/);
  window.activeTextEditor = front;
  fakeEditor.inputs.push(undefined);
  await generateHere(deps);
  assert.equal(fakeEditor.inputBoxes.at(-1)?.value, 'double it');
});

test('without a file a message says where the command works', async () => {
  window.activeTextEditor = undefined;
  await generateHere(deps);
  assert.match(fakeEditor.messages[0]?.text ?? '', /Open a file/);
});

test('an answer that is no code inserts nothing, and can be read', async () => {
  const elsewhere = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  for (const result of [
    { codeIssue: { kind: 'no-code', message: 'The model asks a question.' } as const },
    { code: { text: 'x', languageId: 'typescript', range: elsewhere } },
  ]) {
    const request = await begin();
    request.send('half');
    await request.finishWith(result);
    assert.deepEqual(shown(), []);
    const { text, buttons } = fakeEditor.messages.at(-1) ?? {};
    assert.match(
      text ?? '',
      /^The (?:model asks a question|answer changes other lines): nothing was inserted\.$/,
    );
    assert.deepEqual(buttons, ['Show Answer', 'Edit Prompt']);
  }
});

test('code with characters that are not shown is neither previewed nor inserted', async () => {
  const request = await begin();
  request.send('two();');
  request.send('two();\u202e');
  assert.deepEqual(shown(), ['two();'], 'the preview stays at what is visible');
  await request.finish('two();\u202e // \u001b[2J');
  assert.deepEqual(shown(), []);
  assert.match(
    fakeEditor.messages.at(-1)?.text ?? '',
    /characters that are not shown \(line 1: U\+202E right-to-left override; line 1: U\+001B escape\): nothing was inserted/,
  );
});
