/** llama-server's HTTP interface over the practice models. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LoadedModel } from './llama.ts';
import { chatPrompt, infillPrompt } from './prompt.ts';
import { HttpFailure, parseBody, parseMessages, parsePrompt, toErrorResponse } from './requests.ts';
import { responseFormats } from './response-formats.ts';
import { json, writeAnswer } from './write-answer.ts';

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
    const format = responseFormats[endpoint];
    if (!format) throw new HttpFailure(404, 'not_found_error', 'File Not Found');

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
    return writeAnswer(
      { model: id, created, prompt, body, format, ...(tokensPerSecond ? { tokensPerSecond } : {}) },
      response,
      signal,
    );
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
