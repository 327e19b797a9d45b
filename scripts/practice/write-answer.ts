/** Writes one answer of the practice engine to a response, whole or as a stream of events. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prompt } from './llama.ts';
import type { RequestBody } from './requests.ts';
import type { PracticeAnswer, ResponseFormat } from './response-formats.ts';

export interface AnswerRequest {
  model: string;
  /** Seconds since 1970. */
  created: number;
  prompt: Prompt;
  body: RequestBody;
  format: ResponseFormat;
  /** Absent: no limit. */
  tokensPerSecond?: number;
}

export async function writeAnswer(
  { model, created, prompt, body, format, tokensPerSecond }: AnswerRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const answer: PracticeAnswer = {
    id: `chatcmpl-${randomUUID()}`,
    created,
    model,
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
    for (const event of format.firstEvents(answer)) send(event);
  }
  try {
    for (;;) {
      const { done, value } = await parts.next();
      if (done) {
        Object.assign(answer, value);
        break;
      }
      answer.text += value;
      answer.tokens += 1;
      if (body.stream) send(format.deltaEvent(answer, value));
      if (tokensPerSecond) {
        await sleep(started + (answer.tokens * 1000) / tokensPerSecond - performance.now(), null, { signal });
      }
    }
  } finally {
    // Frees the model when the client has closed the connection.
    await parts.return({ finishReason: 'stop', cachedTokens: 0 });
  }
  if (!body.stream) return json(response, 200, format.body(answer));
  for (const event of format.lastEvents(answer, body.stream_options?.include_usage === true)) send(event);
  response.end();
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
