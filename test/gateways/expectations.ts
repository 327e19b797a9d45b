/** What every gateway has to bring through to a user of Rumbo, whatever it makes of its service's answers. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { TerminalServer } from '../../scripts/terminal/server.ts';
import type { ErrorKind } from '../../shared/error-policies.ts';
import { testProvider } from '../../shared/protocol.ts';
import { ask, bareEnv, entry, failure, fake, type Settings, server } from '../e2e/server/support.ts';
import { fakeOpenAi } from '../support/fake-providers/openai.ts';
import { upstreamText } from './upstream.ts';

const spareText = 'The spare model answers.';
const key = 'sk-of-the-user';

/** Rumbo with the gateway as provider `gate`, and a model that answers everything as `spare/fake-model`. */
export async function rumboBehind(t: TestContext, settings: Settings): Promise<TerminalServer> {
  const spare = await fake(t, fakeOpenAi, { reply: spareText });
  return server(
    t,
    {
      'rumbo.routing.whenPinnedUnavailable': 'fail',
      'rumbo.providers': {
        gate: { kind: 'openai-compatible', keyEnv: 'GATE_KEY', ...settings },
        spare: entry(spare),
      },
    },
    { env: bareEnv({ GATE_KEY: key }) },
  );
}

/** A cloud provider is asked for its models when it is used or tested. */
export const listGateway = async (rumbo: TerminalServer): Promise<void> => {
  await rumbo.connection.sendRequest(testProvider, { provider: 'gate' });
};

const kinds: readonly (readonly [model: string, kind: ErrorKind])[] = [
  ['gone', 'model-not-found'],
  ['limited', 'rate-limited'],
  ['quota', 'payment-required'],
  ['bad-key', 'unauthorized'],
  ['long', 'context-too-long'],
  ['filtered', 'content-filtered'],
  ['broken', 'overloaded'],
];

/** @param nameOf the gateway's name for a model of the service @param exclude models whose refusals it cannot pass on */
export async function expectRefusals(
  rumbo: TerminalServer,
  nameOf = (model: string) => model,
  exclude: readonly string[] = [],
): Promise<void> {
  for (const [model, kind] of kinds) {
    if (exclude.includes(model)) continue;
    const startedAt = performance.now();
    const { attempts, message, ...error } = await failure(
      ask(rumbo, { prompt: `Say hello to ${model}.`, model: `gate/${nameOf(model)}`, useCache: false }),
    );
    assert.equal(attempts?.[0]?.outcome ?? error.kind, kind, `${model}: ${message}`);
    assert.ok(performance.now() - startedAt < 30_000, `${model} was refused late`);
    assert.doesNotMatch(
      `${attempts?.[0]?.message} ${message}`,
      /litellm\.|LiteLLM:|Exception - |All variants/,
    );
  }
}

/** The answer arrives whole, with the service's own count of tokens. */
export async function expectAnswer(rumbo: TerminalServer, model = 'fine') {
  const { text, result } = await ask(rumbo, {
    prompt: 'Say hello.',
    model: `gate/${model}`,
    useCache: false,
  });
  assert.equal(text, upstreamText);
  assert.equal(result.receipt.usage.output, 7);
  assert.equal(result.receipt.usageEstimated, false);
  return result.receipt;
}

/** An answer that breaks off is never whole. */
export async function expectInterruptions(
  rumbo: TerminalServer,
  nameOf = (model: string) => model,
): Promise<void> {
  for (const model of ['cut', 'reset', 'unfinished']) {
    await expectAnswer(rumbo, nameOf(model));
    const { attempts, kind, message, partial } = await failure(
      ask(rumbo, { prompt: `Say hello to ${model}.`, model: `gate/${nameOf(model)}`, useCache: false }),
    );
    // LiteLLM reports it as a failure of its own in mid-stream.
    const outcome = attempts?.[0]?.outcome ?? kind;
    assert.ok(outcome === 'interrupted' || outcome === 'overloaded', `${model}: ${outcome}: ${message}`);
    assert.equal(partial, 'Hello from');
  }
}
