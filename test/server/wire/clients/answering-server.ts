/** A server for an SDK: one answer, streamed or whole as each request wants it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @param use called with the address and the bodies of the requests so far; the server ends with it */
export async function withAnsweringServer(
  { stream, whole }: { readonly stream: string; readonly whole: unknown },
  use: (address: string, bodies: readonly unknown[]) => Promise<void>,
): Promise<void> {
  const bodies: unknown[] = [];
  const server = createServer(async (incoming, response) => {
    const body = JSON.parse(Buffer.concat(await Array.fromAsync(incoming)).toString('utf8'));
    bodies.push(body);
    response.writeHead(200, { 'content-type': body.stream ? 'text/event-stream' : 'application/json' });
    response.end(body.stream ? stream : JSON.stringify(whole));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
