/** What a model writes controls neither the terminal nor, unseen, a file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { bareEnv, entry, fake, writeConfig } from '../server/support.ts';

const program = new URL('../../../scripts/terminal/main.ts', import.meta.url).pathname;
/** A title, a cleared screen, a link, a question for the terminal, an override, and what has no width. */
const hostile =
  '\u001b]0;owned\u0007\u001b[2J\u001b]8;;http://x.test\u001b\\\u009b6n\u202etxt\u2066\u200b\ufeff\b\r';

async function run(t: TestContext, reply: string, words: readonly string[], models = ['fake-model']) {
  const lab = await fake(t, fakeOpenAi, { reply, models });
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-user-'));
  const providers = { ...withoutLocalEngines, lab: entry(lab) };
  writeConfig({ 'rumbo.providers': providers }, join(folder, 'rumbo.json'));
  const file = join(folder, 'a.ts');
  writeFileSync(file, 'const a = 1;\n');
  const child = spawn(process.execPath, [program, ...words, '--config', 'rumbo.json'], {
    cwd: tmpdir(),
    env: bareEnv({ INIT_CWD: folder }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, out: await out, err: await err, file: readFileSync(file, 'utf8') };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
const obeyed = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/;

test('controls, sequences and direction marks of an answer are printed as escapes', async (t) => {
  for (const json of [[], ['--json']]) {
    const { code, out, err } = await run(t, `A plan ${hostile} ends.`, ['plan', 'it', ...json]);
    assert.equal(code, 0, err);
    assert.doesNotMatch(out + err, obeyed);
    assert.match(out, json.length > 0 ? /u001b]0;owned/i : /A plan \\u001B\]0;owned/);
    if (json.length > 0) assert.match(JSON.parse(out).text, obeyed);
  }
});

test('names of models and errors of services are printed as escapes', async (t) => {
  const { out, err } = await run(t, 'x', ['status'], ['fake-model', `evil${hostile}`]);
  assert.doesNotMatch(out + err, obeyed);
  assert.match(out, /lab\/evil\\u001B\]0;owned/);
});

test('--write does not write hidden characters without a confirmation, and names them with their lines', async (t) => {
  const reply = '```ts\nconst a = 2;\nconst admin\u202e = 3;\u001b[0m\n```';
  const { code, out, err, file } = await run(t, reply, ['code', 'two', '--file', 'a.ts', '--write']);
  assert.equal(code, 1);
  assert.match(err, /line 2: U\+202E right-to-left override; line 2: U\+001B escape/);
  assert.match(err, /Nothing was written/);
  assert.doesNotMatch(out + err, obeyed);
  assert.equal(file, 'const a = 1;\n');
  const plain = await run(t, '```ts\nconst a = 2;\n```', ['code', 'two', '--file', 'a.ts', '--write']);
  assert.equal(plain.file, 'const a = 2;\n');
});
