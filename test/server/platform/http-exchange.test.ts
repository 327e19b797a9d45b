import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import { httpExchange } from '../../../server/platform/http-exchange.ts';

/** A dispatcher whose callbacks the test calls itself. */
function fakeDispatcher() {
  let handler: Dispatcher.DispatchHandler = {};
  const controller = {
    aborted: false,
    paused: false,
    reason: null as Error | null,
    abort(reason: Error) {
      controller.aborted = true;
      controller.reason = reason;
    },
    pause() {
      controller.paused = true;
    },
    resume() {
      controller.paused = false;
    },
  };
  const dispatcher = {
    dispatch(_options: unknown, given: Dispatcher.DispatchHandler) {
      handler = given;
      return true;
    },
  } as unknown as Dispatcher;
  return {
    dispatcher,
    controller,
    connect: () => handler.onRequestStart?.(controller, {}),
    head: (status = 200) => handler.onResponseStart?.(controller, status, {}),
    data: (bytes: number) => handler.onResponseData?.(controller, Buffer.alloc(bytes)),
    end: () => handler.onResponseEnd?.(controller, {}),
    fail: (error: Error) => handler.onResponseError?.(controller, error),
  };
}

const options = { path: '/', method: 'GET' } as const;
const never = new AbortController().signal;

test('a reader that is slower than the service pauses the socket, and resumes it once it has read', async () => {
  const service = fakeDispatcher();
  const sent = httpExchange(service.dispatcher, options, never);
  service.connect();
  service.head();
  const reader = (await sent).body[Symbol.asyncIterator]();
  service.data(40_000);
  assert.equal(service.controller.paused, false);
  service.data(40_000);
  assert.equal(service.controller.paused, true);
  assert.equal((await reader.next()).value?.length, 40_000);
  assert.equal(service.controller.paused, false);
});

test('what arrived before a connection broke is read before its error, and the error once', async () => {
  const service = fakeDispatcher();
  const sent = httpExchange(service.dispatcher, options, never);
  service.head();
  const reader = (await sent).body[Symbol.asyncIterator]();
  service.data(3);
  service.fail(new Error('reset'));
  assert.equal((await reader.next()).value?.length, 3);
  await assert.rejects(reader.next(), /reset/);
  assert.equal((await reader.next()).done, true);
});

test('interim responses are passed over', async () => {
  const service = fakeDispatcher();
  const sent = httpExchange(service.dispatcher, options, never);
  service.head(103);
  service.head(201);
  assert.equal((await sent).status, 201);
});

test('an abort before the connection rejects at once, and nothing is sent once it is there', async () => {
  const service = fakeDispatcher();
  const abort = new AbortController();
  const sent = httpExchange(service.dispatcher, options, abort.signal);
  abort.abort();
  await assert.rejects(sent, { name: 'AbortError' });
  assert.equal(service.controller.aborted, false);
  service.connect();
  assert.equal(service.controller.aborted, true);
});

test('leaving the body closes the socket, an ended one is left alone', async () => {
  const left = fakeDispatcher();
  const sent = httpExchange(left.dispatcher, options, never);
  left.head();
  left.data(1);
  for await (const _chunk of (await sent).body) break;
  assert.equal(left.controller.aborted, true);

  const ended = fakeDispatcher();
  const whole = httpExchange(ended.dispatcher, options, never);
  ended.head();
  ended.end();
  (await whole).close();
  assert.equal(ended.controller.aborted, false);
});
