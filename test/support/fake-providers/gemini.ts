/** A fake Gemini service: streamGenerateContent with `alt=sse`. https://ai.google.dev/api/generate-content */
import type { FakeOptions, FakeProvider, Framing } from './fake-provider.ts';
import { fakeServer } from './fake-server.ts';

/** `baseUrl` has no path. */
export const fakeGemini = (options: FakeOptions = {}): Promise<FakeProvider> => fakeServer(framing, options);

const chatPath = /^\/v1beta\/models\/([^/:]+):streamGenerateContent$/;

const framing: Framing = {
  contentType: 'text/event-stream',
  basePath: '',
  defaultModels: ['gemini-fake'],
  keyIn: (headers) => headers['x-goog-api-key'] as string | undefined,
  get: (path, models) =>
    path === '/v1beta/models'
      ? {
          models: models.map((name) => ({
            name: `models/${name}`,
            displayName: name,
            inputTokenLimit: 1_048_576,
            outputTokenLimit: 65_536,
            supportedGenerationMethods: ['generateContent', 'countTokens'],
          })),
        }
      : undefined,
  modelOf: (path) => chatPath.exec(path)?.[1],
  // A bad key is a 400 here.
  unauthorized: {
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'API key not valid. Please pass a valid API key.',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'API_KEY_INVALID',
            domain: 'googleapis.com',
          },
        ],
      },
    },
  },
  notFound: (model) => ({
    status: 404,
    body: {
      error: {
        code: 404,
        message: `models/${model} is not found for API version v1beta`,
        status: 'NOT_FOUND',
      },
    },
  }),
  stream(model) {
    let promptTokenCount = 0;
    const event = (candidate: object, more: object = {}): string =>
      `data: ${JSON.stringify({
        candidates: [{ index: 0, ...candidate }],
        usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount, ...more },
        modelVersion: model,
        responseId: 'fake',
      })}\r\n\r\n`;
    const part = (fields: object): string => event({ content: { parts: [fields], role: 'model' } });
    return {
      start: (usage) => {
        promptTokenCount = usage.input;
        return '';
      },
      reasoning: (word) => part({ text: word, thought: true }),
      text: (word) => part({ text: word }),
      finish: (reason, usage) =>
        event(
          {
            content: { parts: [{ text: '' }], role: 'model' },
            finishReason: reason === 'stop' ? 'STOP' : 'MAX_TOKENS',
          },
          { candidatesTokenCount: usage.output, totalTokenCount: usage.input + usage.output },
        ),
    };
  },
};
