/** What goes wrong on the way of ghost text: a text is whole, or its loop ends with a clear error, and never silently in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineDefinition } from '../../../../server/engines/engine.ts';
import { engines } from '../../../../server/engines/table.ts';
import { generateWithFallback } from '../../../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import type { ErrorKind } from '../../../../shared/error-kinds.ts';
import { toRumboError } from '../../../../shared/errors.ts';
import type { Misdeed } from '../../../support/fake-providers/fake-provider.ts';
import { usage, wholeAnswer } from '../../../support/faults/answer.ts';
import { type FakedEngine, fakedEngines } from '../../../support/faults/engines.ts';
import * as does from '../../../support/faults/misdeeds.ts';
import { startEndpoint } from './endpoints.ts';
import { fimTarget } from './fim-targets.ts';

const limits = { connectMs: 2_000, firstPartMs: 400, betweenPartsMs: 300 };
/** Each with a model that it fills in with. */
const models: Readonly<Record<string, string>> = {
  'llama-cpp': 'tiny-chat',
  ollama: 'fake:latest',
  vllm: 'qwen2.5-coder',
  mistral: 'codestral-latest',
};

type Fault = readonly [
  name: string,
  misdeed: (engine: FakedEngine) => Misdeed,
  /** Absent: the whole text comes. */
  kinds?: readonly ErrorKind[],
];

const broken = ['interrupted', 'overloaded', 'bad-response'] as const;
const faults: readonly Fault[] = [
  ['a head that never comes', () => does.hangs, ['timeout']],
  ['a head and nothing more', () => does.headOnly, ['timeout']],
  ['a reset before the head', () => does.resets, ['unreachable', 'interrupted', 'overloaded']],
  ['a reset in the middle', () => does.resetsInTheMiddle, broken],
  ['a connection closed in the middle', () => does.closesInTheMiddle, broken],
  ['a body that ends without its marker', () => does.endsInTheMiddle, broken],
  ['a body that ends inside an event', () => does.endsInsideAnEvent, broken],
  ['a stream that goes silent', () => does.stallsInTheMiddle, broken],
  [
    'a 200 with an error in the middle',
    ({ vendor }) => does.failsInTheMiddle(vendor.event({ status: 503, message: 'Overloaded.' })),
    broken,
  ],
  ['a web page', () => does.answersWith('text/html', '<html>Sign in</html>'), ['bad-response']],
  ['a loading model', ({ vendor }) => does.refuses(vendor.loading), ['loading', 'overloaded']],
  ['a text that is too long', ({ vendor }) => does.refuses(vendor.tooLong), ['context-too-long']],
  ['bytes one by one', () => does.inPiecesOf(1)],
  ['events that nobody knows', ({ vendor }) => does.withInTheMiddle(vendor.unknownEvent)],
  ['a packed stream', () => does.packed('gzip')],
];

for (const [kind, model] of Object.entries(models)) {
  const definition = engines.find((each) => each.kind === kind) as EngineDefinition;
  const engine = fakedEngines.find((each) => each.kind === kind) as FakedEngine;
  test(`${kind} loses nothing silently`, { concurrency: 4 }, async (t) => {
    for (const [name, misdeed, kinds] of faults) {
      await t.test(name, async (t) => {
        const { fake, who } = await startEndpoint(t, definition, engine.make, model, limits);
        fake.reply = { text: wholeAnswer, usage };
        fake.fault = { kind: 'misdeed', does: misdeed(engine) };
        let said = '';
        let ended: ErrorKind | undefined;
        try {
          const { text } = await generateWithFallback(modeCache())(
            who,
            fimTarget(),
            new AbortController().signal,
          );
          for await (const piece of text) said += piece;
        } catch (error) {
          ended = toRumboError(error).kind;
        }
        if (!kinds) return assert.deepEqual([said, ended], [wholeAnswer, undefined]);
        assert.ok(ended && kinds.includes(ended), `ended as ${ended}, with ${JSON.stringify(said)}`);
        assert.ok(wholeAnswer.startsWith(said));
      });
    }
  });
}
