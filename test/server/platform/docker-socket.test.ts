/** An address that stands for a socket file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dockerSocketAddress, dockerSocketPath } from '../../../server/platform/docker-socket.ts';
import '../../support/load-undici.ts';
import { readText, undiciHttp } from '../../../server/platform/http.ts';

test('requests to Docker’s URL go to its socket, not through proxies or the network', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-socket-'));
  const file = join(folder, 'docker.sock');
  const server = createServer((request, response) => response.end(`asked for ${request.url}`));
  await new Promise<void>((resolve) => server.listen(file, resolve));
  const { http, dispose } = undiciHttp({ proxy: 'http://127.0.0.1:9' }, (url) =>
    dockerSocketPath(url) === undefined ? undefined : file,
  );
  after(async () => {
    await dispose();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const url = `${dockerSocketAddress}/engines/status`;
  const { body } = await http({ method: 'GET', url, headers: {}, signal: AbortSignal.timeout(5_000) });
  assert.equal(await readText(body, 100), 'asked for /exp/vDD4.40/engines/status');
});

test('no other URL maps to a socket', () => {
  for (const url of [
    'http://localhost',
    'http://docker.localhost',
    'http://docker-socket.localhost.evil.example',
  ])
    assert.equal(dockerSocketPath(new URL(url)), undefined);
});
