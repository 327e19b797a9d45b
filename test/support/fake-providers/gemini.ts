/** A fake Gemini service: streamGenerateContent with `alt=sse`. https://ai.google.dev/api/generate-content */
import type {
  Body,
  FakeAnswer,
  FakeFinish,
  FakeOptions,
  FakeProvider,
  FakeToolCall,
  Framing,
} from './fake-provider.ts';
import { fakeServer, vectorsOf } from './fake-server.ts';

/** `baseUrl` has no path. */
export const fakeGemini = (options: FakeOptions = {}): Promise<FakeProvider> => fakeServer(framing, options);

const postPath =
  /^\/v1beta\/models\/([^/:]+):(streamGenerateContent|generateContent|batchEmbedContents|countTokens)$/;

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
  modelOf: (path) => postPath.exec(path)?.[1],
  rejection(path, body, model) {
    const message = path.endsWith('Content') ? rejectionMessage(body, model) : undefined;
    return message === undefined
      ? undefined
      : { status: 400, body: { error: { code: 400, message, status: 'INVALID_ARGUMENT' } } };
  },
  unstreamed(path, body, model, answer) {
    const verb = postPath.exec(path)?.[2];
    if (verb === 'batchEmbedContents') return { embeddings: embeddingsOf(body) };
    if (verb === 'countTokens') return { totalTokens: answer.usage.input };
    return verb === 'generateContent' ? content(model, answer) : undefined;
  },
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
    let prompt: object = {};
    const event = (candidate: object, more: object = {}): string =>
      `data: ${JSON.stringify({
        candidates: [{ index: 0, ...candidate }],
        usageMetadata: { ...prompt, ...more },
        modelVersion: model,
        responseId: 'fake',
      })}\r\n\r\n`;
    const part = (fields: object): string => event({ content: { parts: [fields], role: 'model' } });
    return {
      start: (usage) => {
        prompt = promptOf(usage);
        return '';
      },
      reasoning: (word) => part({ text: word, thought: true }),
      text: (word) => part({ text: word }),
      toolCall: (call) => part(callOf(call)),
      finish: (reason, usage) =>
        event(
          { content: { parts: [{ text: '' }], role: 'model' }, finishReason: reasonOf(reason) },
          outputOf(usage),
        ),
    };
  },
};

/** A function call, too, ends with STOP. */
const reasonOf = (reason: FakeFinish): string => (reason === 'length' ? 'MAX_TOKENS' : 'STOP');

/** Cached tokens are inside the prompt's. */
const promptOf = ({ input, cachedRead }: FakeAnswer['usage']) => ({
  promptTokenCount: input,
  totalTokenCount: input,
  ...(cachedRead > 0 ? { cachedContentTokenCount: cachedRead } : {}),
});

/** Thoughts are counted beside the candidates. */
const outputOf = ({ input, output, reasoning }: FakeAnswer['usage']) => ({
  candidatesTokenCount: output - reasoning,
  ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
  totalTokenCount: input + output,
});

const callOf = ({ id, name, input, signature }: FakeToolCall): object => ({
  functionCall: { id, name, args: JSON.parse(input) },
  ...(signature ? { thoughtSignature: signature } : {}),
});

const content = (model: string, { text, reasoning, toolCalls, finish, usage }: FakeAnswer): object => ({
  candidates: [
    {
      index: 0,
      content: {
        role: 'model',
        parts: [
          ...(reasoning ? [{ text: reasoning, thought: true }] : []),
          ...(text ? [{ text }] : []),
          ...toolCalls.map(callOf),
        ],
      },
      finishReason: reasonOf(finish),
    },
  ],
  usageMetadata: { ...promptOf(usage), ...outputOf(usage) },
  modelVersion: model,
  responseId: 'fake',
});

type EmbedRequest = { readonly content?: { readonly parts?: readonly { readonly text?: string }[] } };

const embeddingsOf = (body: Body): readonly object[] =>
  vectorsOf(
    ((body['requests'] ?? []) as readonly EmbedRequest[]).map(
      ({ content }) => content?.parts?.[0]?.text ?? '',
    ),
  ).map((values) => ({ values }));

type Part = {
  readonly text?: string;
  readonly functionCall?: object;
  readonly functionResponse?: object;
  readonly thoughtSignature?: string;
};
type Content = { readonly role?: string; readonly parts?: readonly Part[] };

/** The message with which the service rejects this body with 400; `undefined`: it accepts it. */
function rejectionMessage(body: Body, model: string): string | undefined {
  const contents = body['contents'] as readonly Content[];
  if (contents.length === 0) return 'contents is not specified';
  for (const [index, { parts = [] }] of contents.entries()) {
    if (parts.length === 0) return 'contents.parts must not be empty.';
    const calls = parts.filter(({ functionCall }) => functionCall);
    const answers = (contents[index + 1]?.parts ?? []).filter(({ functionResponse }) => functionResponse);
    if (calls.length !== answers.length)
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
    if (calls.some(({ thoughtSignature = '' }) => !/^[\w+/=-]*$/.test(thoughtSignature)))
      return 'Invalid value at contents.parts.thought_signature (TYPE_BYTES), Base64 decoding failed';
    if (calls[0] && !calls[0].thoughtSignature && !/^gemini-[12]\b/.test(model))
      return 'Function call is missing a thought_signature in functionCall parts.';
  }
  const supportsPrefill = /^gemini-(?:2\.|3-|3\.1-)/.test(model);
  return contents.at(-1)?.role === 'model' && !supportsPrefill
    ? 'Requests ending with a model turn are not supported.'
    : undefined;
}
