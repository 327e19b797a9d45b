/** The slots of llama-server that documents get. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llamaSlots } from '../../../../server/inline-completion/prompting/llama-slots.ts';
import { recording } from '../../wire/decoded.ts';

const address = { baseUrl: 'http://127.0.0.1:8080', model: 'm' };
const later = () => new Promise((resolve) => setImmediate(resolve));

/** A server that has reported this number of slots. */
async function server(total: number) {
  const state = { atMs: 0, requests: 0, total };
  const slots = llamaSlots({
    fetchProps: async () => {
      state.requests += 1;
      return { ...(recording('llama-cpp/props.json').response.body as object), total_slots: state.total };
    },
    monotonicMs: () => state.atMs,
  });
  const of = (uri: string) => slots.slotFor(address, uri);
  assert.equal(of('first'), undefined, 'the first call does not wait for the server');
  await later();
  return { state, slots, of };
}

test('a document keeps its slot, and one slot stays free for other requests', async () => {
  const { state, of } = await server(3);
  assert.deepEqual(['a', 'b', 'a', 'b'].map(of), [0, 1, 0, 1]);
  assert.equal(state.requests, 1);
});

test('when all slots are taken, the least recently used document loses its slot', async () => {
  const { of } = await server(3);
  assert.deepEqual(['a', 'b', 'a', 'c', 'a', 'b'].map(of), [0, 1, 0, 1, 0, 1]);
});

test('closing a document frees its slot', async () => {
  const { slots, of } = await server(3);
  assert.deepEqual(['a', 'b'].map(of), [0, 1]);
  slots.onDocumentClosed('a');
  assert.deepEqual(['c', 'b'].map(of), [0, 1]);
});

test('a server with a single slot chooses by itself', async () => {
  const { of } = await server(1);
  assert.equal(of('a'), undefined);
});

test('a server that restarted with fewer slots never gets a request for one it does not have', async () => {
  const { state, of } = await server(4);
  assert.deepEqual(['a', 'b', 'c'].map(of), [0, 1, 2]);
  state.total = 2;
  state.atMs += 301_000;
  of('a');
  await later();
  assert.deepEqual(['c', 'a', 'b'].map(of), [0, 0, 0]);
  assert.equal(state.requests, 2);
});

test('a server that does not report its slots chooses by itself', async () => {
  const slots = llamaSlots({ fetchProps: () => Promise.reject(new Error('501')) });
  slots.slotFor(address, 'a');
  await later();
  assert.equal(slots.slotFor(address, 'a'), undefined);
});
