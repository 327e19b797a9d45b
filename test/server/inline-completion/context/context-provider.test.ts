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

/** A clock that stands still until it is moved. */
function stillClock() {
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
    move(ms: number): void {
      now += ms;
      for (const [run, at] of [...timers]) if (at <= now && timers.delete(run)) run();
    },
  };
}

/** An editor with open files; the cursor is at the end of the file that is asked about, or at `▮`. */
function editor(files: Readonly<Record<string, string>>) {
  const { clock, move } = stillClock();
  const open = documentStore(clock.now);
  const language = (name: string) =>
    name.endsWith('.py') ? 'python' : name.endsWith('.json') ? 'json' : 'typescript';
  for (const [name, text] of Object.entries(files))
    open.opened({ uri: uriOf(name), languageId: language(name), version: 1, text: text.replace('▮', '') });
  const known = contextProvider({ documents: open, nameOf: workspaceNames([folder]), clock });

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
  const ask = (name: string, wish: Partial<ContextRequest> = {}, signal = never, asked = context(name)) => {
    const { before, after } = asked;
    const shown = { prefix: before.slice(-800), suffix: after.slice(0, 200) };
    return known.getContext(
      asked,
      { model: 'local/m', visibleText: shown, budgetTokens: 2_000, mayRead: () => true, ...wish },
      signal,
    );
  };
  const edit = (name: string, line: number, text: string) => {
    const document = open.get(uriOf(name)) ?? assert.fail(`${name} is open`);
    const range = { start: { line, character: 0 }, end: { line, character: 0 } };
    open.changed(document.uri, document.version + 1, [{ range, text }]);
  };
  return { open, context, ask, edit, clock, move };
}

/** A function of some lines about one thing. */
const about = (thing: string, lines = 10) =>
  `function handle${thing}(${thing}Input) {\n${`  update${thing}State(${thing}Input, ${thing}Options);\n`.repeat(lines)}}\n`;
const names = (extra: readonly { name: string }[]) => extra.map(({ name }) => name);

test('places like the one at the cursor are found in other files, and others are not', async () => {
  const { ask } = editor({
    'a.ts': about('Invoice'),
    'b.ts': `${about('Weather')}\n${about('Invoice').replace('handle', 'store')}`,
    'c.ts': about('Weather'),
  });
  const { snippets, uris, isComplete } = await ask('a.ts');
  assert.deepEqual(names(snippets), ['b.ts']);
  assert.match(snippets[0]?.text ?? '', /^function storeInvoice/);
  assert.deepEqual(uris, [uriOf('b.ts')]);
  assert.equal(isComplete, true);
});

test('the document’s own distant parts help, those the model reads anyway are not repeated', async () => {
  const { ask } = editor({
    'a.ts': `${about('Invoice', 20)}\n${about('Weather', 40)}\n${about('Invoice', 8)}`,
  });
  const { snippets } = await ask('a.ts');
  assert.equal(snippets.length, 1);
  assert.match(snippets[0]?.text ?? '', /^function handleInvoice/);
  assert.equal(snippets[0]?.text.split('\n').length, 22);
});

test('what an import names is shown by its signature', async () => {
  const { ask } = editor({
    'src/a.ts': "import { pay } from './money.ts';\n\nconst x = ",
    'src/money.ts':
      'export function pay(amount: number): void {\n  send(amount);\n}\nexport const unused = 1;\n',
  });
  const { snippets } = await ask('src/a.ts');
  assert.deepEqual(snippets, [{ name: 'src/money.ts', text: 'export function pay(amount: number): void' }]);
});

test('recent edits come last, as a diff, the one at the cursor left out', async () => {
  const { ask, edit, move } = editor({ 'a.ts': 'one\n', 'b.ts': 'two\n', 'c.ts': about('Cloud') });
  edit('b.ts', 0, 'first\n');
  move(10);
  edit('c.ts', 0, 'second\n');
  edit('a.ts', 0, 'typing\n');
  const { snippets } = await ask('a.ts');
  assert.deepEqual(snippets.at(-1), {
    name: 'recent-changes.diff',
    text: '--- a/b.ts\n+++ b/b.ts\n@@ -1,0 +1,1 @@\n+first\n--- a/c.ts\n+++ b/c.ts\n@@ -1,0 +1,1 @@\n+second\n',
  });
});

test('a place that was just edited is shown though it is like nothing', async () => {
  const { ask, edit } = editor({ 'a.ts': about('Invoice'), 'b.ts': about('Weather') });
  assert.deepEqual((await ask('a.ts')).snippets, []);
  edit('b.ts', 2, '  rain();\n');
  const { snippets } = await ask('a.ts');
  assert.deepEqual(names(snippets), ['b.ts', 'recent-changes.diff']);
});

