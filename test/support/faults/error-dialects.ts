/** Error responses of each vendor in its own JSON: codes, shapes and hints. Sources are in server/wire's tests. */
import type { FakeFailure } from '../fake-providers/fake-provider.ts';

/** The facts of an error; each vendor reports those it has fields for. */
type Facts = {
  readonly status: number;
  readonly message: string;
  /** OpenAI's and Anthropic's class of error. Absent: by status. */
  readonly type?: string;
  readonly code?: string;
  readonly details?: unknown;
};

export type ErrorDialect = {
  /** The body of an error response. */
  body(facts: Facts): unknown;
  /** The same in the middle of a stream, as its event. */
  event(facts: Facts): string;
  /** An event of an unknown type. */
  readonly unknownEvent: string;
  readonly framing: 'sse' | 'ndjson';
  /** The account has no credit. */
  readonly outOfCredit: FakeFailure;
  readonly tooLong: FakeFailure;
  /** Absent: it has no content policy of its own. */
  readonly filtered?: FakeFailure;
  readonly loading: FakeFailure;
  /** Ways to report the end of a rate limit, besides `retry-after`; each names about `waitMs`. */
  hints(waitMs: number): Readonly<Record<string, FakeFailure>>;
};

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

const openAiType = (status: number): string =>
  status === 429 ? 'requests' : status >= 500 ? 'server_error' : 'invalid_request_error';

const openAiBody = ({ status, message, type = openAiType(status), code }: Facts) => ({
  error: { message, type, param: null, code: code ?? null },
});

const tooMany = 'Rate limit reached. Please try again later.';

export const openAiErrors: ErrorDialect = {
  body: openAiBody,
  event: (facts) => data(openAiBody(facts)),
  unknownEvent: `event: rumbo.unknown\n${data({ object: 'something.new', choices: [], news: { delta: 1 } })}`,
  framing: 'sse',
  outOfCredit: {
    status: 429,
    body: openAiBody({
      status: 429,
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  },
  tooLong: {
    status: 400,
    body: openAiBody({
      status: 400,
      message:
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      code: 'context_length_exceeded',
    }),
  },
  filtered: {
    status: 400,
    body: openAiBody({
      status: 400,
      message: 'Your request was rejected by our content policy.',
      code: 'content_policy_violation',
    }),
  },
  loading: {
    status: 503,
    body: openAiBody({ status: 503, message: 'Loading model', type: 'unavailable_error' }),
  },
  hints: (waitMs) => {
    const limited = (headers: Record<string, string>): FakeFailure => ({
      status: 429,
      headers,
      body: openAiBody({ status: 429, message: tooMany, code: 'rate_limit_exceeded' }),
    });
    return {
      'x-ratelimit-reset-requests': limited({
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': `${waitMs}ms`,
        'x-ratelimit-remaining-tokens': '9000',
        'x-ratelimit-reset-tokens': '6m0s',
      }),
      'x-ratelimit-reset-tokens': limited({
        'x-ratelimit-remaining-requests': '99',
        'x-ratelimit-reset-requests': '2m59.56s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': `${(waitMs / 1000).toFixed(3)}s`,
      }),
    };
  },
};

/** OpenAI's Responses: the error in an event of its own, with a name. */
export const responsesErrors: ErrorDialect = {
  ...openAiErrors,
  event: ({ status, message }) =>
    `event: error\n${data({ type: 'error', sequence_number: 2, error: { type: openAiType(status), code: 'server_error', message, param: null } })}`,
  unknownEvent: `event: response.something.new\n${data({ type: 'response.something.new', sequence_number: 2, delta: 'x' })}`,
};

/** llama-server and vLLM: the code is the status. */
export const localErrors: ErrorDialect = {
  ...openAiErrors,
  body: ({ status, message, type = openAiType(status) }) => ({ error: { code: status, message, type } }),
  event: ({ status, message }) => data({ error: { code: status, message, type: 'server_error' } }),
  tooLong: {
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 9000,
        n_ctx: 8192,
      },
    },
  },
  loading: {
    status: 503,
    body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
  },
};

