import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { Clock } from '../../../../server/inline-completion/clock.ts';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import {
  type ContextRequest,
  contextProvider,
} from '../../../../server/inline-completion/context/context-provider.ts';
import { workspaceNames } from '../../../../server/inline-completion/context/paths.ts';
import { snippetTokens } from '../../../../server/inline-completion/context/snippet-selection.ts';
import { documentStore } from '../../../../server/inline-completion/documents.ts';
import { fileAccess } from '../../../../server/inline-completion/file-access.ts';

const folder = 'file:///home/ana/project';
const uriOf = (name: string) => `${folder}/${name}`;
const never = new AbortController().signal;

/** A clock that only moves when a test advances it. */
function manualClock() {
  const timers = new Map<() => void, number>();
  let now = 1_000;
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      timers.set(run, now + ms);
      return () => void timers.delete(run);
    },
  };
  return {
    clock,
    advance(ms: number): void {
      now += ms;
      for (const [run, at] of [...timers]) if (at <= now && timers.delete(run)) run();
    },
  };
}

/** An editor with open files; the cursor is at the end of the requested file, or at `▮`. */
function editor(files: Readonly<Record<string, string>>) {
  const { clock, advance } = manualClock();
  const open = documentStore(clock.now);
  const language = (name: string) =>
    name.endsWith('.py') ? 'python' : name.endsWith('.json') ? 'json' : 'typescript';
  for (const [name, text] of Object.entries(files))
    open.opened({ uri: uriOf(name), languageId: language(name), version: 1, text: text.replace('▮', '') });
  const provider = contextProvider({ documents: open, nameOf: workspaceNames([folder]), clock });

  const context = (name: string): CompletionContext => {
    const text = open.get(uriOf(name))?.text ?? '';
    const at = files[name]?.indexOf('▮') ?? -1;
    const cursor = at < 0 ? text.length : at;
    return {
      uri: uriOf(name),
      version: 1,
      languageId: language(name),
      before: text.slice(0, cursor),
      after: text.slice(cursor),
      indentation: { tabs: false, size: 2 },
      trigger: 'automatic',
    };
  };
  const request = (
    name: string,
    overrides: Partial<ContextRequest> = {},
    signal = never,
    cursorContext = context(name),
  ) => {
    const { before, after } = cursorContext;
    const visibleText = { prefix: before.slice(-800), suffix: after.slice(0, 200) };
    return provider.getContext(
      cursorContext,
      { model: 'local/m', visibleText, budgetTokens: 2_000, mayRead: () => true, ...overrides },
      signal,
    );
  };
  const edit = (name: string, line: number, text: string) => {
    const document = open.get(uriOf(name)) ?? assert.fail(`${name} is open`);
    const range = { start: { line, character: 0 }, end: { line, character: 0 } };
    open.changed(document.uri, document.version + 1, [{ range, text }]);
  };
  return { open, context, request, edit, clock, advance };
}

/** A function of some lines about one topic. */
const about = (thing: string, lines = 10) =>
  `function handle${thing}(${thing}Input) {\n${`  update${thing}State(${thing}Input, ${thing}Options);\n`.repeat(lines)}}\n`;
const names = (extra: readonly { name: string }[]) => extra.map(({ name }) => name);

test('finds passages of other files that are similar to the text at the cursor, and no others', async () => {
  const { request } = editor({
    'a.ts': about('Invoice'),
    'b.ts': `${about('Weather')}\n${about('Invoice').replace('handle', 'store')}`,
    'c.ts': about('Weather'),
  });
  const { snippets, uris, isComplete } = await request('a.ts');
  assert.deepEqual(names(snippets), ['b.ts']);
  assert.match(snippets[0]?.text ?? '', /^function storeInvoice/);
  assert.deepEqual(uris, [uriOf('b.ts')]);
  assert.equal(isComplete, true);
});

test('includes distant parts of the document itself, but not those that are in the prompt anyway', async () => {
  const { request } = editor({
    'a.ts': `${about('Invoice', 20)}\n${about('Weather', 40)}\n${about('Invoice', 8)}`,
  });
  const { snippets } = await request('a.ts');
  assert.equal(snippets.length, 1);
  assert.match(snippets[0]?.text ?? '', /^function handleInvoice/);
  assert.equal(snippets[0]?.text.split('\n').length, 22);
});

