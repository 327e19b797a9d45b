/** Cancel reaches the socket in every phase of a question, for every engine. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancellationTokenSource, type ResponseError } from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import type { ErrorData } from '../../../shared/errors.ts';
import { ask as askMessage, askPart } from '../../../shared/protocol.ts';
import type { FakeBehavior, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { hangs, responds, stallsInTheMiddle } from '../../support/faults/behaviors.ts';
import { type FakedEngine, fakedEngineName, fakedEngines } from '../../support/faults/engines.ts';
import { continueAnswer, wholeAnswer } from '../../support/faults/expected-answer.ts';
import {
  configure,
  key,
  keyEnv,
  onlyProviders,
  type ServerPool,
  serverPool,
} from '../../support/faults/servers.ts';

/** Milliseconds from the cancel to the closed socket, at the service. */
const limitMs = 50;
/** The median of so many tries counts: the machine has other work, too. */
const tries = 3;
/** More than the provider gets at a time. */
const crowd = 12;
/** Milliseconds of a retry wait that is never waited for. */
const retryMs = 600;

let pool: ServerPool;
before(async () => {
  pool = await serverPool(4);
});
after(() => pool.close());

describe('a cancelled request closes its socket', { concurrency: 4 }, () => {
  for (const engine of fakedEngines) {
    test(`${fakedEngineName(engine)}: while it connects`, () => timed(engine, connecting));
    test(`${fakedEngineName(engine)}: while it waits for the first part`, () =>
      timed(engine, during(hangs, 1)));
    test(`${fakedEngineName(engine)}: while text streams`, () => timed(engine, during(stallsInTheMiddle, 1)));
    test(`${fakedEngineName(engine)}: while it waits to retry`, () => timed(engine, retrying));
    test(`${fakedEngineName(engine)}: while it waits in the queue`, () => timed(engine, queued));
  }
});

/** Tries once; milliseconds from the cancel until its effect is seen. */
type Trial = (server: TerminalServer, engine: FakedEngine) => Promise<number>;

async function timed(engine: FakedEngine, trial: Trial): Promise<void> {
  const took: number[] = [];
  await pool.use(async (server) => {
    for (let left = tries; left > 0; left -= 1) took.push(await trial(server, engine));
  });
  const [, middle = Number.NaN] = took.toSorted((a, b) => a - b);
  assert.ok(middle <= limitMs, `${took.map(Math.round).join(', ')} ms`);
}

let questions = 0;

/** One request that can be cancelled; many may run at a time. */
function ask({ connection }: TerminalServer) {
  const source = new CancellationTokenSource();
  questions += 1;
  const partialResultToken = `question ${questions}`;
  let shown = '';
  const { promise: spoke, resolve } = Promise.withResolvers<void>();
  const parts = connection.onProgress(askPart, partialResultToken, (part) => {
    if (part.type === 'text-delta') shown += part.text;
    if (shown) resolve();
  });
  const answer = connection
    .sendRequest(askMessage, { prompt: 'Say it.', useCache: false, partialResultToken }, source.token)
    .then(
      () => assert.fail('It answered.'),
      (error: ResponseError<ErrorData>) => ({ error: error.data, at: performance.now(), shown }),
    )
    .finally(() => parts.dispose());
  return {
    spoke,
    answer,
    /** Returns the moment it is sent. */
    cancel(): number {
      source.cancel();
      return performance.now();
    },
  };
}

async function setUp(
  server: TerminalServer,
  engine: FakedEngine,
  behavior: FakeBehavior,
): Promise<FakeProvider> {
  const { make, model } = engine;
  const fake = await make({
    models: [model],
    reply: continueAnswer,
    key,
    fault: { kind: 'custom', behavior },
  });
  await configure(server, settings(engine, fake.baseUrl));
  return fake;
}

const settings = ({ kind, model }: FakedEngine, baseUrl: string) => {
  const longLimits = { connectMs: 5_000, firstPartMs: 20_000, betweenPartsMs: 20_000 };
  return onlyProviders(
    { first: { kind, baseUrl, keyEnv, models: [model], maxConcurrentRequests: 4 } },
    {
      'rumbo.models': { [`first/${model}`]: { toggle: true } },
      'rumbo.routing.timeouts': { local: longLimits, api: longLimits },
    },
  );
};

