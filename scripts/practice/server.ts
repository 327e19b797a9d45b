/** llama-server's HTTP interface over the practice models. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedModel, Prompt } from './llama.ts';
import { chatPrompt, infillPrompt } from './prompt.ts';
import {
  HttpFailure,
  parseBody,
  parseMessages,
  parsePrompt,
  type RequestBody,
  toErrorResponse,
} from './requests.ts';
import { type PracticeAnswer, type ResponseFormat, responseFormats } from './response-formats.ts';

export interface PracticeServerOptions {
  models: ReadonlyMap<string, LoadedModel>;
  /** Limits the speed of answers. Absent: none. */
  tokensPerSecond?: number;
}

export function practiceServer({ models, tokensPerSecond }: PracticeServerOptions): Server {
  const created = Math.floor(Date.now() / 1000);
  const modelOf = (id: string | undefined): [string, LoadedModel] => {
    const found = [...models].find(([name]) => id === undefined || name === id);
    if (!found) throw new HttpFailure(400, 'invalid_request_error', `model '${id}' not found`);
    return found;
  };

  async function answer(
    { id, prompt, body, shape }: { id: string; prompt: Prompt; body: RequestBody; shape: ResponseFormat },
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const answered: PracticeAnswer = {
      id: `chatcmpl-${randomUUID()}`,
      created,
      model: id,
      text: '',
      promptTokens: prompt.tokens,
      cachedTokens: 0,
      tokens: 0,
      finishReason: 'stop',
    };
    const started = performance.now();
    const parts = prompt.generate({
      ...(body.maxTokens === undefined ? {} : { maxTokens: body.maxTokens }),
      signal,
    });
    const send = (event: object | string) => {
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    };
    if (body.stream) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      for (const event of shape.firstEvents(answered)) send(event);
    }
    try {
      for (;;) {
        const { done, value } = await parts.next();
        if (done) {
          Object.assign(answered, value);
          break;
        }
        answered.text += value;
        answered.tokens += 1;
        if (body.stream) send(shape.deltaEvent(answered, value));
        if (tokensPerSecond) {
          await sleep(started + (answered.tokens * 1000) / tokensPerSecond - performance.now(), null, {
            signal,
          });
        }
      }
    } finally {
      await parts.return({ finishReason: 'stop', cachedTokens: 0 }); // Frees the model when the client has closed the connection.
    }
    if (!body.stream) return json(response, 200, shape.body(answered));
    for (const event of shape.lastEvents(answered, body.stream_options?.include_usage === true)) send(event);
    response.end();
  }

  async function route(request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const endpoint = `${request.method} ${path.replace(/^\/v1(?=\/(?:health|models)$)/, '')}`;
    if (endpoint === 'GET /health') return json(response, 200, { status: 'ok' });
    if (endpoint === 'GET /models') {
      const data = [...models].map(([id, { contextTokens }]) => ({
        id,
        aliases: [id],
        object: 'model',
        created,
        owned_by: 'llamacpp',
        meta: { n_ctx: contextTokens, n_ctx_train: contextTokens },
      }));
      return json(response, 200, { object: 'list', data });
    }
    if (endpoint === 'GET /props') {
      const [id, { contextTokens }] = modelOf(searchParams.get('model') ?? undefined);
      return json(response, 200, {
        default_generation_settings: { n_ctx: contextTokens },
        total_slots: 1,
        model_alias: id,
        build_info: 'practice',
      });
    }
    if (endpoint === 'GET /slots') {
      const slots = [...models.values()].map((model, id) => ({
        id,
        n_ctx: model.contextTokens,
        is_processing: model.busy,
      }));
      return json(response, 200, slots);
    }
    const shape = responseFormats[endpoint];
    if (!shape) throw new HttpFailure(404, 'not_found_error', 'File Not Found');

    const body = await parseBody(request);
    const [id, model] = modelOf(body.model);
    const segments =
      endpoint === 'POST /infill'
        ? infillPrompt(body.input_prefix ?? '', body.input_suffix ?? '')
        : endpoint === 'POST /v1/chat/completions'
          ? chatPrompt(parseMessages(body), body.ignore_eos)
          : [{ text: parsePrompt(body) }];
    const prompt = model.prompt(segments);
    const { contextTokens } = model;
    if (prompt.tokens >= contextTokens) {
      const message = `request (${prompt.tokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`;
      throw new HttpFailure(400, 'exceed_context_size_error', message, {
        n_prompt_tokens: prompt.tokens,
        n_ctx: contextTokens,
      });
    }
    return answer({ id, prompt, body, shape }, response, signal);
  }

  return createServer((request, response) => {
    const closed = new AbortController();
    response.on('close', () => closed.abort());
    response.setHeader('server', 'llama.cpp');
    response.setHeader('access-control-allow-origin', '');
    route(request, response, closed.signal).catch((error: unknown) => {
      if (closed.signal.aborted) return;
      const { status, body } = toErrorResponse(error);
      if (response.headersSent) response.destroy();
      else json(response, status, body);
    });
  });
}

/** Listens on loopback only; resolves with the base URL. */
export async function listenOnLoopback(server: Server, port = 0): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The practice engine has no port.');
  return `http://127.0.0.1:${address.port}`;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
