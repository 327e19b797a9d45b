/** Every engine with a fake of its service and its error responses. */
import { engines } from '../../../server/engines/table.ts';
import { fakeAnthropic } from '../fake-providers/anthropic.ts';
import type { FakeOptions, FakeProvider } from '../fake-providers/fake-provider.ts';
import { fakeGemini } from '../fake-providers/gemini.ts';
import { fakeLlamaCpp } from '../fake-providers/llama-cpp.ts';
import { fakeOllama } from '../fake-providers/ollama.ts';
import { fakeOpenAi } from '../fake-providers/openai.ts';
import {
  fakeDeepSeek,
  fakeDockerModelRunner,
  fakeGroq,
  fakeLmStudio,
  fakeMistral,
  fakeVllm,
  fakeXai,
} from '../fake-providers/openai-copies.ts';
import {
  anthropicErrors,
  type ErrorDialect,
  geminiErrors,
  groqErrors,
  localErrors,
  mistralErrors,
  ollamaErrors,
  openAiErrors,
  responsesErrors,
  xaiErrors,
} from './error-dialects.ts';

export type FakedEngine = {
  /** A kind of server/engines/table.ts. */
  readonly kind: string;
  /** Absent: the only one of its kind here. */
  readonly api?: string;
  readonly make: (options?: FakeOptions) => Promise<FakeProvider>;
  readonly errors: ErrorDialect;
  readonly model: string;
  /** Its finish reason arrives with the end marker, or there is none. Absent: the marker follows it. */
  readonly endsAtOnce?: true;
};

/** Every service with an API of its own, or with differences that a fake shows. */
const fakes: readonly FakedEngine[] = [
  { kind: 'gemini', make: fakeGemini, errors: geminiErrors, model: 'gemini-fake', endsAtOnce: true },
  { kind: 'openai', make: fakeOpenAi, errors: openAiErrors, model: 'gpt-6-sol' },
  {
    kind: 'openai',
    api: 'Responses',
    make: fakeOpenAi,
    errors: responsesErrors,
    model: 'gpt-6-pro',
    endsAtOnce: true,
  },
  { kind: 'anthropic', make: fakeAnthropic, errors: anthropicErrors, model: 'claude-opus-5-5' },
  { kind: 'groq', make: fakeGroq, errors: groqErrors, model: 'openai/gpt-oss-20b' },
  { kind: 'xai', make: fakeXai, errors: xaiErrors, model: 'grok-4.6' },
  { kind: 'mistral', make: fakeMistral, errors: mistralErrors, model: 'mistral-small-latest' },
  { kind: 'deepseek', make: fakeDeepSeek, errors: openAiErrors, model: 'deepseek-chat' },
  { kind: 'ollama', make: fakeOllama, errors: ollamaErrors, model: 'fake:latest', endsAtOnce: true },
  { kind: 'llama-cpp', make: fakeLlamaCpp, errors: localErrors, model: 'tiny-chat' },
  { kind: 'docker-model-runner', make: fakeDockerModelRunner, errors: localErrors, model: 'ai/fake' },
  { kind: 'lm-studio', make: fakeLmStudio, errors: openAiErrors, model: 'fake-model' },
  { kind: 'vllm', make: fakeVllm, errors: localErrors, model: 'fake-model' },
];

/** In the order of the table; an engine without a fake of its own is tried against OpenAI's. */
export const fakedEngines: readonly FakedEngine[] = engines.flatMap(({ kind, defaultModels }) => {
  const own = fakes.filter((fake) => fake.kind === kind);
  const model = defaultModels?.[0] ?? 'fake-model';
  return own.length > 0 ? own : [{ kind, make: fakeOpenAi, errors: openAiErrors, model }];
});

/** As a failing test names it. */
export const fakedEngineName = ({ kind, api }: FakedEngine): string => (api ? `${kind} (${api})` : kind);
