/**
 * Four model services in a process of their own: a share of the chats fails, the answers of others are continued by every
 * behavior of models, and one service can be down for a while. Exits with its parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Exchange,
  FakeBehavior,
  FakeProvider,
} from '../../test/support/fake-providers/fake-provider.ts';
import * as behaviors from '../../test/support/faults/behaviors.ts';
import { type FakedEngine, fakedEngines } from '../../test/support/faults/engines.ts';
import { takeoverReplies } from '../../test/support/faults/expected-answer.ts';
import { usageOddities } from '../../test/support/faults/usage-oddities.ts';
import type { AccountedChat } from './account.ts';
import {
  key,
  type ServedChat,
  type ServicesReady,
  type ServicesReport,
  type SoakOrder,
  serviceKinds,
} from './messages.ts';

/** Share of the chats that fail, 0–1. */
const faultShare = Number(process.argv[2]);

/** Numbers that look random and are the same in every run. */
let state = 20_261;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** Share of the whole answers whose usage is reported in an odd way. */
const oddShare = 0.5;

/** Faults before the first word. */
const faultsOf = ({ errors }: FakedEngine): readonly FakeBehavior[] => [
  behaviors.responds({ status: 500, body: errors.body({ status: 500, message: 'Something failed.' }) }),
  behaviors.responds({ status: 503, body: errors.body({ status: 503, message: 'Overloaded.' }) }),
  behaviors.responds({
    status: 429,
    headers: { 'retry-after-ms': '40' },
    body: errors.body({ status: 429, message: 'Rate limit reached.' }),
  }),
  behaviors.resets,
  behaviors.answersWith('text/html', '<html><body>Sign in to the network</body></html>'),
  behaviors.streams(errors.event({ status: 503, message: 'Overloaded.' })),
];

/** Faults after some words, which are paid for. */
const breaksOf = ({ errors }: FakedEngine): readonly FakeBehavior[] => [
  behaviors.resetsInTheMiddle,
  behaviors.endsInTheMiddle,
  behaviors.endsInsideAnEvent,
  behaviors.stallsInTheMiddle,
  behaviors.failsInTheMiddle(errors.event({ status: 503, message: 'Overloaded.' })),
];
const inPieces = behaviors.inPiecesOf(64);

const accounts: AccountedChat[] = [];
function account(
  { kind }: FakedEngine,
  exchange: Exchange,
  outcome: AccountedChat['outcome'],
  isReported: boolean,
): void {
  const { input, output } = exchange.reply.usage;
  accounts.push({ number: numberOf(exchange), kind, outcome, input, output, isReported });
}

const served: ServedChat[] = [];
/** Numbers of requests with a fault: their duration is not Rumbo's. */
const failed = new Set<number>();
const down = new Set<string>();
/** By kind, the time of the first answered chat after the service was down. */
const backAt = new Map<string, number>();
let faults = 0;
const clock = (): number => performance.timeOrigin + performance.now();

function behave(engine: FakedEngine): FakeBehavior {
  const breaks = breaksOf(engine);
  const choices = [...faultsOf(engine), ...breaks, inPieces];
  return async (exchange) => {
    if (down.has(engine.kind)) {
      failed.add(numberOf(exchange));
      return behaviors.closes(exchange);
    }
    if (!backAt.has(engine.kind)) backAt.set(engine.kind, clock());
    const behavior = random() < faultShare ? pick(choices) : undefined;
    if (!behavior) return answerWhole(engine, exchange);
    if (breaks.includes(behavior)) account(engine, exchange, 'broken', false);
    if (behavior === inPieces) account(engine, exchange, 'whole', true);
    faults += 1;
    failed.add(numberOf(exchange));
    await behavior(exchange);
  };
}

/** Records the duration, unless another service has failed the request before. */
async function answerWhole(engine: FakedEngine, exchange: Exchange): Promise<void> {
  const startedAt = performance.now();
  const number = numberOf(exchange);
  if (!failed.has(number))
    exchange.response.once('finish', () => served.push({ number, ms: performance.now() - startedAt }));
  const oddity = random() < oddShare ? pick(usageOddities) : undefined;
  account(engine, exchange, 'whole', oddity?.isReported ?? true);
  if (!oddity) return exchange.sendAnswer();
  await behaviors.sends((_body, events) => oddity.change(events).join(''))(exchange);
}

/** The number of the case in the prompt. */
const numberOf = ({ request }: Exchange): number =>
  Number(/Case (\d+)\./.exec(JSON.stringify(request.body))?.[1] ?? -1);

const send = (message: ServicesReady | ServicesReport): void => void process.send?.(message);

const running = new Map<string, FakeProvider>();
for (const engine of fakedEngines) {
  if (!serviceKinds.includes(engine.kind) || engine.api) continue;
  const fake = await engine.make({
    models: [engine.model],
    key,
    reply: (body) => pick(takeoverReplies)(body),
    fault: { kind: 'custom', behavior: behave(engine) },
  });
  running.set(engine.kind, fake);
}
send({
  services: fakedEngines.flatMap(({ kind, model, api }) => {
    const fake = api ? undefined : running.get(kind);
    return fake ? [{ kind, model, baseUrl: fake.baseUrl }] : [];
  }),
});

process.on('message', async (order: SoakOrder) => {
  if (order.do === 'leave') {
    down.add(order.kind);
    await sleep(order.ms);
    down.delete(order.kind);
    backAt.delete(order.kind);
    send({ returned: order.kind, at: clock() });
  }
  if (order.do === 'report')
    send({
      served,
      faults,
      accounts,
      chats: [...running.values()].reduce((sum, fake) => sum + fake.chats.length, 0),
      backAt: Object.fromEntries(backAt),
    });
});
process.on('disconnect', () => process.exit());
