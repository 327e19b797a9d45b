/** Any valid answer is the same answer in each wire format, whatever a service does to its events, frames, compression and packets; and one that is cut is never complete. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decompress } from '../../../server/platform/decompress.ts';
import { parseEvents } from '../../../server/platform/event-stream.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import {
  type Answer,
  noOddities,
  type Oddities,
  type OddWire,
  oddWires,
} from '../../support/odd-streams/answers.ts';
import { compressions, encodingHeaders, type Frame, inFrame } from '../../support/odd-streams/frames.ts';

type Read = {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: Extract<EnginePart, { type: 'finish' }> | undefined;
  /** The kind of error that ended it. */
  readonly kind: string | undefined;
};

async function* each(body: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length];
  let from = 0;
  for (const end of ends) {
    if (end > from) yield body.subarray(from, end);
    from = end;
  }
}

async function read(
  { format }: OddWire,
  body: Uint8Array,
  cuts: readonly number[],
  header?: string,
): Promise<Read> {
  const decoder = format.decoder();
  const parts: EnginePart[] = [];
  let kind: string | undefined;
  try {
    for await (const events of parseEvents(decompress(each(body, cuts), header), format.framing))
      for (const event of events) parts.push(...decoder.read(event));
    parts.push(...decoder.end());
  } catch (error) {
    kind = error instanceof RumboError ? error.kind : String(error);
  }
  const textIn = (type: 'text-delta' | 'reasoning-delta'): string =>
    parts.map((part) => (part.type === type ? part.text : '')).join('');
  const finish = parts.find((part) => part.type === 'finish');
  return { text: textIn('text-delta'), reasoning: textIn('reasoning-delta'), finish, kind };
}

/** Words with what JSON, frames and lines are made of. */
const word = fc.oneof(
  fc.constantFrom(
    'one ',
    ' two',
    'data: {"a":1}\n\n',
    '[DONE]',
    '}{',
    '"',
    '\\',
    '\n',
    '\r\n',
    '漢字',
    '🚀',
    '\u2028',
    '\uFEFFx',
  ),
  fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }),
);
const answers: fc.Arbitrary<Answer> = fc.record({
  thoughts: fc.array(word, { maxLength: 2 }),
  words: fc.array(word, { minLength: 1, maxLength: 5 }),
  input: fc.integer({ min: 1, max: 900 }),
  output: fc.integer({ min: 10, max: 900 }),
});
const oddities: fc.Arbitrary<Oddities> = fc.record({
  finishThroughout: fc.boolean(),
  usageThroughout: fc.boolean(),
  placeholders: fc.boolean(),
  idleEvents: fc.boolean(),
  wholeText: fc.boolean(),
  marker: fc.constantFrom('none', 'own', 'added'),
});
const frames: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom('events', 'events', 'lines', 'indented', 'list', 'indented list', 'nothing between'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  blankLines: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  field: fc.constantFrom('data: ', 'data:', 'data: data: ', '\uFEFFdata: ', ' data: '),
  named: fc.boolean(),
  mark: fc.boolean(),
  comments: fc.boolean(),
  endsLine: fc.boolean(),
});
const cuts = fc.oneof(
  fc.array(fc.nat(5_000), { maxLength: 12 }),
  fc.constant(Array.from({ length: 400 }, (_, at) => at)),
);
const compression = fc.constantFrom(...(Object.keys(compressions) as (keyof typeof compressions)[]));
const header = fc.constantFrom(...encodingHeaders);

/** The end of each wire that its own text can have. */
const thoughtsOf = (wire: OddWire, { thoughts }: Answer): Answer['thoughts'] => (wire.thinks ? thoughts : []);

for (const wire of oddWires) {
  test(`${wire.name}: any valid answer in any frame is the same answer`, async () => {
    await fc.assert(
      fc.asyncProperty(
        answers,
        oddities,
        frames,
        compression,
        header,
        cuts,
        async (any, odd, frame, compressed, encoding, at) => {
          const answer = { ...any, thoughts: thoughtsOf(wire, any) };
          const body = inFrame(wire.events(answer, odd), frame);
          const found = await read(wire, compressions[compressed]?.(body) ?? body, at, encoding);
          assert.equal(found.kind, undefined, body.toString());
          assert.equal(found.text, answer.words.join(''), body.toString());
          assert.equal(found.reasoning, answer.thoughts.join(''), body.toString());
          assert.equal(found.finish?.reason, 'stop');
          const { input, output } = found.finish?.usage ?? {};
          assert.deepEqual(
            { input, output },
            { input: answer.input, output: answer.output },
            body.toString(),
          );
        },
      ),
      { numRuns: 50, seed: 7 },
    );
  });

  test(`${wire.name}: an answer that is cut is interrupted, unless all of it had come`, async () => {
    await fc.assert(
      fc.asyncProperty(
        answers,
        oddities,
        frames,
        compression,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        cuts,
        async (any, odd, frame, compressed, share, at) => {
          const answer = { ...any, thoughts: thoughtsOf(wire, any) };
          // Where each event says that it may be the last one, a cut between two cannot be seen.
          const visible = { ...odd, finishThroughout: false };
          const body = inFrame(wire.events(answer, visible), frame);
          const packed = compressions[compressed]?.(body) ?? body;
          const found = await read(wire, packed.subarray(0, Math.floor(packed.length * share)), at);
          const whole = answer.words.join('');
          if (found.finish) assert.equal(found.text, whole, 'complete');
          else assert.ok(found.kind !== undefined, 'an end or an error');
          if (found.kind !== undefined && compressed === 'none')
            assert.match(found.kind, /^(?:interrupted|bad-response)$/, body.toString());
          assert.ok(whole.startsWith(found.text), JSON.stringify([found.text, whole]));
        },
      ),
      { numRuns: 50, seed: 8 },
    );
  });

  test(`${wire.name}: an event that cannot be read interrupts the answer there, whatever follows`, async () => {
    await fc.assert(
      fc.asyncProperty(
        answers,
        oddities,
        frames,
        fc.nat(40),
        fc.nat(200),
        async (any, odd, frame, where, length) => {
          const answer = { ...any, thoughts: thoughtsOf(wire, any) };
          const events = wire.events(answer, { ...odd, finishThroughout: false, marker: 'own' });
          const target = events.at(where % (events.length - 1));
          if (!target?.data.startsWith('{') || target.name === 'ping') return;
          const cutData = target.data.slice(0, 1 + (length % (target.data.length - 1)));
          const damaged = events.map((event) => (event === target ? { ...event, data: cutData } : event));
          const found = await read(wire, inFrame(damaged, { ...frame, kind: 'events' }), []);
          assert.equal(found.finish, undefined, JSON.stringify(damaged));
          assert.match(found.kind ?? '', /^(?:interrupted|bad-response)$/);
          assert.ok(answer.words.join('').startsWith(found.text));
        },
      ),
      { numRuns: 50, seed: 9 },
    );
  });
}

test('the answers here have an end that is read without any oddity', async () => {
  const answer: Answer = { thoughts: [], words: ['one ', 'two'], input: 3, output: 12 };
  for (const wire of oddWires) {
    const body = wire.events(answer, noOddities).map(({ data }) => `data: ${data}\n\n`);
    assert.equal((await read(wire, Buffer.from(body.join('')), [])).finish?.reason, 'stop', wire.name);
  }
});
