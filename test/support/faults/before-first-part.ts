/** All faults before the first part. */
import type { FakeBehavior, FakeFailure } from '../fake-providers/fake-provider.ts';
import * as behaviors from './behaviors.ts';
import { certificateFor } from './certificates.ts';
import type { FakedEngine } from './engines.ts';
import type { Fault } from './fault.ts';

const html = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const noise = 'x'.repeat(20 * 1024 * 1024);

const errorResponse = (
  { errors }: FakedEngine,
  status: number,
  message = 'Something failed.',
): FakeFailure => ({
  status,
  body: errors.body({ status, message }),
});

/** Milliseconds of a short rate limit. */
const shortMs = 180;

const limited = (engine: FakedEngine, headers: () => Record<string, string>) => (): FakeFailure => ({
  ...errorResponse(engine, 429, 'Rate limit reached.'),
  headers: headers(),
});

const waits = (name: string, headers: () => Record<string, string>, minWaitMs: number): Fault => ({
  name,
  primary: (engine) => ({ behavior: behaviors.firstTimes(behaviors.responds(limited(engine, headers))) }),
  expected: ['primary'],
  calls: [2, 2],
  minWaitMs,
});

const fallsBack = (name: string, headers: () => Record<string, string>): Fault => ({
  name,
  primary: (engine) => ({ behavior: behaviors.responds(limited(engine, headers)) }),
  expected: ['fallback'],
  calls: [1, 1],
  maxMs: 3_000,
  coolsDown: true,
  withoutFallback: { expected: ['error'], calls: [1, 1], kinds: ['rate-limited'] },
});

/** An error that does not pass by itself. */
const permanent = (
  name: string,
  failure: (engine: FakedEngine) => FakeFailure | undefined,
  kind: NonNullable<Fault['kinds']>[number],
  more: Partial<Fault> = {},
): Fault => ({
  name,
  primary: (engine) => {
    const response = failure(engine);
    return response && { behavior: behaviors.responds(response) };
  },
  expected: ['fallback'],
  calls: [1, 1],
  withoutFallback: { expected: ['error'], calls: [1, 1], kinds: [kind] },
  ...more,
});

/** Fails the first time and succeeds the second. */
const once = (
  name: string,
  behavior: (engine: FakedEngine) => FakeBehavior,
  more: Partial<Fault> = {},
): Fault => ({
  name: `${name} once`,
  primary: (engine) => ({ behavior: behaviors.firstTimes(behavior(engine)) }),
  expected: ['primary'],
  calls: [2, 2],
  ...more,
});

