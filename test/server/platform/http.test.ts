import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { after, test } from 'node:test';
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import '../../support/load-undici.ts';
import { readText, undiciHttp } from '../../../server/platform/http.ts';
import { isLoopback } from '../../../server/platform/loopback.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import type { RumboError } from '../../../shared/errors.ts';

const { http, dispose } = undiciHttp();
const closers: (() => void)[] = [];
after(async () => {
  await dispose();
  for (const close of closers) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const get = (url: string, signal = new AbortController().signal) =>
  http({ method: 'GET', url, headers: {}, signal });
const kind = (wanted: ErrorKind) => (error: RumboError) => {
  assert.equal(error.kind, wanted, error.message);
  return true;
};

test('a body arrives with its status and headers', async () => {
  const url = await serve((_request, response) => response.writeHead(418, { 'X-One': '1' }).end('hello'));
  const { status, headers, body } = await get(url);
  assert.deepEqual([status, headers['x-one'], await readText(body, 100)], [418, '1', 'hello']);
});
test('a request of megabytes is sent whole, with its length', async () => {
  const sent = { data: 'AbC+'.repeat(700_000), text: 'é"\n'.repeat(40_000) };
  const url = await serve(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    const isWhole = Number(request.headers['content-length']) === Buffer.byteLength(body);
    response.end(
      `${isWhole} ${request.headers['transfer-encoding'] ?? 'none'} ${body === JSON.stringify(sent)}`,
    );
  });
  const { signal } = new AbortController();
  const { body } = await http({ method: 'POST', url, headers: {}, body: sent, signal });
  assert.equal(await readText(body, 100), 'true none true');
});
test('nothing is read past the limit', async () => {
  const url = await serve((_request, response) => response.end('x'.repeat(1_000_000)));
  assert.equal((await readText((await get(url)).body, 1_000)).length, 1_000);
});
test('a refused connection is unreachable and names the address', async () => {
  const server = createTcp();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(get(`http://127.0.0.1:${port}`), (error: RumboError) => {
    assert.equal(error.kind, 'unreachable');
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
    return true;
  });
});
test('a redirect is rejected, and its target gets no request', async () => {
  let hits = 0;
  const canary = await serve((_request, response) => {
    hits += 1;
    response.end();
  });
  const url = await serve((_request, response) => response.writeHead(307, { location: canary }).end());
  await assert.rejects(get(url), kind('blocked-redirect'));
  assert.equal(hits, 0);
});
test('a connection that breaks in the body is interrupted', async () => {
  const url = await serve((_request, response) => {
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  });
  await assert.rejects(readText((await get(url)).body, 100), kind('interrupted'));
});
test('a body that ends before its length is interrupted', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '50' }).write('half');
    setTimeout(() => response.destroy(), 20);
  });
  await assert.rejects(readText((await get(url)).body, 100), kind('interrupted'));
});
test('a compressed body is decompressed although it was not requested, in any chunks', async () => {
  const packings = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    br: brotliCompressSync,
    deflate: deflateSync,
    Deflate: deflateRawSync,
  };
  for (const [encoding, pack] of Object.entries(packings)) {
    const url = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      for (const byte of pack('grüße, '.repeat(5))) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    });
    assert.equal(await readText((await get(url)).body, 1_000), 'grüße, '.repeat(5), encoding);
  }
});
test('a compressed body streams as it is sent', async () => {
  const gzip = createGzip();
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    gzip.pipe(response);
    gzip.write('first');
    gzip.flush();
  });
  for await (const piece of (await get(url)).body) {
    assert.equal(Buffer.from(piece).toString(), 'first');
    break;
  }
  gzip.destroy();
});
test('a small body that expands to a large one is read up to the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const url = await serve((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  assert.equal((await readText((await get(url)).body, 1_000)).length, 1_000);
});
test('truncated compressed data is interrupted; broken or unknown compression is a bad response', async () => {
  const whole = gzipSync('x'.repeat(100));
  const table: [string, Buffer, ErrorKind][] = [
    ['gzip', whole.subarray(0, 15), 'interrupted'],
    ['gzip', Buffer.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 'bad-response'],
    ['br', Buffer.of(0xff, 0xfe, 0xfd, 0xfc, 0xfb), 'bad-response'],
    ['compress', Buffer.of(0x1f, 0x9d, 0x90, 0x61), 'bad-response'],
  ];
  for (const [encoding, bytes, wanted] of table) {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes),
    );
    const controller = new AbortController();
    const { body } = await get(url, controller.signal);
    await assert.rejects(readText(body, 1_000), kind(wanted));
    controller.abort();
  }
});
test('a server that closes without a response or does not speak HTTP has its own error', async () => {
  const says = async (hello: string, wanted: ErrorKind, sentence: RegExp) => {
    const server = createTcp((socket) => socket.once('data', () => socket.end(hello)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await assert.rejects(
      get(url),
      (error: RumboError) => kind(wanted)(error) && sentence.test(error.message),
    );
  };
  await says('', 'unreachable', /closed the connection without a response/);
  await says('SSH-2.0-OpenSSH_9.6\r\n', 'bad-response', /does not speak HTTP/);
});
test('a connection that takes too long is a timeout with an action', async () => {
  // The handshake is part of the connection, and this one never comes.
  const server = createTcp(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signal = new AbortController().signal;
  const error = await http({ method: 'GET', url, headers: {}, signal, connectMs: 100 }).catch(
    (reason: RumboError) => reason,
  );
  assert.ok('kind' in error && kind('timeout')(error));
  assert.match(`${error.message} ${error.data.action}`, /did not accept the connection.*address/);
});
test('cancelling closes the socket, before the headers and in the body', async () => {
  for (const early of [true, false]) {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    const url = await serve((_request, response) => {
      response.on('close', closed.resolve);
      if (!early) response.write('begun');
      setTimeout(() => controller.abort(), 20);
    });
    const answer = get(url, controller.signal).then(({ body }) => readText(body, 100));
    await assert.rejects(answer, kind('cancelled'));
    await closed.promise;
  }
});
test('cancelling does not wait for a pending connection, and nothing is sent on it', async () => {
  const received: Buffer[] = [];
  const connected = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const server = createTcp((socket) => {
    socket.on('close', closed.resolve);
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', () => {});
    connected.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const controller = new AbortController();
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = get(url, controller.signal);
  answer.catch(() => {});
  await connected.promise;
  controller.abort();
  // The server never completes the handshake: only the client can end the wait and the connection.
  await assert.rejects(answer, kind('cancelled'));
  await closed.promise;
  // The greeting of TLS, and no request behind it.
  assert.ok(received.every((bytes) => bytes[0] === 22));
});
test('loopback differs from names that look like it', () => {
  for (const host of ['127.0.0.1', '127.8.0.1', 'localhost', 'a.localhost', '[::1]'])
    assert.ok(isLoopback(host), host);
  for (const host of ['127.0.0.1.evil.test', 'localhost.evil.test', '128.0.0.1', '10.0.0.1', '[::2]']) {
    assert.ok(!isLoopback(host), host);
  }
});
test('a proxy is used for other hosts and never for loopback', async () => {
  const seen: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    seen.push(String(request.url));
    socket.end('HTTP/1.1 502 no\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closers.push(() => proxy.close());
  const through = undiciHttp({
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    noProxy: ['.skip.invalid'],
  });
  const url = await serve((_request, response) => response.end('direct'));
  const signal = new AbortController().signal;
  const { body } = await through.http({ method: 'GET', url, headers: {}, signal });
  assert.equal(await readText(body, 10), 'direct');
  for (const host of ['model.invalid', 'a.skip.invalid']) {
    await assert.rejects(
      through.http({ method: 'GET', url: `https://${host}/`, headers: {}, signal }),
      kind('unreachable'),
    );
  }
  assert.deepEqual(seen, ['model.invalid:443']);
  await through.dispose();
});
