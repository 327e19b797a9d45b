/** All faults after the first part, and streams that only look faulty. */

import type { FakeBehavior } from '../fake-providers/fake-provider.ts';
import * as behaviors from './behaviors.ts';
import type { FakedEngine } from './engines.ts';
import {
  announceAndContinue,
  continueExactly,
  continueWithoutBlank,
  ignoreRequest,
  repeatWhole,
} from './expected-answer.ts';
import type { Fault, Primary } from './fault.ts';
import { usageOddities } from './usage-oddities.ts';

const breaksOff = (
  name: string,
  behavior: (engine: FakedEngine) => FakeBehavior,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  primary: (engine) => ({ behavior: behavior(engine) }),
  expected: ['continued'],
  calls: [1, 1],
  ...more,
});

/** All of these stop after the first words. */
const cuts: readonly (readonly [string, (engine: FakedEngine) => FakeBehavior])[] = [
  ['a connection reset in the middle', () => behaviors.resetsInTheMiddle],
  ['a connection closed in the middle', () => behaviors.closesInTheMiddle],
  ['a body that ends without its marker', () => behaviors.endsInTheMiddle],
  ['a body that ends inside an event', () => behaviors.endsInsideAnEvent],
  ['a stream that stalls', () => behaviors.stallsInTheMiddle],
  [
    'an error event in the middle',
    ({ errors }) => behaviors.failsInTheMiddle(errors.event({ status: 503, message: 'Overloaded.' })),
  ],
];

const aloneKinds = ['interrupted', 'timeout', 'overloaded', 'bad-response'] as const;

const breaks: readonly Fault[] = [
  ...cuts.map(([name, behavior]) =>
    breaksOff(name, behavior, { withoutFallback: { expected: ['error'], calls: [1, 3], kinds: aloneKinds } }),
  ),
  ...cuts.map(([name, behavior]) =>
    breaksOff(`${name}, restarted by the user’s setting`, behavior, {
      expected: ['restarted'],
      onInterruption: 'restart',
    }),
  ),
  ...cuts.map(([name, behavior]) =>
    breaksOff(`${name}, kept by the user’s setting`, behavior, {
      expected: ['error'],
      kinds: aloneKinds,
      onInterruption: 'fail',
    }),
  ),
  ...(
    [
      ['repeats the whole text', repeatWhole],
      ['announces that it continues', announceAndContinue],
      ['continues without a repetition', continueExactly],
    ] as const
  ).map(([does, reply]) =>
    breaksOff(`a reset, and a next provider that ${does}`, () => behaviors.resetsInTheMiddle, {
      next: () => ({ reply }),
    }),
  ),
  ...(
    [
      ['continues without a repetition and without a blank', continueWithoutBlank],
      ['writes something else', ignoreRequest],
    ] as const
  ).map(([does, reply]) =>
    breaksOff(`a reset, and a next provider that ${does}`, () => behaviors.resetsInTheMiddle, {
      next: () => ({ reply }),
      expected: ['restarted'],
    }),
  ),
  breaksOff('a reset, and a next provider that rejects a prefill', () => behaviors.resetsInTheMiddle, {
    next: ({ errors }) => ({
      fault: {
        kind: 'custom',
        behavior: behaviors.refusesPrefill({
          status: 400,
          body: errors.body({
            status: 400,
            message:
              'This model does not support assistant message prefill. The conversation must end with a user message.',
          }),
        }),
      },
    }),
  }),
  breaksOff('a content-length that cuts the answer', () =>
    behaviors.lengthOff((size) => -Math.floor(size / 2)),
  ),
  ...(['gzip', 'br', 'deflate'] as const).map((encoding) => ({
    ...breaksOff(`a ${encoding} stream that is cut`, () => behaviors.compressed(encoding, 0.6)),
    expected: ['continued', 'fallback'] as const,
  })),
];