/** Mistral: flat. */
export const mistralErrors: ErrorDialect = {
  ...openAiErrors,
  body: ({ message, type = 'invalid_request', code }) => ({
    object: 'error',
    message,
    type,
    param: null,
    code: code ?? null,
  }),
};

/** xAI: two fields. */
export const xaiErrors: ErrorDialect = {
  ...openAiErrors,
  body: ({ message, code }) => ({ code: code ?? 'The service is currently unavailable', error: message }),
};

/** Groq: a string inside `x_groq`. */
export const groqErrors: ErrorDialect = {
  ...openAiErrors,
  event: ({ message }) =>
    data({ id: 'chatcmpl-fake', choices: [], x_groq: { id: 'req_fake', error: message } }),
};

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};
const anthropicBody = ({ status, message, type, details }: Facts) => ({
  type: 'error',
  error: { type: type ?? anthropicTypes[status] ?? 'api_error', message, ...(details ? { details } : {}) },
  request_id: 'req_fake',
});

export const anthropicErrors: ErrorDialect = {
  body: anthropicBody,
  event: (facts) => `event: error\n${data(anthropicBody(facts))}`,
  unknownEvent: `event: something_new\n${data({ type: 'something_new', index: 0, delta: { type: 'new_delta' } })}`,
  framing: 'sse',
  outOfCredit: {
    status: 402,
    body: anthropicBody({ status: 402, type: 'billing_error', message: 'Your credit balance is too low.' }),
  },
  tooLong: {
    status: 400,
    body: anthropicBody({ status: 400, message: 'prompt is too long: 213423 tokens > 200000 maximum' }),
  },
  loading: { status: 529, body: anthropicBody({ status: 529, message: 'Overloaded' }) },
  hints: (waitMs) => {
    const resets = (ms: number) => new Date(Date.now() + ms).toISOString();
    return {
      'anthropic-ratelimit-input-tokens-reset': {
        status: 429,
        headers: {
          'anthropic-ratelimit-requests-remaining': '49',
          'anthropic-ratelimit-requests-reset': resets(60_000),
          'anthropic-ratelimit-input-tokens-remaining': '0',
          'anthropic-ratelimit-input-tokens-reset': resets(waitMs),
        },
        body: anthropicBody({ status: 429, message: tooMany }),
      },
    };
  },
};

const geminiStatuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};
const geminiBody = ({ status, message, details }: Facts) => ({
  error: {
    code: status,
    message,
    status: geminiStatuses[status] ?? 'UNKNOWN',
    ...(details ? { details } : {}),
  },
});

export const geminiErrors: ErrorDialect = {
  body: geminiBody,
  event: (facts) => data(geminiBody(facts)),
  unknownEvent: data({ somethingNew: { candidates: 1 } }),
  framing: 'sse',
  outOfCredit: {
    status: 402,
    body: geminiBody({ status: 402, message: 'Billing is not active for this project.' }),
  },
  tooLong: {
    status: 400,
    body: geminiBody({
      status: 400,
      message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    }),
  },
  loading: { status: 503, body: geminiBody({ status: 503, message: 'The model is overloaded.' }) },
  hints: (waitMs) => ({
    RetryInfo: {
      status: 429,
      body: geminiBody({
        status: 429,
        message: tooMany,
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }],
          },
          {
            '@type': 'type.googleapis.com/google.rpc.RetryInfo',
            retryDelay: `${(waitMs / 1000).toFixed(6)}s`,
          },
        ],
      }),
    },
  }),
};

const ollamaBody = ({ message }: Facts) => ({ error: message });

export const ollamaErrors: ErrorDialect = {
  body: ollamaBody,
  event: (facts) => `${JSON.stringify(ollamaBody(facts))}\n`,
  unknownEvent: `${JSON.stringify({ somethingNew: { message: 1 } })}\n`,
  framing: 'ndjson',
  outOfCredit: { status: 402, body: ollamaBody({ status: 402, message: 'payment required' }) },
  tooLong: {
    status: 400,
    body: ollamaBody({
      status: 400,
      message: 'the prompt exceeds the available context size (8192 tokens)',
    }),
  },
  loading: {
    status: 503,
    body: ollamaBody({
      status: 503,
      message: 'server busy, please try again.  maximum pending requests exceeded',
    }),
  },
  hints: () => ({}),
};