test('definitions of a language server are taken when they come in time', async () => {
  const { ask } = editor({ 'a.ts': 'x' });
  const definition = { uri: uriOf('closed.ts'), line: 3, text: 'type Money = { amount: number };\n' };
  const { snippets, isComplete } = await ask('a.ts', { definitions: Promise.resolve([definition]) });
  assert.deepEqual(snippets, [{ name: 'closed.ts', text: 'type Money = { amount: number };' }]);
  assert.equal(isComplete, true);
});

test('definitions that are late or fail are left out, and nobody waits for them', async () => {
  const { ask, move } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice').replace('handle', 'store'),
  });
  const asked = ask('a.ts', { definitions: new Promise(() => {}), deadlineMs: 50 });
  await setImmediate();
  move(50);
  const late = await asked;
  assert.deepEqual([names(late.snippets), late.isComplete], [['b.ts'], false]);
  const failed = await ask('a.ts', { definitions: Promise.reject(new Error('no server')) });
  assert.deepEqual([names(failed.snippets), failed.isComplete], [['b.ts'], false]);
});

test('a definition that was there the last time stays while the next answer is late', async () => {
  const { ask, move } = editor({ 'a.ts': 'x' });
  const definition = { uri: uriOf('closed.ts'), line: 3, text: 'type Money = number;' };
  const first = await ask('a.ts', { definitions: Promise.resolve([definition]) });
  const asked = ask('a.ts', { definitions: new Promise(() => {}) });
  move(50);
  assert.deepEqual((await asked).snippets, first.snippets);
  assert.deepEqual((await ask('a.ts', { definitions: Promise.resolve([]) })).snippets, []);
});

test('when time is up, what is found is used, the rest is read the next time', async () => {
  const { ask, clock, move } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice', 9),
    'c.ts': about('Invoice', 11),
  });
  const seen = new Set<string>();
  // The first look at a file takes 20 ms.
  const allowed = ({ uri }: { uri: string }): boolean => {
    if (!seen.has(uri)) move(20);
    seen.add(uri);
    return true;
  };
  const before = clock.now();
  const first = await ask('a.ts', { mayRead: allowed, deadlineMs: 60 });
  assert.deepEqual([names(first.snippets), first.isComplete], [['b.ts'], false]);
  assert.ok(clock.now() - before <= 60);
  const second = await ask('a.ts', { mayRead: allowed, deadlineMs: 60 });
  assert.deepEqual([names(second.snippets), second.isComplete], [['b.ts', 'c.ts'], true]);
  seen.clear();
  const third = await ask('a.ts', { mayRead: allowed, deadlineMs: 40 });
  assert.equal(third.isComplete, false);
  assert.deepEqual(
    third.snippets,
    second.snippets,
    'what was chosen before stays when there was no time to judge it',
  );
});

test('others have their turn while many files are looked at', async () => {
  const files = Array.from({ length: 40 }, (_, index) => [`f${index}.ts`, about('Weather')]);
  const { ask, move } = editor({ 'a.ts': 'x', ...Object.fromEntries(files) });
  const allowed = () => {
    move(1);
    return true;
  };
  // Also when everything is read already.
  for (const _ of ['first', 'second']) {
    let turns = 0;
    const look = () => {
      turns += 1;
      next = globalThis.setImmediate(look);
    };
    let next = globalThis.setImmediate(look);
    await ask('a.ts', { deadlineMs: 1_000, mayRead: allowed });
    clearImmediate(next);
    assert.ok(turns >= 15, `${turns} turns in 41 ms`);
  }
});

test('an abort ends it at once', async () => {
  const { ask } = editor({ 'a.ts': 'x' });
  const controller = new AbortController();
  const asked = ask('a.ts', { definitions: new Promise(() => {}) }, controller.signal);
  controller.abort();
  await assert.rejects(asked, { kind: 'cancelled' });
});

test('lines with secrets are in no excerpt and in no diff', async () => {
  const secret = 'const password = "hunter22";';
  const { ask, edit } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice').replace('{\n', `{\n  ${secret}\n`).replace('handle', 'store'),
  });
  edit('b.ts', 0, `${secret}\n`);
  const { snippets } = await ask('a.ts', {
    definitions: Promise.resolve([{ uri: uriOf('d.ts'), line: 0, text: `type A = 1;\n${secret}` }]),
  });
  assert.ok(snippets.length >= 2);
  assert.doesNotMatch(JSON.stringify(snippets), /hunter22/);
});

