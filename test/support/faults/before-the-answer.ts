/** Everything that can go wrong before the first word. */
import type { FakeFailure, Misdeed } from '../fake-providers/fake-provider.ts';
import { certificateFor } from './certificates.ts';
import type { FakedEngine } from './engines.ts';
import type { Fault } from './fault.ts';
import * as does from './misdeeds.ts';

const html = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const noise = 'x'.repeat(20 * 1024 * 1024);

const refusal = ({ vendor }: FakedEngine, status: number, message = 'Something failed.'): FakeFailure => ({
  status,
  body: vendor.body({ status, message }),
});

/** Milliseconds a short rate limit holds. */
const shortMs = 180;

const limited = (engine: FakedEngine, headers: () => Record<string, string>) => (): FakeFailure => ({
  ...refusal(engine, 429, 'Rate limit reached.'),
  headers: headers(),
});

const waits = (name: string, headers: () => Record<string, string>, waitMs: number): Fault => ({
  name,
  primary: (engine) => ({ does: does.atFirst(does.refuses(limited(engine, headers))) }),
  right: ['primary'],
  calls: [2, 2],
  waitMs,
});

const stepsAside = (name: string, headers: () => Record<string, string>): Fault => ({
  name,
  primary: (engine) => ({ does: does.refuses(limited(engine, headers)) }),
  right: ['fallback'],
  calls: [1, 1],
  withinMs: 3_000,
  rests: true,
  alone: { right: ['error'], calls: [1, 1], kinds: ['rate-limited'] },
});

/** Refused for a reason that does not pass by itself. */
const lasting = (
  name: string,
  failure: (engine: FakedEngine) => FakeFailure | undefined,
  kind: NonNullable<Fault['kinds']>[number],
  more: Partial<Fault> = {},
): Fault => ({
  name,
  primary: (engine) => {
    const said = failure(engine);
    return said && { does: does.refuses(said) };
  },
  right: ['fallback'],
  calls: [1, 1],
  alone: { right: ['error'], calls: [1, 1], kinds: [kind] },
  ...more,
});

/** Comes to nothing the first time and is right the second. */
const once = (name: string, misdeed: (engine: FakedEngine) => Misdeed, more: Partial<Fault> = {}): Fault => ({
  name: `${name} once`,
  primary: (engine) => ({ does: does.atFirst(misdeed(engine)) }),
  right: ['primary'],
  calls: [2, 2],
  ...more,
});

/** Comes to nothing each time. */
const always = (
  name: string,
  misdeed: (engine: FakedEngine) => Misdeed,
  more: Partial<Fault> = {},
): Fault => ({
  name: `${name} again and again`,
  primary: (engine) => ({ does: misdeed(engine) }),
  right: ['fallback'],
  calls: [1, 4],
  ...more,
});

const statuses: readonly (readonly [number, ...(readonly string[])])[] = [
  [408],
  [409],
  [498],
  [500],
  [502, html],
  [503],
  [504],
  [529],
];

const failing = statuses.flatMap(([status, page]) => {
  const misdeed = (engine: FakedEngine) =>
    does.refuses(page === undefined ? refusal(engine, status) : { status, body: page });
  const name = `HTTP ${status}${page === undefined ? '' : ' with a web page'}`;
  return [
    once(name, misdeed),
    always(name, misdeed, {
      calls: [2, 4],
      ...(status === 503
        ? { alone: { right: ['error'], calls: [2, 4], kinds: ['overloaded', 'loading'] } }
        : {}),
    }),
  ];
});

