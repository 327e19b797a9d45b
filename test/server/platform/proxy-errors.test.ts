/** What goes wrong at a proxy is reported of the proxy; SOCKS5 works, and other kinds are refused in words. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import '../../support/load-undici.ts';
import { readText, undiciHttp } from '../../../server/platform/http.ts';
import type { RumboError } from '../../../shared/errors.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const rules = { isHttpAllowed: () => true, certificateFile: () => null };

const errorThrough = async (proxy: string): Promise<RumboError> => {
  const { http, dispose } = undiciHttp({ proxy }, undefined, rules);
  closers.push(dispose);
  const request = {
    method: 'GET',
    url: 'http://models.example/v1',
    headers: {},
    signal: AbortSignal.timeout(5_000),
  } as const;
  return http(request).then(
    () => assert.fail('answered'),
    (error: RumboError) => error,
  );
};

const refusing = (head: string): Server => {
  const server = createServer();
  server.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\n\r\n`));
  return server;
};

test('a proxy that refuses is named as the proxy', async () => {
  const asks = await errorThrough(
    `http://user:secret@127.0.0.1:${await listen(refusing('407 Proxy Authentication Required'))}`,
  );
  assert.match(
    asks.message,
    /^The proxy http:\/\/127\.0\.0\.1:\d+ requires a user name and a password \(HTTP 407\)\.$/,
  );
  assert.equal(asks.kind, 'unreachable');
  const forbids = await errorThrough(`http://127.0.0.1:${await listen(refusing('403 Forbidden'))}`);
  assert.match(forbids.message, /^The proxy .* refused to connect to models\.example \(HTTP 403\)\.$/);
});

test('a proxy that is not there, or closes, is named as the proxy', async () => {
  const server = createTcp();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  assert.match(
    (await errorThrough(`http://127.0.0.1:${port}`)).message,
    /^No proxy responds at http:\/\/127\.0\.0\.1:\d+\.$/,
  );
  let connections = 0;
  const closing = createTcp((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => socket.end());
  });
  const closed = await listen(closing);
  assert.match(
    (await errorThrough(`http://127.0.0.1:${closed}`)).message,
    /^The proxy .* closed the connection to models\.example without a response\.$/,
  );
  assert.ok(connections <= 2, 'a proxy that closes is not connected to again and again');
});

test('a kind of proxy that cannot be used is refused in words', async () => {
  for (const address of ['socks4://127.0.0.1:9', 'socks4a://127.0.0.1:9', 'ftp://127.0.0.1:9'])
    assert.match(
      (await errorThrough(address)).message,
      /cannot be used: Rumbo supports HTTP and SOCKS5 proxies\.$/,
      address,
    );
  assert.match((await errorThrough('http://')).message, /address of the proxy in http\.proxy is not valid/);
});

/** A SOCKS5 proxy without a password that connects any target to this port. https://www.rfc-editor.org/rfc/rfc1928 */
const socksProxyTo = (port: number): Server =>
  createTcp((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', () => {
        const upstream = connect(port, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
      });
    });
  });

test('a SOCKS5 proxy is used', async () => {
  const upstream = createServer((_request, response) => response.end('through'));
  const port = await listen(upstream);
  closers.push(() => upstream.closeAllConnections());
  const proxyPort = await listen(socksProxyTo(port));
  for (const scheme of ['socks5', 'socks5h', 'socks']) {
    const { http, dispose } = undiciHttp({ proxy: `${scheme}://127.0.0.1:${proxyPort}` }, undefined, rules);
    const { status, body } = await http({
      method: 'GET',
      url: 'http://models.example/v1',
      headers: {},
      signal: AbortSignal.timeout(5_000),
    });
    assert.deepEqual([status, await readText(body, 100)], [200, 'through'], scheme);
    await dispose();
  }
});
