/** A model service that keeps its own account: how much it bills for each local day. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Tokens of each answer, which has few words, so that what Rumbo reserves is what the service bills. */
export const tokens = { input: 10, output: 100 };
/** US dollars for a million tokens. */
export const price = { input: 0, output: 10 };
/** US dollars. */
export const costUsd = (tokens.output * price.output) / 1e6;

export type BillingService = {
  readonly baseUrl: string;
  /** Requests that the service accepted. */
  readonly chats: () => number;
  /** US dollars billed by day, as `dayOf` names it. */
  readonly billed: ReadonlyMap<string, number>;
  close(): Promise<void>;
};

/** @param dayOf the local day that it is by the clock of the windows */
export async function startBillingService(dayOf: () => string): Promise<BillingService> {
  const billed = new Map<string, number>();
  let chats = 0;
  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    try {
      for await (const _bytes of request);
    } catch {
      return;
    }
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify({ object: 'list', data: [{ id: 'm', object: 'model' }] }));
    }
    chats += 1;
    billed.set(dayOf(), (billed.get(dayOf()) ?? 0) + costUsd);
    // One in eight is slow enough to be in flight when its window is killed.
    if (chats % 8 === 0) await sleep(150);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (value: unknown): boolean => response.write(`data: ${JSON.stringify(value)}\n\n`);
    event({ choices: [{ index: 0, delta: { content: 'Done.' }, finish_reason: null }] });
    event({
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      usage: { prompt_tokens: tokens.input, completion_tokens: tokens.output },
    });
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    chats: () => chats,
    billed,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
