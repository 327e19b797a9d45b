/** Every engine as the faults see it: a fake of its service, and how that service talks. */
import { fakeAnthropic } from '../fake-providers/anthropic.ts';
import type { FakeOptions, FakeProvider } from '../fake-providers/fake-provider.ts';
import { fakeServer } from '../fake-providers/fake-server.ts';
import { fakeGemini } from '../fake-providers/gemini.ts';
import { fakeLlamaCpp } from '../fake-providers/llama-cpp.ts';
import { fakeOllama } from '../fake-providers/ollama.ts';
import { fakeOpenAi, openAiFraming } from '../fake-providers/openai.ts';
import {
  anthropicVendor,
  geminiVendor,
  groqVendor,
  localVendor,
  mistralVendor,
  ollamaVendor,
  openAiVendor,
  type Vendor,
  xaiVendor,
} from './vendor.ts';

export type FakedEngine = {
  /** A kind of server/engines/table.ts. */
  readonly kind: string;
  readonly make: (options?: FakeOptions) => Promise<FakeProvider>;
  readonly vendor: Vendor;
  readonly model: string;
};

/** DeepSeek continues a text below another path than the one it chats at. */
const fakeDeepSeek = (options: FakeOptions = {}): Promise<FakeProvider> =>
  fakeServer(
    {
      ...openAiFraming,
      modelOf: (path, body) =>
        /^\/(?:v1|beta)\/chat\/completions$/.test(path) ? String(body['model']) : undefined,
    },
    options,
  );

/** Tells usage without being asked. */
const fakeTalkative = (options: FakeOptions = {}): Promise<FakeProvider> =>
  fakeServer(
    {
      ...openAiFraming,
      stream: (model, body, path) =>
        openAiFraming.stream(model, { ...body, stream_options: { include_usage: true } }, path),
    },
    options,
  );

export const fakedEngines: readonly FakedEngine[] = [
  { kind: 'gemini', make: fakeGemini, vendor: geminiVendor, model: 'gemini-fake' },
  { kind: 'openai', make: fakeOpenAi, vendor: openAiVendor, model: 'gpt-6-sol' },
  { kind: 'anthropic', make: fakeAnthropic, vendor: anthropicVendor, model: 'claude-opus-5-5' },
  { kind: 'groq', make: fakeTalkative, vendor: groqVendor, model: 'openai/gpt-oss-20b' },
  { kind: 'xai', make: fakeOpenAi, vendor: xaiVendor, model: 'grok-4.6' },
  { kind: 'mistral', make: fakeTalkative, vendor: mistralVendor, model: 'mistral-small-latest' },
  { kind: 'deepseek', make: fakeDeepSeek, vendor: openAiVendor, model: 'deepseek-chat' },
  { kind: 'ollama', make: fakeOllama, vendor: ollamaVendor, model: 'fake:latest' },
  { kind: 'llama-cpp', make: fakeLlamaCpp, vendor: localVendor, model: 'tiny-chat' },
  { kind: 'docker-model-runner', make: fakeOpenAi, vendor: localVendor, model: 'ai/fake' },
  { kind: 'lm-studio', make: fakeOpenAi, vendor: openAiVendor, model: 'fake-model' },
  { kind: 'vllm', make: fakeOpenAi, vendor: localVendor, model: 'fake-model' },
  { kind: 'openai-compatible', make: fakeOpenAi, vendor: openAiVendor, model: 'fake-model' },
];
