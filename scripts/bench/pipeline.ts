/** What the whole pipeline over JSON-RPC adds to a direct call to the same service. */
import { Agent } from 'undici';
import { ask as askMessage, askPart } from '../../shared/protocol.ts';
import type { TerminalServer } from '../terminal/server.ts';
import { type Laboratory, model } from './laboratory.ts';
import { promptOf } from './prompts.ts';
import { median, quantile } from './quantile.ts';
import type { Row } from './row.ts';

/** Milliseconds from the request to the first word, and to the whole answer. */
type Times = { readonly first: number; readonly whole: number };
type Ask = (prompt: string) => Promise<Times>;

const rounds = 5;

export async function pipelineRows({ origin, startServer }: Laboratory): Promise<Row[]> {
  const server = await startServer();
  const agent = new Agent();
  try {
    const whole = await compare(
      {
        direct: direct(agent, `${origin}/whole`),
        off: withoutParts(server, 'whole'),
        on: withParts(server, 'whole'),
      },
      300,
    );
    const paced = await compare(
      { direct: direct(agent, `${origin}/paced`), on: withParts(server, 'paced') },
      60,
    );
    const what = 'added by Rumbo over JSON-RPC';
    const base = `direct ${whole.of('direct', 'whole', 0.5).toFixed(2)} ms`;
    return [
      {
        what: `${what}, no parts: p50`,
        figure: whole.added('off', 'whole', 0.5),
        unit: 'ms',
        aim: 1,
        note: base,
      },
      { what: `${what}, no parts: p99`, figure: whole.added('off', 'whole', 0.99), unit: 'ms', aim: 5 },
      { what: `${what}, with parts: p50`, figure: whole.added('on', 'whole', 0.5), unit: 'ms', aim: 1 },
      { what: `${what}, with parts: p99`, figure: whole.added('on', 'whole', 0.99), unit: 'ms', aim: 5 },
      { what: 'time to first token added: p50', figure: paced.added('on', 'first', 0.5), unit: 'ms', aim: 1 },
    ];
  } finally {
    await server.close();
    await agent.close();
  }
}

/** Measures all in turn, so that a noisy moment of the machine affects each of them. One extra round is for warming up. */
async function compare<Name extends string>(asks: Readonly<Record<'direct' | Name, Ask>>, perRound: number) {
  const names = Object.keys(asks) as ('direct' | Name)[];
  const measured: Record<string, Times[]>[] = [];
  for (let round = 0; round <= rounds; round++) {
    const times: Record<string, Times[]> = Object.fromEntries(names.map((name) => [name, []]));
    for (let index = 0; index < perRound; index++) {
      // The second one finds the service warmer: each round begins with another one.
      for (const turn of names.keys()) {
        const name = names[(index + turn) % names.length] ?? 'direct';
        times[name]?.push(await asks[name](promptOf(index)));
      }
    }
    if (round > 0) measured.push(times);
  }
  const inRound = (times: Record<string, Times[]>, name: string, what: keyof Times, share: number) =>
    quantile(times[name]?.map((each) => each[what]) ?? [], share);
  return {
    of: (name: 'direct' | Name, what: keyof Times, share: number) =>
      median(measured.map((times) => inRound(times, name, what, share))),
    added: (name: Name, what: keyof Times, share: number) =>
      median(
        measured.map((times) => inRound(times, name, what, share) - inRound(times, 'direct', what, share)),
      ),
  };
}

const direct =
  (agent: Agent, url: string): Ask =>
  async (prompt) => {
    const startedAt = performance.now();
    const { body } = await agent.request({
      origin: new URL(url).origin,
      path: `${new URL(url).pathname}/v1/chat/completions`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: prompt }],
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    let first = 0;
    for await (const _bytes of body) first ||= performance.now() - startedAt;
    return { first, whole: performance.now() - startedAt };
  };

/** The cache is off: the service answers every request. */
const question = (prompt: string, provider: string) =>
  ({ prompt, model: `${provider}/${model}`, useCache: false }) as const;

const withoutParts =
  ({ connection }: TerminalServer, provider: string): Ask =>
  async (prompt) => {
    const startedAt = performance.now();
    await connection.sendRequest(askMessage, question(prompt, provider));
    const whole = performance.now() - startedAt;
    return { first: whole, whole };
  };

const withParts =
  ({ connection }: TerminalServer, provider: string): Ask =>
  async (prompt) => {
    const partialResultToken = 'answer';
    const startedAt = performance.now();
    let first = 0;
    const parts = connection.onProgress(askPart, partialResultToken, ({ type }) => {
      if (type === 'text-delta') first ||= performance.now() - startedAt;
    });
    await connection.sendRequest(askMessage, { ...question(prompt, provider), partialResultToken });
    parts.dispose();
    return { first, whole: performance.now() - startedAt };
  };