const harmlessFault = (
  name: string,
  behavior: (engine: FakedEngine) => FakeBehavior | undefined,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  primary: (engine): Primary | undefined => {
    const chosen = behavior(engine);
    return chosen && { behavior: chosen };
  },
  expected: ['primary'],
  calls: [1, 1],
  ...more,
});

const onlySse =
  (behavior: FakeBehavior) =>
  ({ errors }: FakedEngine) =>
    errors.framing === 'sse' ? behavior : undefined;

const dataOverLines = (body: string): string =>
  body.replace(/^data: (\{.*\})(\r?)$/gm, (_line, json: string, cr: string) =>
    JSON.stringify(JSON.parse(json), null, 1)
      .split('\n')
      .map((line) => `data: ${line}${cr}`)
      .join('\n'),
  );

/** The events at the end with usage, each twice. */
const endTwice = (_body: string, events: readonly string[]): string =>
  events
    .flatMap((each, at) =>
      at >= events.length - 3 && /"usage":\{|candidatesTokenCount|eval_count/.test(each)
        ? [each, each]
        : [each],
    )
    .join('');

const withoutUsage = behaviors.withData((event) => {
  for (const field of ['usage', 'usageMetadata', 'x_groq', 'prompt_eval_count', 'eval_count'])
    delete event[field];
  const { message, response } = event as Record<string, Record<string, unknown> | undefined>;
  delete message?.['usage'];
  delete response?.['usage'];
});

const thoughts = 'First I think, then I speak.';
const call = { name: 'look_up', input: '{"word":"漢字"}' };

const harmless: readonly Fault[] = [
  harmlessFault('no fault', () => (exchange) => exchange.sendAnswer(), { reportsUsage: true }),
  harmlessFault(
    'a missing end marker, the connection left open',
    ({ endsAtOnce }) => (endsAtOnce ? undefined : behaviors.withoutMarker(1)),
    // The wait for more is two seconds.
    { maxMs: 4_500, reportsUsage: true },
  ),
  harmlessFault('an event of an unknown type', ({ errors }) =>
    behaviors.withInTheMiddle(errors.unknownEvent),
  ),
  harmlessFault('one byte for each packet', () => behaviors.inPiecesOf(1)),
  harmlessFault('packets that end inside characters and lines', () => behaviors.inPiecesOf(7)),
  harmlessFault('lines that end in CRLF', () => behaviors.sends((body) => body.replace(/\r?\n/g, '\r\n'))),
  harmlessFault('lines that end in CR', onlySse(behaviors.sends((body) => body.replace(/\r?\n/g, '\r')))),
  harmlessFault('comments between events', onlySse(behaviors.withInTheMiddle(': keep-alive\n\n:\n\n'))),
  harmlessFault('blank lines between events', () => behaviors.withInTheMiddle('\n\n\n')),
  harmlessFault('data over several lines', onlySse(behaviors.sends(dataOverLines))),
  harmlessFault('a byte order mark', onlySse(behaviors.sends((body) => `\ufeff${body}`))),
  harmlessFault('no blank line at the end', () => behaviors.sends((body) => body.trimEnd())),
  harmlessFault('usage that comes twice', () => behaviors.sends(endTwice), { reportsUsage: true }),
  harmlessFault('usage that never comes', () => withoutUsage, { reportsUsage: false }),
  ...usageOddities.map(({ name, isReported, change }) =>
    harmlessFault(name, () => behaviors.sends((_body, events) => change(events).join('')), {
      reportsUsage: isReported,
    }),
  ),
  harmlessFault('thoughts, text and calls interleaved', () => behaviors.interleaved(thoughts, call), {
    extras: { reasoning: thoughts, call },
  }),
  ...(['gzip', 'br', 'deflate'] as const).map((encoding) =>
    harmlessFault(`a ${encoding} stream that was not requested`, () => behaviors.compressed(encoding)),
  ),
  harmlessFault('a content-length that promises more', () => behaviors.lengthOff(() => 100)),
];

export const midStreamFaults: readonly Fault[] = [...breaks, ...harmless];