test('includes the signature of an imported name', async () => {
  const { request } = editor({
    'src/a.ts': "import { pay } from './money.ts';\n\nconst x = ",
    'src/money.ts':
      'export function pay(amount: number): void {\n  send(amount);\n}\nexport const unused = 1;\n',
  });
  const { snippets } = await request('src/a.ts');
  assert.deepEqual(snippets, [{ name: 'src/money.ts', text: 'export function pay(amount: number): void' }]);
});

test('recent edits come last, as a diff without the edit at the cursor', async () => {
  const { request, edit, advance } = editor({ 'a.ts': 'one\n', 'b.ts': 'two\n', 'c.ts': about('Cloud') });
  edit('b.ts', 0, 'first\n');
  advance(10);
  edit('c.ts', 0, 'second\n');
  edit('a.ts', 0, 'typing\n');
  const { snippets } = await request('a.ts');
  assert.deepEqual(snippets.at(-1), {
    name: 'recent-changes.diff',
    text: '--- a/b.ts\n+++ b/b.ts\n@@ -1,0 +1,1 @@\n+first\n--- a/c.ts\n+++ b/c.ts\n@@ -1,0 +1,1 @@\n+second\n',
  });
});

test('includes a passage that was just edited, even if it is not similar', async () => {
  const { request, edit } = editor({ 'a.ts': about('Invoice'), 'b.ts': about('Weather') });
  assert.deepEqual((await request('a.ts')).snippets, []);
  edit('b.ts', 2, '  rain();\n');
  const { snippets } = await request('a.ts');
  assert.deepEqual(names(snippets), ['b.ts', 'recent-changes.diff']);
});

test('includes definitions of a language server that arrive in time', async () => {
  const { request } = editor({ 'a.ts': 'x' });
  const definition = { uri: uriOf('closed.ts'), line: 3, text: 'type Money = { amount: number };\n' };
  const { snippets, isComplete } = await request('a.ts', { definitions: Promise.resolve([definition]) });
  assert.deepEqual(snippets, [{ name: 'closed.ts', text: 'type Money = { amount: number };' }]);
  assert.equal(isComplete, true);
});

test('omits late or failed definitions without waiting for them', async () => {
  const { request, advance } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice').replace('handle', 'store'),
  });
  const pending = request('a.ts', { definitions: new Promise(() => {}), deadlineMs: 50 });
  await setImmediate();
  advance(50);
  const late = await pending;
  assert.deepEqual([names(late.snippets), late.isComplete], [['b.ts'], false]);
  const failed = await request('a.ts', { definitions: Promise.reject(new Error('no server')) });
  assert.deepEqual([names(failed.snippets), failed.isComplete], [['b.ts'], false]);
});

test('keeps the previous definitions while new ones are late', async () => {
  const { request, advance } = editor({ 'a.ts': 'x' });
  const definition = { uri: uriOf('closed.ts'), line: 3, text: 'type Money = number;' };
  const first = await request('a.ts', { definitions: Promise.resolve([definition]) });
  const pending = request('a.ts', { definitions: new Promise(() => {}) });
  advance(50);
  assert.deepEqual((await pending).snippets, first.snippets);
  assert.deepEqual((await request('a.ts', { definitions: Promise.resolve([]) })).snippets, []);
});

test('uses what it found when the time is over, and reads the rest the next time', async () => {
  const { request, clock, advance } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice', 9),
    'c.ts': about('Invoice', 11),
  });
  const seen = new Set<string>();
  // Reading a file for the first time takes 20 ms.
  const allowed = ({ uri }: { uri: string }): boolean => {
    if (!seen.has(uri)) advance(20);
    seen.add(uri);
    return true;
  };
  const before = clock.now();
  const first = await request('a.ts', { mayRead: allowed, deadlineMs: 60 });
  assert.deepEqual([names(first.snippets), first.isComplete], [['b.ts'], false]);
  assert.ok(clock.now() - before <= 60);
  const second = await request('a.ts', { mayRead: allowed, deadlineMs: 60 });
  assert.deepEqual([names(second.snippets), second.isComplete], [['b.ts', 'c.ts'], true]);
  seen.clear();
  const third = await request('a.ts', { mayRead: allowed, deadlineMs: 40 });
  assert.equal(third.isComplete, false);
  assert.deepEqual(
    third.snippets,
    second.snippets,
    'snippets selected before stay when there is no time to rank them',
  );
});

