/** However a stream is cut into pieces the answer is the same; and one that is cut short is never called complete. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { engines } from '../../../server/engines/table.ts';
import { parseEvents } from '../../../server/platform/event-stream.ts';
import { openaiFill } from '../../../server/wire/openai-fim.ts';
import { openaiResponses } from '../../../server/wire/openai-responses.ts';
import type { StreamDecoder, StreamFormat } from '../../../server/wire/wire-format.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';

const folder = fileURLToPath(new URL('../../fixtures/wire/', import.meta.url));
const fixtures = globSync('*/*.{sse,ndjson}', { cwd: folder }).sort();
/** Bytes up to which a body is cut at each of them; a longer one is cut at some. */
const small = 1_000;
/** Cuts tried in a longer body. */
const some = 80;

type Reader = Pick<StreamFormat<never>, 'framing' | 'decoder'>;

/** How the engine that was recorded would read the file. */
function readerOf(path: string): Reader {
  const [kind = '', name = ''] = path.split('/');
  const wire = engines.find((engine) => engine.kind === kind)?.wire;
  assert.ok(wire, `${path} belongs to no engine`);
  if (name.includes('responses')) return openaiResponses;
  if (name.includes('completions')) return openaiFill('/completions');
  if (name.includes('fill')) return wire.fill ?? assert.fail(`${kind} cannot fill in the middle`);
  return wire.chat('m');
}

/** What came of a body: its parts with adjacent deltas joined, and the kind of error that ended it, if one did. */
type Read = { readonly parts: readonly EnginePart[]; readonly kind?: string };

async function read({ framing, decoder }: Reader, pieces: readonly Uint8Array[]): Promise<Read> {
  const parts: EnginePart[] = [];
  const take = (more: readonly EnginePart[]) => {
    for (const part of more) {
      const last = parts.at(-1);
      if ((part.type === 'text-delta' || part.type === 'reasoning-delta') && last?.type === part.type)
        parts[parts.length - 1] = { ...part, text: last.text + part.text };
      else parts.push(part);
    }
  };
  const reading: StreamDecoder = decoder();
  try {
    for await (const events of parseEvents(each(pieces), framing))
      for (const event of events) take(reading.read(event));
    take(reading.end());
    return { parts };
  } catch (error) {
    if (error instanceof RumboError) return { parts, kind: error.kind };
    throw error;
  }
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function cut(body: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = [...at.map((byte) => byte % (body.length + 1)).sort((a, b) => a - b), body.length];
  return ends.map((end, index) => body.subarray(ends[index - 1] ?? 0, end));
}

const places = (body: Uint8Array): readonly number[] =>
  body.length <= small
    ? [...body.keys()]
    : fc.sample(fc.nat(body.length - 1), { numRuns: some, seed: body.length });

const textIn = ({ parts }: Read, type: 'text-delta' | 'reasoning-delta'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');
const callsIn = ({ parts }: Read): readonly EnginePart[] => parts.filter(({ type }) => type === 'tool-call');

for (const path of fixtures) {
  const text = readFileSync(folder + path, 'utf8');
  const body = Buffer.from(text);
  const reader = readerOf(path);

  test(`${path}: split at any byte it is the same answer`, async () => {
    const whole = await read(reader, [body]);
    for (const at of places(body))
      assert.deepEqual(await read(reader, cut(body, [at])), whole, `cut at ${at}`);
  });

  test(`${path}: in any pieces, with any line ends, it is the same answer`, async () => {
    const whole = await read(reader, [body]);
    const ends = reader.framing === 'sse' ? ['\n', '\r\n', '\r'] : ['\n', '\r\n'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ends),
        fc.array(fc.nat(2 * body.length), { maxLength: 40 }),
        async (end, at) => {
          const written = Buffer.from(text.replace(/\r?\n/g, end));
          assert.deepEqual(await read(reader, cut(written, at)), whole);
        },
      ),
      { numRuns: 15, seed: body.length },
    );
    assert.deepEqual(
      await read(
        reader,
        [...body].map((byte) => Uint8Array.of(byte)),
      ),
      whole,
      'byte by byte',
    );
  });

  test(`${path}: truncated at any byte it is complete or an error`, async () => {
    const whole = await read(reader, [body]);
    for (const at of places(body)) {
      const short = await read(reader, [body.subarray(0, at)]);
      const finished = short.parts.at(-1)?.type === 'finish';
      assert.equal(finished, short.kind === undefined, `cut at ${at}: an end, and an error`);
      for (const type of ['text-delta', 'reasoning-delta'] as const)
        assert.ok(textIn(whole, type).startsWith(textIn(short, type)), `cut at ${at}: other words`);
      if (!finished) {
        // Of an error event that is cut only the name may be left, which says less about the kind.
        if (!whole.kind) assert.match(short.kind ?? '', /^(?:interrupted|bad-response)$/, `cut at ${at}`);
        continue;
      }
      assert.equal(textIn(short, 'text-delta'), textIn(whole, 'text-delta'), `cut at ${at}: shorter`);
      assert.deepEqual(callsIn(short), callsIn(whole), `cut at ${at}: fewer calls`);
    }
  });
}
