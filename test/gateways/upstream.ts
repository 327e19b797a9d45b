/** The fake service behind a gateway: the name of a model tells how it behaves. */
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Exchange,
  FakeFailure,
  FakeProvider,
  Framing,
} from '../support/fake-providers/fake-provider.ts';
import { fakeServer } from '../support/fake-providers/fake-server.ts';
import { openAiFraming } from '../support/fake-providers/openai.ts';

const body = (message: string, type: string, code: string | null) => ({
  error: { message, type, param: null, code },
});

/** What a service refuses, in OpenAI's words. */
export const refusals = {
  gone: {
    status: 404,
    body: body('The model `gone` does not exist.', 'invalid_request_error', 'model_not_found'),
  },
  limited: {
    status: 429,
    headers: { 'retry-after': '37' },
    body: body('Rate limit reached for requests.', 'requests', 'rate_limit_exceeded'),
  },
  quota: {
    status: 429,
    body: body('You exceeded your current quota.', 'insufficient_quota', 'insufficient_quota'),
  },
  'bad-key': {
    status: 401,
    body: body('Incorrect API key provided: sk-wr**ng.', 'invalid_request_error', 'invalid_api_key'),
  },
  long: {
    status: 400,
    body: body(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      'invalid_request_error',
      'context_length_exceeded',
    ),
  },
  filtered: {
    status: 400,
    body: body(
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      'invalid_request_error',
      'content_filter',
    ),
  },
  broken: {
    status: 500,
    body: body('The server had an error while processing your request.', 'server_error', null),
  },
} as const satisfies Readonly<Record<string, FakeFailure>>;

/** Streams that do not reach their end; the first of each does, which shows how this model ends its answers. */
const cuts = ['cut', 'reset', 'unfinished'] as const;

export const upstreamModels = ['fine', ...cuts, ...Object.keys(refusals)] as const;
export const upstreamText = 'Hello from the service, all of it.';

/** vLLM answers at `/health` as well. */
const framing: Framing = {
  ...openAiFraming,
  get: (path, models) => (path === '/health' ? 'ok' : openAiFraming.get(path, models)),
};

export async function startUpstream(t: TestContext): Promise<FakeProvider> {
  const answered = new Set<string>();
  const upstream = await fakeServer(framing, {
    models: [...upstreamModels, 'gpt-4o', 'gpt-4o-mini'],
    reply: upstreamText,
    fault: { kind: 'custom', behavior: (exchange) => behave(exchange, answered) },
  });
  t.after(upstream.close);
  return upstream;
}

/** @param answered the models that have answered */
async function behave(exchange: Exchange, answered: Set<string>): Promise<void> {
  const model = String(exchange.request.body?.['model']);
  const refusal: FakeFailure | undefined = Object.entries(refusals).find(([name]) => name === model)?.[1];
  if (refusal) return exchange.refuse(refusal);
  const isFirst = !answered.has(model);
  answered.add(model);
  if (isFirst || !cuts.some((name) => name === model)) return exchange.sendAnswer();
  const { response } = exchange;
  const stream = exchange.stream();
  response.writeHead(200, { 'content-type': exchange.contentType });
  response.write(stream.start({ input: 5, output: 2, cachedRead: 0, cacheWrite: 0, reasoning: 0 }));
  for (const word of ['Hello', ' from']) response.write(stream.text(word));
  await sleep(50);
  if (model === 'reset') response.socket?.resetAndDestroy();
  else response.end(model === 'unfinished' ? 'data: [DONE]\n\n' : '');
}