test('the event loop runs while many files are searched', async () => {
  const files = Array.from({ length: 40 }, (_, index) => [`f${index}.ts`, about('Weather')]);
  const { request, advance } = editor({ 'a.ts': 'x', ...Object.fromEntries(files) });
  const allowed = () => {
    advance(1);
    return true;
  };
  // Also when everything is cached.
  for (const _ of ['first', 'second']) {
    let turns = 0;
    const look = () => {
      turns += 1;
      next = globalThis.setImmediate(look);
    };
    let next = globalThis.setImmediate(look);
    await request('a.ts', { deadlineMs: 1_000, mayRead: allowed });
    clearImmediate(next);
    assert.ok(turns >= 15, `${turns} turns in 41 ms`);
  }
});

test('an abort ends the search at once', async () => {
  const { request } = editor({ 'a.ts': 'x' });
  const controller = new AbortController();
  const pending = request('a.ts', { definitions: new Promise(() => {}) }, controller.signal);
  controller.abort();
  await assert.rejects(pending, { kind: 'cancelled' });
});

test('lines with secrets are in no snippet and in no diff', async () => {
  const secret = 'const password = "hunter22";';
  const { request, edit } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice').replace('{\n', `{\n  ${secret}\n`).replace('handle', 'store'),
  });
  edit('b.ts', 0, `${secret}\n`);
  const { snippets } = await request('a.ts', {
    definitions: Promise.resolve([{ uri: uriOf('d.ts'), line: 0, text: `type A = 1;\n${secret}` }]),
  });
  assert.ok(snippets.length >= 2);
  assert.doesNotMatch(JSON.stringify(snippets), /hunter22/);
});

test('lines with secrets are not in the signatures of an import', async () => {
  const { request } = editor({
    'a.ts': "import { key } from './b.ts';\n",
    'b.ts': `export const apiKey = "q1w2e3r4t5";\nexport const key = "no secret";\n${about('Weather', 30)}`,
  });
  const { snippets } = await request('a.ts');
  assert.deepEqual(snippets, [{ name: 'b.ts', text: 'export const key = "no secret";' }]);
  const all = editor({
    'a.ts': "import * as b from './b.ts';\n",
    'b.ts': `export const apiKey = "q1w2e3r4t5";\nexport const other = 1;\n${about('Weather', 30)}`,
  });
  assert.deepEqual((await all.request('a.ts')).snippets, [{ name: 'b.ts', text: 'export const other = 1;' }]);
});

test('changed files are read again', async () => {
  const { request, edit, advance } = editor({
    'a.ts': `import { pay } from './b.ts';\n${about('Invoice')}`,
    'b.ts': `export function pay(): void {}\n${about('Weather', 30)}`,
  });
  assert.match(JSON.stringify((await request('a.ts')).snippets), /pay\(\): void/);
  edit('b.ts', 0, `${about('Invoice', 12)}\nexport function pay(amount: number): void {}\n`);
  advance(700_000);
  const texts = (await request('a.ts')).snippets.map(({ text }) => text);
  assert.ok(texts.some((text) => text.startsWith('export function pay(amount: number): void')));
  assert.ok(texts.some((text) => text.startsWith('function handleInvoice')));
});

test('equal passages are included once', async () => {
  const { request } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice', 12),
    'c.ts': about('Invoice', 12),
  });
  assert.deepEqual(names((await request('a.ts')).snippets), ['b.ts']);
});