const rateLimits: readonly Fault[] = [
  waits('429 with retry-after-ms', () => ({ 'retry-after-ms': String(shortMs) }), shortMs),
  waits('429 with a fraction of a second in retry-after', () => ({ 'retry-after': '0.18' }), shortMs),
  waits('429 with retry-after in seconds', () => ({ 'retry-after': '1' }), 1_000),
  // A date has whole seconds: one to two from now.
  waits(
    '429 with retry-after as an HTTP date',
    () => ({ 'retry-after': new Date(Math.floor(Date.now() / 1000 + 2) * 1000).toUTCString() }),
    900,
  ),
  ...[
    'x-ratelimit-reset-requests',
    'x-ratelimit-reset-tokens',
    'anthropic-ratelimit-input-tokens-reset',
    'RetryInfo',
  ].map(
    (hint): Fault => ({
      name: `429 with nothing but ${hint}`,
      primary: ({ vendor }) =>
        hint in vendor.hints(shortMs)
          ? {
              does: does.atFirst((exchange) =>
                exchange.refuse(vendor.hints(shortMs)[hint] ?? { status: 429 }),
              ),
            }
          : undefined,
      right: ['primary'],
      calls: [2, 2],
      // A moment on the service's clock is a little nearer when it is read.
      waitMs: shortMs - 60,
    }),
  ),
  stepsAside('429 with a retry-after longer than anybody waits', () => ({ 'retry-after': '3600' })),
  stepsAside('429 with a retry-after date longer than anybody waits', () => ({
    'retry-after': new Date(Date.now() + 3_600_000).toUTCString(),
  })),
  stepsAside('429 with a reset longer than anybody waits', () => ({
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '59m59.56s',
  })),
  always('429 without a hint', (engine) => does.refuses(refusal(engine, 429)), {
    calls: [1, 4],
    alone: { right: ['error'], calls: [1, 6], kinds: ['rate-limited'] },
  }),
];

const refusals: readonly Fault[] = [
  lasting('an account without money', ({ vendor }) => vendor.broke, 'payment-required', { rests: true }),
  lasting('402', (engine) => refusal(engine, 402), 'payment-required', { rests: true }),
  {
    name: 'a wrong key',
    primary: () => ({ options: { key: 'sk-another-key-0000' } }),
    right: ['fallback'],
    // One that is asked for its list refuses that already.
    calls: [0, 1],
    rests: true,
    alone: { right: ['error'], calls: [0, 1], kinds: ['unauthorized'] },
  },
  lasting('403', (engine) => refusal(engine, 403), 'unauthorized'),
  lasting('a prompt longer than the context', ({ vendor }) => vendor.tooLong, 'context-too-long'),
  lasting('a content filter', ({ vendor }) => vendor.filtered, 'content-filtered', { right: ['error'] }),
  {
    name: 'a model that is gone',
    primary: () => ({ options: { models: [] } }),
    right: ['fallback'],
    // A local list that lacks it is enough.
    calls: [0, 1],
    alone: { right: ['error'], calls: [0, 1], kinds: ['model-not-found', 'no-candidate'] },
  },
  {
    name: 'a model that is loading',
    primary: ({ vendor }) => ({ does: does.atFirst(does.refuses(vendor.loading)) }),
    right: ['primary', 'fallback'],
    calls: [1, 2],
    alone: { right: ['primary'], calls: [2, 2] },
  },
];

const good = certificateFor('127.0.0.1');
const expired = certificateFor('127.0.0.1', { expired: true });
const elsewhere = certificateFor('other.example');

/** What the system under test trusts beside its own, so that date and host are all that is wrong with them. */
export const trusted = [good, expired, elsewhere].map(({ cert }) => cert).join('');