test('nor are they in the signatures of an import', async () => {
  const { ask } = editor({
    'a.ts': "import { key } from './b.ts';\n",
    'b.ts': `export const apiKey = "q1w2e3r4t5";\nexport const key = "no secret";\n${about('Weather', 30)}`,
  });
  const { snippets } = await ask('a.ts');
  assert.deepEqual(snippets, [{ name: 'b.ts', text: 'export const key = "no secret";' }]);
  const all = editor({
    'a.ts': "import * as b from './b.ts';\n",
    'b.ts': `export const apiKey = "q1w2e3r4t5";\nexport const other = 1;\n${about('Weather', 30)}`,
  });
  assert.deepEqual((await all.ask('a.ts')).snippets, [{ name: 'b.ts', text: 'export const other = 1;' }]);
});

test('what other files say is read anew when they change', async () => {
  const { ask, edit, move } = editor({
    'a.ts': `import { pay } from './b.ts';\n${about('Invoice')}`,
    'b.ts': `export function pay(): void {}\n${about('Weather', 30)}`,
  });
  assert.match(JSON.stringify((await ask('a.ts')).snippets), /pay\(\): void/);
  edit('b.ts', 0, `${about('Invoice', 12)}\nexport function pay(amount: number): void {}\n`);
  move(700_000);
  const texts = (await ask('a.ts')).snippets.map(({ text }) => text);
  assert.ok(texts.some((text) => text.startsWith('export function pay(amount: number): void')));
  assert.ok(texts.some((text) => text.startsWith('function handleInvoice')));
});

test('copies are shown once', async () => {
  const { ask } = editor({
    'a.ts': about('Invoice'),
    'b.ts': about('Invoice', 12),
    'c.ts': about('Invoice', 12),
  });
  assert.deepEqual(names((await ask('a.ts')).snippets), ['b.ts']);
});

test('a definition that stands where the model reads anyway is not repeated', async () => {
  const { ask } = editor({ 'a.ts': 'type Money = number;\nlet x: Money = ' });
  const definitions = Promise.resolve([{ uri: uriOf('a.ts'), line: 0, text: 'type Money = number;' }]);
  assert.deepEqual((await ask('a.ts', { definitions })).snippets, []);
});

test('a document that has moved on is not read beside its older self', async () => {
  const { ask, context, open } = editor({ 'a.ts': `${about('Invoice', 20)}\n${about('Weather', 60)}` });
  const older = context('a.ts');
  open.changed(older.uri, 2, [{ text: `${about('Invoice', 30)}\n${older.before}` }]);
  assert.deepEqual((await ask('a.ts', {}, never, older)).snippets, []);
});

test('data files are not read beside code', async () => {
  const { ask } = editor({ 'a.ts': about('Invoice'), 'b.json': about('Invoice') });
  assert.deepEqual((await ask('a.ts')).snippets, []);
});

test('new excerpts stand in order of path and line', async () => {
  const { ask } = editor({
    'z.ts': about('Invoice'),
    'c.ts': `${about('Invoice', 12)}\n${about('Invoice', 13)}`,
    'b.ts': about('Invoice', 14),
  });
  const { snippets } = await ask('z.ts');
  assert.deepEqual(
    snippets.map(({ name, text }) => [name, text.split('\n').length]),
    [
      ['b.ts', 16],
      ['c.ts', 14],
      ['c.ts', 15],
    ],
  );
});

test('what was read before keeps its place, and what is new comes behind it', async () => {
  const { ask, open } = editor({ 'z.ts': about('Invoice'), 'm.ts': about('Invoice', 12) });
  const first = await ask('z.ts');
  open.opened({
    uri: uriOf('a.ts'),
    languageId: 'typescript',
    version: 1,
    text: about('Invoice', 10).replace('handle', 'keep'),
  });
  const second = await ask('z.ts');
  assert.deepEqual(second.snippets.slice(0, 1), first.snippets);
  assert.deepEqual(names(second.snippets), ['m.ts', 'a.ts']);
  const other = await ask('z.ts', { model: 'local/other' });
  assert.deepEqual(names(other.snippets), ['a.ts', 'm.ts']);
});

test('a little better is no reason to read something else', async () => {
  const { ask, open } = editor({
    'z.ts': about('Invoice'),
    'm.ts': `${about('Invoice', 12)}const other = more;\n`,
  });
  const budgetTokens = Math.ceil(
    (snippetTokens({ name: 'm.ts', text: `${about('Invoice', 12)}const other = more;` }) + 1) / 0.8,
  );
  const first = await ask('z.ts', { budgetTokens });
  assert.deepEqual(names(first.snippets), ['m.ts']);
  open.opened({ uri: uriOf('a.ts'), languageId: 'typescript', version: 1, text: about('Invoice', 12) });
  assert.deepEqual(names((await ask('z.ts', { budgetTokens })).snippets), ['m.ts']);
  assert.deepEqual(names((await ask('z.ts', { budgetTokens, model: 'local/other' })).snippets), ['a.ts']);
});

