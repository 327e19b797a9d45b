/** Faults during generation: a text is complete, or its loop ends with a clear error; it never ends early without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineDefinition } from '../../../../server/engines/engine.ts';
import { engines } from '../../../../server/engines/table.ts';
import { generateWithFallback } from '../../../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';
import type { ErrorKind } from '../../../../shared/error-policies.ts';
import { toRumboError } from '../../../../shared/errors.ts';
import type { FakeBehavior } from '../../../support/fake-providers/fake-provider.ts';
import * as behaviors from '../../../support/faults/behaviors.ts';
import { type FakedEngine, fakedEngines } from '../../../support/faults/engines.ts';
import { usage, wholeAnswer } from '../../../support/faults/expected-answer.ts';
import { startEndpoint } from './endpoints.ts';
import { fimTarget } from './fim-targets.ts';

/** Short only where a fault is silence: elsewhere a busy machine must not look like one. */
const limits = (name: string) => ({
  connectMs: 20_000,
  firstPartMs: name.startsWith('a head') ? 400 : 20_000,
  betweenPartsMs: name === 'a stream that goes silent' ? 300 : 20_000,
});
/** By engine, a model that fills in the middle. */
const models: Readonly<Record<string, string>> = {
  'llama-cpp': 'tiny-chat',
  ollama: 'fake:latest',
  vllm: 'qwen2.5-coder',
  mistral: 'codestral-latest',
};

type Fault = readonly [
  name: string,
  behavior: (engine: FakedEngine) => FakeBehavior,
  /** The errors allowed. Absent: the complete text arrives. */
  kinds?: readonly ErrorKind[],
];

const broken = ['interrupted', 'overloaded', 'bad-response'] as const;
const faults: readonly Fault[] = [
  ['a head that never arrives', () => behaviors.hangs, ['timeout']],
  ['a head without a body', () => behaviors.headOnly, ['timeout']],
  ['a reset before the head', () => behaviors.resets, ['unreachable', 'interrupted', 'overloaded']],
  ['a reset in the middle', () => behaviors.resetsInTheMiddle, broken],
  ['a connection closed in the middle', () => behaviors.closesInTheMiddle, broken],
  ['a body that ends without its marker', () => behaviors.endsInTheMiddle, broken],
  ['a body that ends inside an event', () => behaviors.endsInsideAnEvent, broken],
  ['a stream that goes silent', () => behaviors.stallsInTheMiddle, broken],
  [
    'a 200 with an error in the middle',
    ({ errors }) => behaviors.failsInTheMiddle(errors.event({ status: 503, message: 'Overloaded.' })),
    broken,
  ],
  ['a web page', () => behaviors.answersWith('text/html', '<html>Sign in</html>'), ['bad-response']],
  ['a loading model', ({ errors }) => behaviors.responds(errors.loading), ['loading', 'overloaded']],
  ['a text that is too long', ({ errors }) => behaviors.responds(errors.tooLong), ['context-too-long']],
  ['bytes one by one', () => behaviors.inPiecesOf(1)],
  ['unknown events', ({ errors }) => behaviors.withInTheMiddle(errors.unknownEvent)],
  ['a packed stream', () => behaviors.compressed('gzip')],
];

for (const [kind, model] of Object.entries(models)) {
  const definition = engines.find((each) => each.kind === kind) as EngineDefinition;
  const engine = fakedEngines.find((each) => each.kind === kind) as FakedEngine;
  test(`${kind} never loses text silently`, { concurrency: 4 }, async (t) => {
    for (const [name, behavior, kinds] of faults) {
      await t.test(name, async (t) => {
        const { fake, endpoint } = await startEndpoint(t, definition, engine.make, model, limits(name));
        fake.reply = { text: wholeAnswer, usage };
        fake.fault = { kind: 'custom', behavior: behavior(engine) };
        let received = '';
        let errorKind: ErrorKind | undefined;
        try {
          const { text } = await generateWithFallback(modeCache())(
            endpoint,
            fimTarget(),
            new AbortController().signal,
          );
          for await (const piece of text) received += piece;
        } catch (error) {
          errorKind = toRumboError(error).kind;
        }
        if (!kinds) return assert.deepEqual([received, errorKind], [wholeAnswer, undefined]);
        assert.ok(
          errorKind && kinds.includes(errorKind),
          `errorKind as ${errorKind}, with ${JSON.stringify(received)}`,
        );
        assert.ok(wholeAnswer.startsWith(received));
      });
    }
  });
}
