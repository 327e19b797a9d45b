/** Documents and the slots of a llama-server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llamaSlots } from '../../../../server/inline-completion/prompting/llama-slots.ts';
import { recording } from '../../wire/decoded.ts';

const place = { baseUrl: 'http://127.0.0.1:8080', model: 'm' };
const later = () => new Promise((resolve) => setImmediate(resolve));

/** A server that has been asked, and says it has so many. */
async function server(total: number) {
  const state = { atMs: 0, asked: 0, total };
  const slots = llamaSlots({
    fetchProps: async () => {
      state.asked += 1;
      return { ...(recording('llama-cpp/props.json').response.body as object), total_slots: state.total };
    },
    monotonicMs: () => state.atMs,
  });
  const of = (uri: string) => slots.of(place, uri);
  assert.equal(of('first'), undefined, 'nobody waits for the answer');
  await later();
  return { state, slots, of };
}

test('a document keeps its slot, and one slot is left to everything else', async () => {
  const { state, of } = await server(3);
  assert.deepEqual(['a', 'b', 'a', 'b'].map(of), [0, 1, 0, 1]);
  assert.equal(state.asked, 1);
});

test('where all are taken, the document that was used longest ago loses its own', async () => {
  const { of } = await server(3);
  assert.deepEqual(['a', 'b', 'a', 'c', 'a', 'b'].map(of), [0, 1, 0, 1, 0, 1]);
});

test('a closed document gives its slot back', async () => {
  const { slots, of } = await server(3);
  assert.deepEqual(['a', 'b'].map(of), [0, 1]);
  slots.closed('a');
  assert.deepEqual(['c', 'b'].map(of), [0, 1]);
});

test('a server with a single slot is not told which', async () => {
  const { of } = await server(1);
  assert.equal(of('a'), undefined);
});

test('a server that was started anew with fewer slots is asked about them, and never for one it has not', async () => {
  const { state, of } = await server(4);
  assert.deepEqual(['a', 'b', 'c'].map(of), [0, 1, 2]);
  state.total = 2;
  state.atMs += 301_000;
  of('a');
  await later();
  assert.deepEqual(['c', 'a', 'b'].map(of), [0, 0, 0]);
  assert.equal(state.asked, 2);
});

test('a server that does not tell is left to choose', async () => {
  const slots = llamaSlots({ fetchProps: () => Promise.reject(new Error('501')) });
  slots.of(place, 'a');
  await later();
  assert.equal(slots.of(place, 'a'), undefined);
});
