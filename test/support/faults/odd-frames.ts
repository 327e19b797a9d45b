/** Sound answers in frames and compressions that were not requested, ends that come early, and ends that are none. */
import * as zlib from 'node:zlib';
import type { FakeBehavior } from '../fake-providers/fake-provider.ts';
import * as behaviors from './behaviors.ts';
import type { FakedEngine } from './engines.ts';
import type { Fault } from './fault.ts';

type Behave = (engine: FakedEngine) => FakeBehavior | undefined;

const soundAnswer = (name: string, behave: Behave, more: Partial<Fault> = {}): Fault => ({
  name,
  primary(engine) {
    const behavior = behave(engine);
    return behavior && { behavior };
  },
  expected: ['primary'],
  calls: [1, 1],
  ...more,
});

const brokenAnswer = (name: string, behave: Behave): Fault => ({
  ...soundAnswer(name, behave),
  expected: ['continued'],
  withoutFallback: {
    expected: ['error'],
    calls: [1, 3],
    kinds: ['interrupted', 'timeout', 'overloaded', 'bad-response'],
  },
});

const forSse =
  (behavior: FakeBehavior): Behave =>
  ({ errors }) =>
    errors.framing === 'sse' ? behavior : undefined;

const asEvents = (change: (body: string) => string): Behave =>
  forSse(behaviors.sends((body) => change(body)));

/** The JSON of each event. */
const documentsIn = (body: string): readonly unknown[] =>
  (body.match(/\{.*\}/g) ?? []).map((json) => JSON.parse(json) as unknown);
const asDocuments =
  (change: (documents: readonly unknown[]) => string): Behave =>
  () =>
    behaviors.sends((body) => change(documentsIn(body)));

const withoutBlankLines = (body: string): string => body.replace(/(?:\r?\n)+/g, '\n');
const everySecond = (body: string, pattern: RegExp, by: string): string => {
  let count = 0;
  return body.replace(pattern, (found) => {
    count += 1;
    return count % 2 === 0 ? by : found;
  });
};

const frames: readonly Fault[] = [
  soundAnswer('events without blank lines', asEvents(withoutBlankLines)),
  soundAnswer(
    'events of which some lack the blank line',
    asEvents((body) => everySecond(body, /\r?\n\r?\n/g, '\n')),
  ),
  soundAnswer(
    'the name of the field twice',
    asEvents((body) => body.replace(/^data: /gm, 'data: data: ')),
  ),
  soundAnswer(
    'a byte order mark before each event',
    asEvents((body) => body.replace(/^data: /gm, '\uFEFFdata: ')),
  ),
  soundAnswer('events in JSON lines', ({ errors }) =>
    errors.framing === 'sse'
      ? undefined
      : behaviors.sends((body) => body.replace(/^(\{.*)$/gm, 'data: $1\n')),
  ),
  soundAnswer(
    'JSON lines instead of events',
    asDocuments((documents) => documents.map((document) => `${JSON.stringify(document)}\n`).join('')),
  ),
  soundAnswer(
    'indented documents instead of events',
    asDocuments((documents) =>
      documents.map((document) => `${JSON.stringify(document, null, 2)}\n`).join(''),
    ),
  ),
  soundAnswer(
    'a list of documents instead of events',
    asDocuments((documents) => JSON.stringify(documents, null, 1)),
  ),
];

const packed =
  (pack: (body: string) => Buffer, header: string | undefined): Behave =>
  () =>
    behaviors.packedAs(pack, header);

const compressions: readonly Fault[] = [
  ...(typeof zlib.zstdCompressSync === 'function'
    ? [
        soundAnswer(
          'a zstd stream that was not requested',
          packed((body) => zlib.zstdCompressSync(body), 'zstd'),
        ),
      ]
    : []),
  soundAnswer(
    'a gzip stream without a header',
    packed((body) => zlib.gzipSync(body), undefined),
  ),
  soundAnswer(
    'a gzip stream with a list in its header',
    packed((body) => zlib.gzipSync(body), 'identity, gzip'),
  ),
  soundAnswer(
    'a Brotli stream without a header',
    packed((body) => zlib.brotliCompressSync(body), undefined),
  ),
  soundAnswer(
    'a deflate stream with the header of gzip',
    packed((body) => zlib.deflateSync(body), 'gzip'),
  ),
  soundAnswer(
    'a plain stream with the header of gzip',
    packed((body) => Buffer.from(body), 'gzip'),
  ),
  soundAnswer(
    'a plain stream with a character set in the header',
    packed((body) => Buffer.from(body), 'utf-8'),
  ),
];

type Json = Record<string, unknown>;
const first = (list: unknown): Json | undefined =>
  Array.isArray(list) ? (list[0] as Json | undefined) : undefined;

/** The event with the finish reason of its wire, where it has a place for one. */
const finishes = (word: string, done: boolean) => (event: Json) => {
  const choice = first(event['choices']);
  if (choice && choice['finish_reason'] === null) choice['finish_reason'] = word;
  const candidate = first(event['candidates']);
  if (candidate) candidate['finishReason'] ??= word.toUpperCase();
  if (done && event['done'] === false) event['done'] = true;
};

const early: readonly Fault[] = [
  soundAnswer('a finish reason in every event', () => behaviors.withData(finishes('stop', true))),
  soundAnswer('an unknown finish reason in every event', () =>
    behaviors.withData(finishes('surprise', false)),
  ),
  soundAnswer('no finish reason yet, in words', () =>
    behaviors.withData(finishes('finish_reason_unspecified', false)),
  ),
  soundAnswer('empty errors in every event', () =>
    behaviors.withData((event) => {
      event['error'] ??= { code: 0, message: '' };
    }),
  ),
  soundAnswer('an end marker in the middle', forSse(behaviors.withInTheMiddle('data: [DONE]\n\n'))),
];

const damaged = 'data: {"choices":[{"del\n\n';

const ends: readonly Fault[] = [
  brokenAnswer('a malformed event in the middle', ({ errors }) =>
    behaviors.withInTheMiddle(errors.framing === 'sse' ? damaged : '{"message":{"con\n'),
  ),
  brokenAnswer(
    'half an event, and then an end marker',
    forSse(behaviors.failsInTheMiddle(`${damaged}data: [DONE]\n\n`)),
  ),
  brokenAnswer(
    'an error of another vendor, and then an end marker',
    forSse(
      behaviors.failsInTheMiddle(
        'data: {"object":"error","message":"The engine died.","type":"InternalServerError","code":500}\n\ndata: [DONE]\n\n',
      ),
    ),
  ),
  // In Chat Completions the marker is the service's own.
  brokenAnswer('an end marker of a proxy, and no finish reason', ({ kind, api }) =>
    kind === 'anthropic' || kind === 'gemini' || api === 'Responses'
      ? behaviors.failsInTheMiddle('data: [DONE]\n\n')
      : undefined,
  ),
];

export const oddFrameFaults: readonly Fault[] = [...frames, ...compressions, ...early, ...ends];
