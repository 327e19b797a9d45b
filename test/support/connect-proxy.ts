/** A proxy of HTTP that tunnels with CONNECT, with or without a password, over TCP or TLS. https://www.rfc-editor.org/rfc/rfc9110#CONNECT */
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Certificate } from './faults/certificates.ts';

export type ConnectProxy = {
  /** Without credentials. */
  readonly address: string;
  readonly port: number;
  /** `host:port` of each CONNECT, in order. */
  readonly targets: readonly string[];
  /** The credentials of each CONNECT; `undefined`: it had none. */
  readonly credentials: readonly (string | undefined)[];
  /** Bytes that clients have sent through tunnels. */
  readonly sentBytes: () => number;
  close(): void;
};

/** @param port of this machine to which every target is connected */
export async function connectProxy(
  port: number,
  { user, certificate }: { readonly user?: string; readonly certificate?: Certificate } = {},
): Promise<ConnectProxy> {
  const targets: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let sentBytes = 0;
  const server = certificate ? createTlsServer({ ...certificate }) : createServer();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, client: Socket) => {
    targets.push(String(request.url));
    const header = request.headers['proxy-authorization'];
    const given = header && Buffer.from(header.replace(/^Basic /, ''), 'base64').toString();
    credentials.push(given);
    client.on('error', () => {});
    if (user !== undefined && given !== user) {
      client.end(`HTTP/1.1 407 Wrong ${given}\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.on('data', (bytes) => {
        sentBytes += bytes.length;
      });
      client.pipe(upstream).pipe(client);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    address: `${certificate ? 'https' : 'http'}://127.0.0.1:${own}`,
    port: own,
    targets,
    credentials,
    sentBytes: () => sentBytes,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