/** Until so many chats have come. */
async function arrived(fake: FakeProvider, chats: number): Promise<void> {
  for (let left = 500; left > 0 && fake.chats.length < chats; left -= 1) await sleep(10);
  assert.ok(fake.chats.length >= chats, `${fake.chats.length} chats came`);
}

/** While the service does this to its answer. */
function during(behavior: FakeBehavior, chats: number): Trial {
  return async (server, engine) => {
    const fake = await setUp(server, engine, behavior);
    try {
      const { spoke, answer, cancel } = ask(server);
      await arrived(fake, chats);
      if (behavior === stallsInTheMiddle) await spoke;
      const cancelledAt = cancel();
      const { error, shown } = await answer;
      assert.equal(error?.kind, 'cancelled');
      assert.equal(error?.partial ?? '', shown);
      assert.ok(wholeAnswer.startsWith(shown));
      // What was sent may be billed, with text or without; an unknown price is reported as unknown.
      assert.deepEqual(
        error?.attempts?.map(({ outcome, costUsd }) => [outcome, costUsd !== undefined]),
        [['cancelled', true]],
      );
      const [chat] = fake.chats;
      for (let left = 100; left > 0 && !chat?.aborted; left -= 1) await sleep(5);
      assert.equal(fake.chats.length, chats, 'no further attempt');
      return (chat?.abortedAt ?? Number.POSITIVE_INFINITY) - cancelledAt;
    } finally {
      await fake.close();
    }
  };
}

/** The server does not answer the TLS handshake: nothing of the request is ever sent. */
const connecting: Trial = async (server, engine) => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = silent.address() as AddressInfo;
    // As an api, so that no list of models is requested in the background.
    const base = settings(engine, `https://127.0.0.1:${port}/v1`);
    const providers = base['rumbo.providers'] as Record<string, object>;
    await configure(server, {
      ...base,
      'rumbo.providers': { ...providers, first: { ...providers['first'], source: 'api' } },
    });
    const { answer, cancel } = ask(server);
    for (let left = 200; left > 0 && sockets.length === 0; left -= 1) await sleep(10);
    assert.equal(sockets.length, 1, 'it connects');
    const cancelledAt = cancel();
    const { error, at } = await answer;
    assert.equal(error?.kind, 'cancelled');
    await sleep(100);
    assert.equal(sockets.length, 1, 'no further attempt');
    return at - cancelledAt;
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
};

/** Its socket is idle by then: the user is free at once, and no retry follows. */
const retrying: Trial = async (server, engine) => {
  const fake = await setUp(
    server,
    engine,
    responds({ status: 429, headers: { 'retry-after-ms': String(retryMs) }, body: '' }),
  );
  try {
    const { answer, cancel } = ask(server);
    await arrived(fake, 1);
    await sleep(60);
    const cancelledAt = cancel();
    const { error, at } = await answer;
    assert.equal(error?.kind, 'cancelled');
    await sleep(retryMs);
    assert.equal(fake.chats.length, 1, 'no further attempt');
    return at - cancelledAt;
  } finally {
    await fake.close();
  }
};

/** The number of requests once no more arrive: a busy machine takes a while to send them. */
async function settledChats(fake: FakeProvider): Promise<number> {
  for (let left = 50; left > 0; left -= 1) {
    const before = fake.chats.length;
    await sleep(150);
    if (before > 0 && fake.chats.length === before) return before;
  }
  throw new Error('More and more requests are sent.');
}

/** Behind the requests that the provider's limit allows at a time. */
const queued: Trial = async (server, engine) => {
  const fake = await setUp(server, engine, hangs);
  try {
    const others = Array.from({ length: crowd }, () => ask(server));
    const last = ask(server);
    await arrived(fake, 1);
    const before = await settledChats(fake);
    assert.ok(before < crowd, `${before} at a time`);
    const cancelledAt = last.cancel();
    const { error, at } = await last.answer;
    // Queued requests are cancelled first, so that none of them takes a slot that becomes free.
    for (const other of others.toReversed()) other.cancel();
    await Promise.all(others.map(({ answer }) => answer));
    assert.equal(error?.kind, 'cancelled');
    assert.equal(fake.chats.length, before, 'no cancelled request was sent');
    return at - cancelledAt;
  } finally {
    await fake.close();
  }
};