test('a place that moved down keeps its text and its place', async () => {
  const { ask, edit, move } = editor({
    'z.ts': about('Invoice'),
    'm.ts': about('Invoice', 12),
    'n.ts': about('Invoice', 13),
  });
  const first = await ask('z.ts');
  edit('m.ts', 0, `${'// new\n'.repeat(9)}\n`);
  move(700_000);
  const second = await ask('z.ts');
  assert.equal(first.snippets.length, 2);
  assert.deepEqual(second.snippets, first.snippets);
});

test('what was chosen before is dropped once it may no longer be read', async () => {
  const { ask, move } = editor({ 'a.ts': 'x' });
  const definition = { uri: uriOf('closed.ts'), line: 3, text: 'type Money = number;' };
  await ask('a.ts', { definitions: Promise.resolve([definition]) });
  const asked = ask('a.ts', {
    definitions: new Promise(() => {}),
    mayRead: ({ uri }) => uri !== uriOf('closed.ts'),
  });
  move(50);
  assert.deepEqual((await asked).snippets, []);
});

const thing = fc.constantFrom('Invoice', 'Weather', 'Cloud', 'Ticket');
const file = fc
  .array(fc.tuple(thing, fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([name, lines]) => about(name, lines)).join('\n'));
const project = fc.dictionary(
  fc.constantFrom('b.ts', 'c.ts', 'legal/d.ts', '.env', 'own/e.ts', 'f.py'),
  file,
);

test('whatever is open, the budget is never exceeded', async () => {
  await fc.assert(
    fc.asyncProperty(project, file, fc.nat(3_000), async (files, own, budgetTokens) => {
      const { ask, edit } = editor({ ...files, 'a.ts': own });
      for (const name of Object.keys(files)) edit(name, 1, 'edited();\n');
      const { snippets, tokens } = await ask('a.ts', { budgetTokens });
      assert.equal(
        tokens,
        snippets.reduce((sum, excerpt) => sum + snippetTokens(excerpt), 0),
      );
      assert.ok(tokens <= budgetTokens);
    }),
  );
});

test('a file that may not be read never appears, neither itself nor in a diff', async () => {
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
      const { ask, edit, open } = editor({ ...files, 'a.ts': own });
      for (const name of Object.keys(files)) edit(name, 1, `edited("${name}");\n`);
      const reader = { private: isPrivate };
      const { snippets, uris } = await ask('a.ts', {
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

test('the same files, edits and questions give the same context, in whatever order the files were opened', async () => {
  const budget = fc.integer({ min: 200, max: 3_000 });
  const deadline = fc.integer({ min: 8, max: 60 });
  await fc.assert(
    fc.asyncProperty(project, file, budget, deadline, async (files, own, budgetTokens, deadlineMs) => {
      const all = Object.entries({ ...files, 'a.ts': own });
      const runs = [all, all.toReversed()].map(async (order) => {
        const { ask, edit, move } = editor(Object.fromEntries(order));
        const allowed = () => {
          move(5);
          return true;
        };
        for (const name of Object.keys(files).sort().slice(0, 3)) edit(name, 1, 'edited();\n');
        const first = await ask('a.ts', { budgetTokens, deadlineMs, mayRead: allowed });
        edit('a.ts', 0, 'typed();\n');
        return [first, await ask('a.ts', { budgetTokens, deadlineMs, mayRead: allowed })];
      });
      const [one, two] = await Promise.all(runs);
      assert.deepEqual(one, two);
    }),
  );
});

test('names are relative to the workspace, and tell nothing of where a user keeps files outside of it', () => {
  const one = workspaceNames(['file:///home/ana/project/']);
  assert.equal(one('file:///home/ana/project/src/%C3%B1.ts'), 'src/ñ.ts');
  assert.equal(one('file:///home/ana/other/lib/a.ts'), 'lib/a.ts');
  assert.equal(one('untitled:Untitled-1'), 'Untitled-1');
  const two = workspaceNames(['file:///home/ana/one', 'file:///home/ana/one/two']);
  assert.equal(two('file:///home/ana/one/two/a.ts'), 'two/a.ts');
  assert.equal(two('file:///home/ana/one/a.ts'), 'one/a.ts');
  assert.equal(workspaceNames([])('file:///home/ana/a.ts'), 'ana/a.ts');
});