/** Fails each time. */
const always = (
  name: string,
  behavior: (engine: FakedEngine) => FakeBehavior,
  more: Partial<Fault> = {},
): Fault => ({
  name: `${name} every time`,
  primary: (engine) => ({ behavior: behavior(engine) }),
  expected: ['fallback'],
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
  const behavior = (engine: FakedEngine) =>
    behaviors.responds(page === undefined ? errorResponse(engine, status) : { status, body: page });
  const name = `HTTP ${status}${page === undefined ? '' : ' with a web page'}`;
  return [
    once(name, behavior),
    always(name, behavior, {
      calls: [2, 4],
      ...(status === 503
        ? { withoutFallback: { expected: ['error'], calls: [2, 4], kinds: ['overloaded', 'loading'] } }
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
      primary: ({ errors }) =>
        hint in errors.hints(shortMs)
          ? {
              behavior: behaviors.firstTimes((exchange) =>
                exchange.refuse(errors.hints(shortMs)[hint] ?? { status: 429 }),
              ),
            }
          : undefined,
      expected: ['primary'],
      calls: [2, 2],
      // A date on the service's clock is a little nearer when it is read.
      minWaitMs: shortMs - 60,
    }),
  ),
  fallsBack('429 with a retry-after longer than the longest wait', () => ({ 'retry-after': '3600' })),
  fallsBack('429 with a retry-after date longer than the longest wait', () => ({
    'retry-after': new Date(Date.now() + 3_600_000).toUTCString(),
  })),
  fallsBack('429 with a reset longer than the longest wait', () => ({
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '59m59.56s',
  })),
  always('429 without a hint', (engine) => behaviors.responds(errorResponse(engine, 429)), {
    calls: [1, 4],
    withoutFallback: { expected: ['error'], calls: [1, 6], kinds: ['rate-limited'] },
  }),
];

const permanentErrors: readonly Fault[] = [
  permanent('an account without credit', ({ errors }) => errors.outOfCredit, 'payment-required', {
    coolsDown: true,
  }),
  permanent('402', (engine) => errorResponse(engine, 402), 'payment-required', { coolsDown: true }),
  {
    name: 'a wrong key',
    primary: () => ({ options: { key: 'sk-another-key-0000' } }),
    expected: ['fallback'],
    // The list of models may already be rejected.
    calls: [0, 1],
    coolsDown: true,
    withoutFallback: { expected: ['error'], calls: [0, 1], kinds: ['unauthorized'] },
  },
  permanent('403', (engine) => errorResponse(engine, 403), 'unauthorized'),
  permanent('a prompt longer than the context', ({ errors }) => errors.tooLong, 'context-too-long'),
  permanent('a content filter', ({ errors }) => errors.filtered, 'content-filtered', { expected: ['error'] }),
  {
    name: 'a model that is gone',
    primary: () => ({ options: { models: [] } }),
    expected: ['fallback'],
    // A local list that lacks it is enough.
    calls: [0, 1],
    withoutFallback: { expected: ['error'], calls: [0, 1], kinds: ['model-not-found', 'no-candidate'] },
  },
  {
    name: 'a model that is loading',
    primary: ({ errors }) => ({ behavior: behaviors.firstTimes(behaviors.responds(errors.loading)) }),
    expected: ['primary', 'fallback'],
    calls: [1, 2],
    withoutFallback: { expected: ['primary'], calls: [2, 2] },
  },
];

const good = certificateFor('127.0.0.1');
const expired = certificateFor('127.0.0.1', { expired: true });
const elsewhere = certificateFor('other.example');

/** Further authorities that the system under test trusts, so that only date and host are wrong. */
export const trusted = [good, expired, elsewhere].map(({ cert }) => cert).join('');

const network: readonly Fault[] = [
  once('a reset before the head', () => behaviors.resets),
  always('a reset before the head', () => behaviors.resets, {
    calls: [2, 2],
    // An engine on this machine may be restarting: it is asked again after a wait.
    withoutFallback: { expected: ['error'], calls: [2, 4], kinds: ['unreachable'] },
  }),
  once('a connection closed before the head', () => behaviors.closes),
  {
    name: 'an address without a server',
    primary: () => ({ baseUrl: 'http://127.0.0.1:9' }),
    expected: ['fallback'],
    calls: [0, 0],
    withoutFallback: { expected: ['error'], calls: [0, 0], kinds: ['unreachable', 'no-candidate'] },
  },
  {
    name: 'a host name that does not exist',
    primary: () => ({ baseUrl: 'https://rumbo-test.invalid' }),
    expected: ['fallback'],
    calls: [0, 0],
    withoutFallback: {
      expected: ['error'],
      calls: [0, 0],
      kinds: ['unreachable', 'timeout', 'no-candidate'],
    },
  },
  ...Object.entries({
    'a certificate without a trusted authority': certificateFor('127.0.0.1'),
    'an expired certificate': expired,
    'a certificate for another host': elsewhere,
  }).map(
    ([name, tls]): Fault => ({
      name,
      primary: () => ({ options: { tls } }),
      expected: ['fallback'],
      calls: [0, 0],
      withoutFallback: { expected: ['error'], calls: [0, 0], kinds: ['tls', 'no-candidate'] },
    }),
  ),
  {
    name: 'a certificate of a private authority, which is valid',
    primary: () => ({ options: { tls: good } }),
    expected: ['primary'],
    calls: [1, 1],
  },
];

const silence: readonly Fault[] = [
  {
    name: 'a connection that is accepted and never answered',
    primary: () => ({ behavior: behaviors.hangs }),
    expected: ['fallback'],
    calls: [1, 1],
    coolsDown: true,
    withoutFallback: { expected: ['error'], calls: [1, 1], kinds: ['timeout'] },
  },
  always('a head and nothing after it', () => behaviors.headOnly, { calls: [1, 1] }),
  always('a head and only keep-alive data after it', () => behaviors.keepAliveOnly, { calls: [1, 1] }),
  {
    name: 'a slow head',
    primary: () => ({ behavior: behaviors.headAfter(300) }),
    expected: ['primary'],
    calls: [1, 1],
  },
  {
    name: 'a slow first part',
    primary: () => ({ behavior: behaviors.firstPartAfter(300) }),
    expected: ['primary'],
    calls: [1, 1],
  },
];

const unreadable: readonly Fault[] = [
  ...(
    [
      ['a captive portal', () => behaviors.answersWith('text/html', html)],
      [
        'a captive portal with the content type of a stream',
        () => behaviors.answersWith('text/event-stream', html),
      ],
      ['JSON that is cut off', () => behaviors.answersWith('application/json', '{"id":"chatcmpl-1","choi')],
      ['JSON that is null', () => behaviors.answersWith('application/json', 'null')],
      ['an empty JSON object', () => behaviors.answersWith('application/json', '{}')],
      ['an empty body', () => behaviors.answersWith('application/json', '')],
      ['an empty stream', () => behaviors.streams()],
      ['a stream of comments', () => behaviors.streams(': one\n\n', ': two\n\n')],
      ['a stream that begins and ends', () => behaviors.beginsOnly],
      ['a complete stream without text', () => behaviors.emptyAnswer],
      ['an event of 20 MB', () => behaviors.streams(`data: {"x":"${noise}"}\n\n`)],
      ['a page of 20 MB', () => behaviors.answersWith('text/plain', noise)],
      ['an error response of 20 MB', () => behaviors.responds({ status: 500, body: noise })],
      [
        'an error object as the whole answer',
        ({ errors }) =>
          behaviors.answersWith(
            'application/json',
            JSON.stringify(errors.body({ status: 503, message: 'Overloaded.' })),
          ),
      ],
      [
        'an error as the first event',
        ({ errors }) => behaviors.streams(errors.event({ status: 503, message: 'Overloaded.' })),
      ],
    ] satisfies readonly (readonly [string, (engine: FakedEngine) => FakeBehavior])[]
  ).map(([name, behavior]) => always(`200 with ${name}`, behavior)),
  {
    name: 'a redirect to another origin',
    primary: () => ({ redirects: 307 }),
    expected: ['fallback'],
    calls: [1, 1],
    withoutFallback: { expected: ['error'], calls: [1, 1], kinds: ['blocked-redirect'] },
  },
];

export const faultsBeforeFirstPart: readonly Fault[] = [
  ...rateLimits,
  ...permanentErrors,
  ...failing,
  ...network,
  ...silence,
  ...unreadable,
];