const network: readonly Fault[] = [
  once('a reset before the head', () => does.resets),
  always('a reset before the head', () => does.resets, {
    calls: [2, 2],
    alone: { right: ['error'], calls: [2, 2], kinds: ['unreachable'] },
  }),
  once('a connection closed before the head', () => does.hangsUp),
  {
    name: 'nobody at the address',
    primary: () => ({ baseUrl: 'http://127.0.0.1:9' }),
    right: ['fallback'],
    calls: [0, 0],
    alone: { right: ['error'], calls: [0, 0], kinds: ['unreachable', 'no-candidate'] },
  },
  {
    name: 'a host name that does not exist',
    primary: () => ({ baseUrl: 'http://rumbo-test.invalid' }),
    right: ['fallback'],
    calls: [0, 0],
    alone: { right: ['error'], calls: [0, 0], kinds: ['unreachable', 'timeout', 'no-candidate'] },
  },
  ...Object.entries({
    'a certificate nobody vouches for': certificateFor('127.0.0.1'),
    'an expired certificate': expired,
    'a certificate for another host': elsewhere,
  }).map(
    ([name, tls]): Fault => ({
      name,
      primary: () => ({ options: { tls } }),
      right: ['fallback'],
      calls: [0, 0],
      alone: { right: ['error'], calls: [0, 0], kinds: ['tls', 'no-candidate'] },
    }),
  ),
  {
    name: 'a certificate of an authority of the house, which is fine',
    primary: () => ({ options: { tls: good } }),
    right: ['primary'],
    calls: [1, 1],
  },
];

const silence: readonly Fault[] = [
  {
    name: 'a connection that is taken and never answered',
    primary: () => ({ does: does.hangs }),
    right: ['fallback'],
    calls: [1, 1],
    rests: true,
    alone: { right: ['error'], calls: [1, 1], kinds: ['timeout'] },
  },
  always('a head and nothing after it', () => does.headOnly, { calls: [1, 1] }),
  always('a head and only signs of life after it', () => does.keepsOpenOnly, { calls: [1, 1] }),
  { name: 'a slow head', primary: () => ({ does: does.headAfter(300) }), right: ['primary'], calls: [1, 1] },
  {
    name: 'a slow first word',
    primary: () => ({ does: does.firstWordAfter(300) }),
    right: ['primary'],
    calls: [1, 1],
  },
];

const nonsense: readonly Fault[] = [
  ...(
    [
      ['a captive portal', () => does.answersWith('text/html', html)],
      ['a captive portal that calls itself a stream', () => does.answersWith('text/event-stream', html)],
      ['JSON that is cut off', () => does.answersWith('application/json', '{"id":"chatcmpl-1","choi')],
      ['JSON that says null', () => does.answersWith('application/json', 'null')],
      ['an empty JSON object', () => does.answersWith('application/json', '{}')],
      ['an empty body', () => does.answersWith('application/json', '')],
      ['an empty stream', () => does.streams()],
      ['a stream of comments', () => does.streams(': one\n\n', ': two\n\n')],
      ['a stream that begins and ends', () => does.beginsOnly],
      ['a stream that is sound and says nothing', () => does.saysNothing],
      ['an event of 20 MB', () => does.streams(`data: {"x":"${noise}"}\n\n`)],
      ['a page of 20 MB', () => does.answersWith('text/plain', noise)],
      ['a refusal of 20 MB', () => does.refuses({ status: 500, body: noise })],
      [
        'an error object as the whole answer',
        ({ vendor }) =>
          does.answersWith(
            'application/json',
            JSON.stringify(vendor.body({ status: 503, message: 'Overloaded.' })),
          ),
      ],
      [
        'an error as the first event',
        ({ vendor }) => does.streams(vendor.event({ status: 503, message: 'Overloaded.' })),
      ],
    ] satisfies readonly (readonly [string, (engine: FakedEngine) => Misdeed])[]
  ).map(([name, misdeed]) => always(`200 with ${name}`, misdeed)),
  {
    name: 'a redirect to another origin',
    primary: () => ({ redirects: 307 }),
    right: ['fallback'],
    calls: [1, 1],
    alone: { right: ['error'], calls: [1, 1], kinds: ['blocked-redirect'] },
  },
];

export const beforeTheAnswer: readonly Fault[] = [
  ...rateLimits,
  ...refusals,
  ...failing,
  ...network,
  ...silence,
  ...nonsense,
];
