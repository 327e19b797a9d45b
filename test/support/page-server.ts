/** A server of fixed pages on loopback. They can be changed while it runs, and every request is written down. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Page = {
  /** Absent: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. Absent: nothing. */
  readonly body?: unknown;
};

export type PageServer = {
  /** By path with query, or `POST /path`; a function is given the parsed body. */
  pages: Record<string, Page | ((body: unknown) => Page)>;
  readonly root: string;
  readonly port: number;
  readonly requests: { method: string; path: string; headers: Record<string, unknown>; body: unknown }[];
  close(): Promise<void>;
};

/** @param host 127.0.0.1 or ::1 */
export async function pageServer(
  pages: PageServer['pages'],
  { otherwise = { status: 404, body: 'Not Found' } as Page, host = '127.0.0.1', port = 0 } = {},
): Promise<PageServer> {
  const requests: PageServer['requests'] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const bytes: Buffer[] = [];
    for await (const chunk of request) bytes.push(chunk as Buffer);
    const text = Buffer.concat(bytes).toString();
    const body: unknown = text ? JSON.parse(text) : undefined;
    requests.push({ method, path: url, headers: request.headers, body });
    const found = self.pages[method === 'GET' ? url : `${method} ${url}`] ?? otherwise;
    const page = typeof found === 'function' ? found(body) : found;
    const type = typeof page.body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(page.status ?? 200, { 'content-type': type, ...page.headers });
    response.end(typeof page.body === 'string' ? page.body : JSON.stringify(page.body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const self: PageServer = {
    pages,
    requests,
    port: address.port,
    root: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}
