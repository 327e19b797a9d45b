/** What a conversation with many pictures costs: the time that it adds, how long it stops other requests, and its memory. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import type { ImagePart } from '../../shared/content.ts';
import { ask } from '../../shared/protocol.ts';
import type { TerminalServer } from '../terminal/server.ts';
import { type Laboratory, model } from './laboratory.ts';
import { residentMegabytes } from './memory.ts';
import { median } from './quantile.ts';
import type { Row } from './row.ts';

const rounds = 5;
const pictures = 20;
const bytesOfAll = 30_000_000;
const probe = fileURLToPath(new URL('event-loop-probe.cjs', import.meta.url));
/** Milliseconds after which the memory of a request has to be free again. */
const memoryMs = 5_000;

export async function pictureRows({ origin, startServer }: Laboratory): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-bench-'));
  const delays = join(folder, 'delays');
  const server = await startServer(undefined, {
    NODE_OPTIONS: `--require ${probe}`,
    EVENT_LOOP_FILE: delays,
  });
  const agent = new Agent();
  try {
    for (let warm = 0; warm < 200; warm++)
      await server.connection.sendRequest(ask, { prompt: `warm ${warm}`, model: `whole/${model}` });
    const before = residentMegabytes(server.pid);
    const added: number[] = [];
    const stalls: number[] = [];
    const left: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const images = Array.from({ length: pictures }, picture);
      const direct = await timed(() => postDirectly(agent, `${origin}/whole`, images));
      writeFileSync(delays, '');
      added.push((await timed(() => askWith(server, images))) - direct);
      await sleep(memoryMs);
      stalls.push(Math.max(0, ...readFileSync(delays, 'utf8').split('\n').map(Number)));
      left.push(residentMegabytes(server.pid) - before);
    }
    const what = `${pictures} pictures of ${bytesOfAll / 1e6} MB`;
    return [
      {
        what: `${what}: added to a direct request, with the way over JSON-RPC`,
        figure: median(added),
        unit: 'ms',
        aim: 150,
      },
      { what: `${what}: longest turn of the event loop`, figure: median(stalls), unit: 'ms', aim: 50 },
      {
        what: `${what}: memory left after ${memoryMs / 1000} s`,
        figure: median(left),
        unit: 'MB',
        aim: 10,
        note: `${before.toFixed(0)} MB before`,
      },
    ];
  } finally {
    await server.close();
    await agent.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The beginning of a PNG file, then bytes that cannot be compressed. */
function picture(): ImagePart {
  const bytes = randomBytes(bytesOfAll / pictures);
  Buffer.from('89504e470d0a1a0a0000000d49484452000004000000030008020000', 'hex').copy(bytes);
  return { type: 'image', mediaType: 'image/png', data: bytes.toString('base64') };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

const askWith = ({ connection }: TerminalServer, images: readonly ImagePart[]) =>
  connection.sendRequest(ask, {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is in these?' }, ...images] }],
    model: `whole/${model}`,
  });

async function postDirectly(agent: Agent, url: string, images: readonly ImagePart[]): Promise<void> {
  const { body } = await agent.request({
    origin: new URL(url).origin,
    path: `${new URL(url).pathname}/v1/chat/completions`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: images.map((image) => ({ type: 'image_url', image_url: image })) }],
      stream: true,
    }),
  });
  for await (const _bytes of body);
}
