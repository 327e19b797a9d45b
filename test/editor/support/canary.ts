/** A server that should get no request: records every request with its headers and body. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Canary {
  readonly origin: string;
  /** Method, address, headers and body of each request. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function canary(): Promise<Canary> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    requests.push(
      `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(body)}`,
    );
    response.end('{}');
  });
  // Requests to a proxy arrive as CONNECT.
  server.on('connect', (request, socket) => {
    requests.push(`CONNECT ${request.url} ${JSON.stringify(request.headers)}`);
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
