/** The terminal face as a user runs it: output, exit codes, files. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { FakeOptions, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { bareEnv, entry, fake, writeConfig } from '../server/support.ts';

const program = new URL('../../../scripts/terminal/main.ts', import.meta.url).pathname;

async function setUp(t: TestContext, options: FakeOptions = {}) {
  const lab = await fake(t, fakeOpenAi, options);
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-user-'));
  const config = writeConfig(
    { 'rumbo.providers': { ...withoutLocalEngines, lab: entry(lab) } },
    join(folder, 'rumbo.json'),
  );
  return { lab, folder, config };
}

/** Runs the command in a folder; `during` is called while it runs. */
async function run(
  folder: string,
  words: string[],
  { input = '', during = async (_pid: number) => {} } = {},
) {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: tmpdir(),
    env: bareEnv({ INIT_CWD: folder }),
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await during(child.pid ?? 0);
  return { code: await ended, out: await out, err: await err };
}
const firstRequest = async (lab: FakeProvider) => {
  for (let left = 2_000; lab.chats.length === 0; left -= 1) {
    assert.ok(left > 0, 'nothing was asked within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

test('plan streams to standard output and ends with the receipt; the model’s name goes to standard error', async (t) => {
  const { folder } = await setUp(t, { reply: '# The plan\n\n1. Begin.' });
  const { code, out, err } = await run(folder, ['plan', 'the', 'week', '--config', 'rumbo.json']);
  assert.equal(code, 0, err);
  assert.match(out, /^# The plan\n\n1\. Begin\.\n\n## Receipt\n/);
  assert.match(out, /lab\/fake-model/);
  assert.match(err, /^lab\/fake-model/);
});
test('a prompt may come from a pipe', async (t) => {
  const { lab, folder } = await setUp(t);
  const { code } = await run(folder, ['plan', '--config', 'rumbo.json'], {
    input: 'Planifica la migración\n',
  });
  assert.equal(code, 0);
  assert.match(JSON.stringify(lab.chats[0]?.body), /Planifica la migración/);
});
test('code prints a diff relative to the current folder and writes only with --write', async (t) => {
  const { folder } = await setUp(t, { reply: '```ts\nconst b = 2;\n```' });
  const path = join(folder, 'x.ts');
  writeFileSync(path, 'const a = 1;\nkeep();\n');
  const words = ['code', 'rename', '--file', 'x.ts', '--lines', '1', '--config', 'rumbo.json'];
  const shown = await run(folder, words);
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^--- x\.ts\n\+\+\+ x\.ts\n@@ .* @@\n-const a = 1;\n\+const b = 2;\n keep\(\);\n/);
  assert.equal(readFileSync(path, 'utf8'), 'const a = 1;\nkeep();\n');
  const written = await run(folder, [...words, '--write']);
  assert.equal(written.code, 0);
  assert.equal(readFileSync(path, 'utf8'), 'const b = 2;\nkeep();\n');
});
test('a file that changed while the answer was generated is left alone', async (t) => {
  const { lab, folder } = await setUp(t, { reply: '```ts\nnew\n```', headDelayMs: 400 });
  const path = join(folder, 'x.ts');
  writeFileSync(path, 'old\n');
  const { code, err } = await run(
    folder,
    ['code', 'go', '--file', 'x.ts', '--write', '--config', 'rumbo.json'],
    {
      during: async () => {
        await firstRequest(lab);
        writeFileSync(path, 'another program was faster\n');
      },
    },
  );
  assert.equal(code, 1);
  assert.match(err, /x\.ts changed while the answer was generated\. Nothing was written; ask again\./);
  assert.equal(readFileSync(path, 'utf8'), 'another program was faster\n');
});
test('a cut answer is not written', async (t) => {
  const { folder } = await setUp(t, { reply: { text: '```ts\nhalf', finish: 'length' } });
  writeFileSync(join(folder, 'x.ts'), 'whole\n');
  const { code, err } = await run(folder, [
    'code',
    'go',
    '--file',
    'x.ts',
    '--write',
    '--config',
    'rumbo.json',
  ]);
  assert.equal(code, 1);
  assert.match(err, /output limit/);
  assert.equal(readFileSync(join(folder, 'x.ts'), 'utf8'), 'whole\n');
});
test('an empty answer does not empty a file, and a selection may be taken out', async (t) => {
  const { lab, folder } = await setUp(t, { reply: '' });
  const path = join(folder, 'x.ts');
  writeFileSync(path, 'one\ntwo\n');
  const words = ['code', 'go', '--file', 'x.ts', '--write', '--no-cache', '--config', 'rumbo.json'];
  for (const reply of ['', '```ts\n```']) {
    lab.reply = { text: reply };
    const { code, err } = await run(folder, words);
    assert.equal(code, 1);
    assert.match(err, reply === '' ? /answer is empty/ : /contains no code\. Nothing was written/);
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  }
  assert.equal((await run(folder, [...words, '--lines', '1'])).code, 0);
  assert.equal(readFileSync(path, 'utf8'), 'two\n');
});
test('a question, and code that is left out, are printed and not written', async (t) => {
  const { lab, folder } = await setUp(t, { reply: 'Which of the two do you mean?' });
  const path = join(folder, 'x.ts');
  const text = Array.from({ length: 12 }, (_, index) => `v${index};\n`).join('');
  writeFileSync(path, text);
  const words = ['code', 'go', '--file', 'x.ts', '--write', '--no-cache', '--config', 'rumbo.json'];
  const question = await run(folder, words);
  assert.equal(question.code, 1);
  assert.match(question.out, /^Which of the two do you mean\?\n/);
  assert.match(
    question.err,
    /asks a question instead of answering with code\. Nothing was written; ask in other words\./,
  );
  assert.equal(lab.chats.length, 1);
  lab.reply = { text: '```ts\nw0;\n// ... rest unchanged\n```' };
  const lazy = await run(folder, words);
  assert.equal(lazy.code, 1);
  assert.match(lazy.err, /is asked once more: The answer leaves out code/);
  assert.equal(lab.chats.length, 3);
  assert.equal(readFileSync(path, 'utf8'), text);
});
test('a byte order mark and CRLF stay', async (t) => {
  const { folder } = await setUp(t, { reply: '```ts\nconst a = 2;\nb();\n```' });
  const path = join(folder, 'x.ts');
  writeFileSync(path, '\ufeffconst a = 1;\r\n');
  const words = ['code', 'go', '--file', 'x.ts', '--write', '--config', 'rumbo.json'];
  assert.equal((await run(folder, words)).code, 0);
  assert.equal(readFileSync(path, 'utf8'), '\ufeffconst a = 2;\r\nb();\r\n');
});
test('a file that is not UTF-8 is left as it is', async (t) => {
  const { lab, folder } = await setUp(t, { reply: '```ts\nnew\n```' });
  const bytes = Buffer.from('// a\xf1o\nold\n', 'latin1');
  writeFileSync(join(folder, 'x.ts'), bytes);
  const { code, err } = await run(folder, [
    'code',
    'go',
    '--file',
    'x.ts',
    '--lines',
    '2',
    '--write',
    '--config',
    'rumbo.json',
  ]);
  assert.equal(code, 2);
  assert.match(err, /not UTF-8/);
  assert.deepEqual(readFileSync(join(folder, 'x.ts')), bytes);
  assert.equal(lab.chats.length, 0);
});
test('--file counts for plan and explain as it does for code', async (t) => {
  const { lab, folder } = await setUp(t);
  writeFileSync(join(folder, 'x.ts'), 'const answer = 42;\n');
  await run(folder, ['plan', 'go', '--file', 'x.ts', '--config', 'rumbo.json']);
  assert.match(JSON.stringify(lab.chats[0]?.body), /const answer = 42/);
  writeConfig(
    {
      'rumbo.providers': {
        ...withoutLocalEngines,
        lab: entry(lab, { source: 'api', models: ['fake-model'] }),
      },
      'rumbo.privacy.localOnly': ['x.ts'],
    },
    join(folder, 'rumbo.json'),
  );
  const { out } = await run(folder, ['explain', 'go', '--file', 'x.ts', '--json', '--config', 'rumbo.json']);
  const excluded: { model: string; rule: string }[] = JSON.parse(out).excluded;
  assert.equal(excluded.find(({ model }) => model === 'lab/fake-model')?.rule, 'local-only');
});
test('explain and status speak of what is there, as text and as JSON', async (t) => {
  const { lab, folder } = await setUp(t);
  const explained = await run(folder, ['explain', 'write a regex', '--config', 'rumbo.json']);
  assert.match(explained.out, /lab\/fake-model/);
  assert.equal(lab.chats.length, 0);
  const status = await run(folder, ['status', '--json', '--config', 'rumbo.json']);
  const { providers } = JSON.parse(status.out);
  assert.equal(providers.find(({ name }: { name: string }) => name === 'lab').state, 'ready');
});
test('Ctrl-C stops the answer, closes the provider’s socket and says so', async (t) => {
  const { lab, folder } = await setUp(t, { reply: 'word '.repeat(500), delayMs: 20 });
  const { code, out, err } = await run(folder, ['plan', 'go', '--config', 'rumbo.json'], {
    during: async (pid) => {
      await firstRequest(lab);
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.kill(pid, 'SIGINT');
    },
  });
  assert.equal(code, 130);
  assert.match(out, /word/, 'the text so far is kept');
  assert.match(err, /Stopped\./);
  assert.equal(lab.chats[0]?.aborted, true);
});
test('each bad input is one sentence; 1 when the request failed, 2 when the words were wrong', async (t) => {
  const { folder } = await setUp(t, { fail: { status: 401, body: {} } });
  writeFileSync(join(folder, 'bad.json'), '{\n  "rumbo.cache.enabled": "yes"\n}');
  const cases: [string[], RegExp, number?][] = [
    [['plan', '', '--config', 'rumbo.json'], /^The prompt is empty\. /],
    [['plan', 'x', '--config', 'bad.json'], /bad\.json:2: rumbo\.cache\.enabled must be true or false\./, 2],
    [['plan', 'x', '--config', 'none.json'], /none\.json cannot be read/, 2],
    [['plan', 'x', '--model', 'lab/none', '--config', 'rumbo.json'], /lab\/none is not a known model/],
    [['plan', 'x', '--config', 'rumbo.json'], /key/i],
    [['code', 'x', '--file', 'none.ts', '--config', 'rumbo.json'], /none\.ts does not exist/, 2],
    [['code', 'x', '--write', '--config', 'rumbo.json'], /--write and --lines go with/, 2],
    [['plan', 'x', '--frobnicate'], /--frobnicate/, 2],
    [['dance'], /no command "dance"/, 2],
  ];
  for (const [words, sentence, exitCode = 1] of cases) {
    const { code, err } = await run(folder, words);
    assert.equal(code, exitCode, words.join(' '));
    assert.match(err, sentence);
    assert.doesNotMatch(err, /\n\s+at /, 'no stack trace');
  }
});
test('an answer that breaks off is printed as far as it came and marked; the exit code is 1, the reason one sentence', async (t) => {
  const { folder } = await setUp(t, {
    reply: '# Plan ```ts\nconst a = 1; more',
    fault: { kind: 'end', afterWords: 3 },
  });
  const { code, out, err } = await run(folder, ['plan', 'go', '--config', 'rumbo.json']);
  assert.equal(code, 1);
  assert.match(out, /^# Plan ```ts[\s\S]*\n\n---\n\n\*\*Incomplete\.\*\*\n$/);
  assert.doesNotMatch(out, /Receipt/);
  assert.match(err, /\. [A-Z][^\n]*\n$/);
  assert.doesNotMatch(err, /\n\s+at /);
});
test('code that breaks off is nowhere taken for the whole: standard output stays empty, the file as it was', async (t) => {
  const { folder } = await setUp(t, {
    reply: '```ts\nconst half = 1;\nconst more = 2;\n```',
    fault: { kind: 'end', afterWords: 6 },
  });
  const path = join(folder, 'x.ts');
  writeFileSync(path, 'whole\n');
  const { code, out, err } = await run(folder, [
    'code',
    'go',
    '--file',
    'x.ts',
    '--write',
    '--config',
    'rumbo.json',
  ]);
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(err, /const half = 1;[\s\S]*The code above is incomplete\./);
  assert.equal(readFileSync(path, 'utf8'), 'whole\n');
});
for (const how of ['continue', 'restart'])
  test(`${how}: when another model takes over, standard output shows it and standard error says so`, async (t) => {
    const { lab, folder } = await setUp(t, {
      reply: 'one two three four',
      fault: { kind: 'end', afterWords: 2 },
    });
    const other = await fake(t, fakeOpenAi, { reply: how === 'continue' ? ' three four' : 'uno dos' });
    writeConfig(
      {
        'rumbo.providers': { ...withoutLocalEngines, lab: entry(lab), other: entry(other) },
        'rumbo.routing.strategy': 'priority',
        'rumbo.routing.priorityOrder': ['lab', 'other'],
        'rumbo.routing.onInterruption': how,
      },
      join(folder, 'rumbo.json'),
    );
    const { code, out, err } = await run(folder, ['plan', 'go', '--config', 'rumbo.json']);
    assert.equal(code, 0, err);
    assert.match(err, /\nother\/fake-model took over from lab\/fake-model.*: \S/);
    if (how === 'continue') {
      assert.match(out, /^one two three four\n\n## Receipt/);
      assert.match(
        out,
        /\*\*Takeover:\*\* After 7 characters \(`one two`\) lab\/fake-model was interrupted and other\/fake-model continued/,
      );
    } else assert.match(out, /^one two\n\n---\n\n\*\*Discarded:\*\* .*\n\n---\n\nuno dos\n\n## Receipt/);
  });
