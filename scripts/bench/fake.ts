/** A model service in a process of its own, as fast as possible: every request gets the same bytes. Ends when its parent process exits. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAiFraming } from '../../test/support/fake-providers/openai.ts';

/** Words after the first, one event each. */
const words = Array.from({ length: 60 }, (_, index) => ` word${index}`);
/** Milliseconds between the first word and the others below `/paced`; elsewhere all are sent at once. */
const pauseMs = 4;

const usage = { input: 600, output: words.length + 1, cachedRead: 0, cacheWrite: 0, reasoning: 0 };
const body = { stream_options: { include_usage: true } };
const stream = openAiFraming.stream('fake-model', body, '/v1/chat/completions');
const first = stream.start(usage) + stream.text('First');
const rest = words.map(stream.text).join('') + stream.finish('stop', usage);
const list = JSON.stringify(openAiFraming.get('/v1/models', ['fake-model']));

const server = createServer(async (request, response) => {
  request.resume();
  await new Promise((resolve) => request.on('end', resolve));
  if (request.method === 'GET') return response.setHeader('content-type', 'application/json').end(list);
  response.writeHead(200, { 'content-type': openAiFraming.contentType });
  if (!request.url?.startsWith('/paced')) return response.end(first + rest);
  response.write(first);
  await sleep(pauseMs);
  return response.end(rest);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
