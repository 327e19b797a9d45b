/** The bundle on each Node it meets: VS Code's own is 22 or 24, a newcomer's may be 20. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { explain, status } from '../../../shared/protocol.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { node22 } from '../../support/node-22.ts';
import { ask, entry, fake, server } from './support.ts';

const program = new URL('../../../dist/server.cjs', import.meta.url).pathname;

for (const [version, find] of [
  ['22', node22],
  ['24', async () => process.execPath],
] as const) {
  test(`under Node ${version} it answers ask, explain and status`, async (t) => {
    const node = await find();
    assert.match(spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout, new RegExp(`^v${version}\\.`));
    const lab = await fake(t, fakeOpenAi, { reply: 'hello' });
    const rumbo = await server(t, { 'rumbo.providers': { lab: entry(lab) } }, { node });
    assert.equal((await ask(rumbo, { prompt: 'hi' })).result.text, 'hello');
    const { candidates } = await rumbo.connection.sendRequest(explain, { prompt: 'hi' });
    assert.equal(candidates[0]?.model, 'lab/fake-model');
    assert.equal((await rumbo.connection.sendRequest(status)).health, 'ready');
  });
}

test('under Node 20 it ends with one clear sentence', () => {
  // The machine's own Node where that is 20; elsewhere the same bundle with that version pretended.
  const pretend = `Object.defineProperty(process.versions,'node',{value:'20.19.0'});require(${JSON.stringify(program)})`;
  const system = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (node) => existsSync(node) && spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout.startsWith('v20.'),
  );
  const { stderr, stdout, status } = system
    ? spawnSync(system, [program, '--stdio'], { encoding: 'utf8' })
    : spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' });
  assert.match(
    stderr,
    /^Rumbo's server needs Node 22 or newer; this is Node 20\.\d+\.\d+\. Install a newer Node and start it again\.\n$/,
  );
  assert.equal(stdout, '');
  assert.equal(status, 1);
});

test('without --stdio it says how it is used', () => {
  const { stderr, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  assert.match(stderr, /^Usage: node server\.cjs --stdio \[--config file\.json\]\n$/);
  assert.equal(status, 2);
});