test('a definition that is in the prompt anyway is not repeated', async () => {
  const { request } = editor({ 'a.ts': 'type Money = number;\nlet x: Money = ' });
  const definitions = Promise.resolve([{ uri: uriOf('a.ts'), line: 0, text: 'type Money = number;' }]);
  assert.deepEqual((await request('a.ts', { definitions })).snippets, []);
});

test('a newer version of the document is not read for a request about an older one', async () => {
  const { request, context, open } = editor({ 'a.ts': `${about('Invoice', 20)}\n${about('Weather', 60)}` });
  const older = context('a.ts');
  open.changed(older.uri, 2, [{ text: `${about('Invoice', 30)}\n${older.before}` }]);
  assert.deepEqual((await request('a.ts', {}, never, older)).snippets, []);
});

test('data files are no context for code', async () => {
  const { request } = editor({ 'a.ts': about('Invoice'), 'b.json': about('Invoice') });
  assert.deepEqual((await request('a.ts')).snippets, []);
});

test('new snippets are in order of path and line', async () => {
  const { request } = editor({
    'z.ts': about('Invoice'),
    'c.ts': `${about('Invoice', 12)}\n${about('Invoice', 13)}`,
    'b.ts': about('Invoice', 14),
  });
  const { snippets } = await request('z.ts');
  assert.deepEqual(
    snippets.map(({ name, text }) => [name, text.split('\n').length]),
    [
      ['b.ts', 16],
      ['c.ts', 14],
      ['c.ts', 15],
    ],
  );
});

test('snippets of the previous prompt keep their position, and new ones follow', async () => {
  const { request, open } = editor({ 'z.ts': about('Invoice'), 'm.ts': about('Invoice', 12) });
  const first = await request('z.ts');
  open.opened({
    uri: uriOf('a.ts'),
    languageId: 'typescript',
    version: 1,
    text: about('Invoice', 10).replace('handle', 'keep'),
  });
  const second = await request('z.ts');
  assert.deepEqual(second.snippets.slice(0, 1), first.snippets);
  assert.deepEqual(names(second.snippets), ['m.ts', 'a.ts']);
  const other = await request('z.ts', { model: 'local/other' });
  assert.deepEqual(names(other.snippets), ['a.ts', 'm.ts']);
});

test('a slightly better snippet does not replace a previous one', async () => {
  const { request, open } = editor({
    'z.ts': about('Invoice'),
    'm.ts': `${about('Invoice', 12)}const other = more;\n`,
  });
  const budgetTokens = Math.ceil(
    (snippetTokens({ name: 'm.ts', text: `${about('Invoice', 12)}const other = more;` }) + 1) / 0.8,
  );
  const first = await request('z.ts', { budgetTokens });
  assert.deepEqual(names(first.snippets), ['m.ts']);
  open.opened({ uri: uriOf('a.ts'), languageId: 'typescript', version: 1, text: about('Invoice', 12) });
  assert.deepEqual(names((await request('z.ts', { budgetTokens })).snippets), ['m.ts']);
  assert.deepEqual(names((await request('z.ts', { budgetTokens, model: 'local/other' })).snippets), ['a.ts']);
});

test('a passage that moved down keeps its text and position', async () => {
  const { request, edit, advance } = editor({
    'z.ts': about('Invoice'),
    'm.ts': about('Invoice', 12),
    'n.ts': about('Invoice', 13),
  });
  const first = await request('z.ts');
  edit('m.ts', 0, `${'// new\n'.repeat(9)}\n`);
  advance(700_000);
  const second = await request('z.ts');
  assert.equal(first.snippets.length, 2);
  assert.deepEqual(second.snippets, first.snippets);
});

test('a previous snippet is dropped once the model may no longer read its file', async () => {
  const { request, advance } = editor({ 'a.ts': 'x' });
  const definition = { uri: uriOf('closed.ts'), line: 3, text: 'type Money = number;' };
  await request('a.ts', { definitions: Promise.resolve([definition]) });
  const pending = request('a.ts', {
    definitions: new Promise(() => {}),
    mayRead: ({ uri }) => uri !== uriOf('closed.ts'),
  });
  advance(50);
  assert.deepEqual((await pending).snippets, []);
});

