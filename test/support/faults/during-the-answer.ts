/** Everything that can go wrong after the first word, and everything that only looks as if it did. */

import type { Misdeed } from '../fake-providers/fake-provider.ts';
import { goingOnTwice } from './answer.ts';
import type { FakedEngine } from './engines.ts';
import type { Fault, Primary } from './fault.ts';
import * as does from './misdeeds.ts';

const breaksOff = (
  name: string,
  misdeed: (engine: FakedEngine) => Misdeed,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  primary: (engine) => ({ does: misdeed(engine) }),
  right: ['continued'],
  calls: [1, 1],
  ...more,
});

/** All of these leave the first words with the user and nothing after them. */
const cuts: readonly (readonly [string, (engine: FakedEngine) => Misdeed])[] = [
  ['a connection reset in the middle', () => does.resetsInTheMiddle],
  ['a connection closed in the middle', () => does.closesInTheMiddle],
  ['a body that ends without its marker', () => does.endsInTheMiddle],
  ['a body that ends inside an event', () => does.endsInsideAnEvent],
  ['a stream that goes silent', () => does.stallsInTheMiddle],
  [
    'an error event in the middle',
    ({ vendor }) => does.failsInTheMiddle(vendor.event({ status: 503, message: 'Overloaded.' })),
  ],
];

const aloneKinds = ['interrupted', 'timeout', 'overloaded', 'bad-response'] as const;

const breaks: readonly Fault[] = [
  ...cuts.map(([name, misdeed]) =>
    breaksOff(name, misdeed, { alone: { right: ['error'], calls: [1, 3], kinds: aloneKinds } }),
  ),
  ...cuts.map(([name, misdeed]) =>
    breaksOff(`${name}, beginning anew as the user wants it`, misdeed, {
      right: ['restarted'],
      onInterruption: 'restart',
    }),
  ),
  ...cuts.map(([name, misdeed]) =>
    breaksOff(`${name}, keeping the part as the user wants it`, misdeed, {
      right: ['error'],
      kinds: aloneKinds,
      onInterruption: 'fail',
    }),
  ),
  breaksOff('a reset, and a next one that says the last words again', () => does.resetsInTheMiddle, {
    next: () => ({ reply: goingOnTwice }),
  }),
  breaksOff(
    'a reset, and a next one that refuses to be put words into its mouth',
    () => does.resetsInTheMiddle,
    {
      next: ({ vendor }) => ({
        fault: {
          kind: 'misdeed',
          does: does.refusesPrefill({
            status: 400,
            body: vendor.body({
              status: 400,
              message:
                'This model does not support assistant message prefill. The conversation must end with a user message.',
            }),
          }),
        },
      }),
    },
  ),
  breaksOff('a content-length that cuts the answer', () => does.lengthOff((size) => -Math.floor(size / 2))),
  ...(['gzip', 'br', 'deflate'] as const).map((encoding) => ({
    ...breaksOff(`a ${encoding} stream that is cut`, () => does.packed(encoding, 0.6)),
    right: ['continued', 'fallback'] as const,
  })),
];

const fine = (
  name: string,
  misdeed: (engine: FakedEngine) => Misdeed | undefined,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  primary: (engine): Primary | undefined => {
    const chosen = misdeed(engine);
    return chosen && { does: chosen };
  },
  right: ['primary'],
  calls: [1, 1],
  ...more,
});

const onlySse =
  (misdeed: Misdeed) =>
  ({ vendor }: FakedEngine) =>
    vendor.framing === 'sse' ? misdeed : undefined;

const dataOverLines = (body: string): string =>
  body.replace(/^data: (\{.*\})(\r?)$/gm, (_line, json: string, cr: string) =>
    JSON.stringify(JSON.parse(json), null, 1)
      .split('\n')
      .map((line) => `data: ${line}${cr}`)
      .join('\n'),
  );

/** The events of the end that bring usage, each twice. */
const endTwice = (_body: string, events: readonly string[]): string =>
  events
    .flatMap((each, at) =>
      at >= events.length - 3 && /"usage":\{|candidatesTokenCount|eval_count/.test(each)
        ? [each, each]
        : [each],
    )
    .join('');

const withoutUsage = does.withData((event) => {
  for (const field of ['usage', 'usageMetadata', 'x_groq', 'prompt_eval_count', 'eval_count'])
    delete event[field];
  const { message, response } = event as Record<string, Record<string, unknown> | undefined>;
  delete message?.['usage'];
  delete response?.['usage'];
});

const thoughts = 'First I think, then I speak.';
const call = { name: 'look_up', input: '{"word":"漢字"}' };

const sound: readonly Fault[] = [
  fine('nothing at all', () => (exchange) => exchange.answer(), { tellsUsage: true }),
  fine(
    'a missing end marker, the connection left open',
    ({ endsAtOnce }) => (endsAtOnce ? undefined : does.withoutMarker(1)),
    { withinMs: 2_500, tellsUsage: true },
  ),
  fine('a malformed event in the middle', ({ vendor }) =>
    does.withInTheMiddle(vendor.framing === 'sse' ? 'data: {"choices":[{"del\n\n' : '{"message":{"con\n'),
  ),
  fine('an event of an unknown type', ({ vendor }) => does.withInTheMiddle(vendor.unknownEvent)),
  fine('one byte for each packet', () => does.inPiecesOf(1)),
  fine('packets that end inside characters and lines', () => does.inPiecesOf(7)),
  fine('lines that end in CRLF', () => does.sends((body) => body.replace(/\r?\n/g, '\r\n'))),
  fine('lines that end in CR', onlySse(does.sends((body) => body.replace(/\r?\n/g, '\r')))),
  fine('comments between events', onlySse(does.withInTheMiddle(': keep-alive\n\n:\n\n'))),
  fine('blank lines between events', () => does.withInTheMiddle('\n\n\n')),
  fine('data over several lines', onlySse(does.sends(dataOverLines))),
  fine('a byte order mark', onlySse(does.sends((body) => `\ufeff${body}`))),
  fine('no blank line at the end', () => does.sends((body) => body.trimEnd())),
  fine('usage that comes twice', () => does.sends(endTwice), { tellsUsage: true }),
  fine('usage that never comes', () => withoutUsage, { tellsUsage: false }),
  fine('thoughts, words and calls in turn', () => does.interleaved(thoughts, call), {
    brings: { reasoning: thoughts, call },
  }),
  ...(['gzip', 'br', 'deflate'] as const).map((encoding) =>
    fine(`a ${encoding} stream nobody asked for`, () => does.packed(encoding)),
  ),
  fine('a content-length that promises more', () => does.lengthOff(() => 100)),
];

export const duringTheAnswer: readonly Fault[] = [...breaks, ...sound];