const thing = fc.constantFrom('Invoice', 'Weather', 'Cloud', 'Ticket');
const file = fc
  .array(fc.tuple(thing, fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([name, lines]) => about(name, lines)).join('\n'));
const project = fc.dictionary(
  fc.constantFrom('b.ts', 'c.ts', 'legal/d.ts', '.env', 'own/e.ts', 'f.py'),
  file,
);

test('never exceeds the token budget, whatever is open', async () => {
  await fc.assert(
    fc.asyncProperty(project, file, fc.nat(3_000), async (files, own, budgetTokens) => {
      const { request, edit } = editor({ ...files, 'a.ts': own });
      for (const name of Object.keys(files)) edit(name, 1, 'edited();\n');
      const { snippets, tokens } = await request('a.ts', { budgetTokens });
      assert.equal(
        tokens,
        snippets.reduce((sum, excerpt) => sum + snippetTokens(excerpt), 0),
      );
      assert.ok(tokens <= budgetTokens);
    }),
  );
});

test('a file that the model may not read never appears, not even in a diff', async () => {
  const rules = {
    languages: { python: false },
    exclude: ['legal'],
    localOnly: ['own'],
    maxCharacters: 2_000,
    maxLines: 100,
  };
  const guard = fileAccess(rules);
  await fc.assert(
    fc.asyncProperty(project, file, fc.boolean(), async (files, own, isPrivate) => {
      const { request, edit, open } = editor({ ...files, 'a.ts': own });
      for (const name of Object.keys(files)) edit(name, 1, `edited("${name}");\n`);
      const reader = { private: isPrivate };
      const { snippets, uris } = await request('a.ts', {
        mayRead: (each) => guard.mayRead(each, reader),
        definitions: Promise.resolve(
          Object.keys(files).map((name) => ({ uri: uriOf(name), line: 1, text: about(name) })),
        ),
      });
      for (const name of Object.keys(files)) {
        const { text = '', languageId = '', lineCount = 0 } = open.get(uriOf(name)) ?? {};
        if (
          guard.mayRead({ uri: uriOf(name), languageId, characters: text.length, lines: lineCount }, reader)
        )
          continue;
        assert.ok(!uris.includes(uriOf(name)));
        assert.ok(!JSON.stringify(snippets).includes(name), name);
      }
    }),
  );
});

test('the same files, edits and requests give the same context in any order of opening', async () => {
  const budget = fc.integer({ min: 200, max: 3_000 });
  const deadline = fc.integer({ min: 8, max: 60 });
  await fc.assert(
    fc.asyncProperty(project, file, budget, deadline, async (files, own, budgetTokens, deadlineMs) => {
      const all = Object.entries({ ...files, 'a.ts': own });
      const runs = [all, all.toReversed()].map(async (order) => {
        const { request, edit, advance } = editor(Object.fromEntries(order));
        const allowed = () => {
          advance(5);
          return true;
        };
        for (const name of Object.keys(files).sort().slice(0, 3)) edit(name, 1, 'edited();\n');
        const first = await request('a.ts', { budgetTokens, deadlineMs, mayRead: allowed });
        edit('a.ts', 0, 'typed();\n');
        return [first, await request('a.ts', { budgetTokens, deadlineMs, mayRead: allowed })];
      });
      const [one, two] = await Promise.all(runs);
      assert.deepEqual(one, two);
    }),
  );
});

test('names are relative to the workspace, and do not reveal locations outside of it', () => {
  const one = workspaceNames(['file:///home/ana/project/']);
  assert.equal(one('file:///home/ana/project/src/%C3%B1.ts'), 'src/ñ.ts');
  assert.equal(one('file:///home/ana/other/lib/a.ts'), 'lib/a.ts');
  assert.equal(one('untitled:Untitled-1'), 'Untitled-1');
  const two = workspaceNames(['file:///home/ana/one', 'file:///home/ana/one/two']);
  assert.equal(two('file:///home/ana/one/two/a.ts'), 'two/a.ts');
  assert.equal(two('file:///home/ana/one/a.ts'), 'one/a.ts');
  assert.equal(workspaceNames([])('file:///home/ana/a.ts'), 'ana/a.ts');
});
