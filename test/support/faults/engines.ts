/** Every engine as the faults see it: a fake of its service, and how that service talks. */
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
  anthropicVendor,
  geminiVendor,
  groqVendor,
  localVendor,
  mistralVendor,
  ollamaVendor,
  openAiVendor,
  responsesVendor,
  type Vendor,
  xaiVendor,
} from './vendor.ts';

export type FakedEngine = {
  /** A kind of server/engines/table.ts. */
  readonly kind: string;
  /** Absent: the only one of its kind here. */
  readonly face?: string;
  readonly make: (options?: FakeOptions) => Promise<FakeProvider>;
  readonly vendor: Vendor;
  readonly model: string;
  /** Its finish reason comes with the end marker, or there is none. Absent: the marker comes behind it. */
  readonly endsAtOnce?: true;
};

export const fakedEngines: readonly FakedEngine[] = [
  { kind: 'gemini', make: fakeGemini, vendor: geminiVendor, model: 'gemini-fake', endsAtOnce: true },
  { kind: 'openai', make: fakeOpenAi, vendor: openAiVendor, model: 'gpt-6-sol' },
  {
    kind: 'openai',
    face: 'Responses',
    make: fakeOpenAi,
    vendor: responsesVendor,
    model: 'gpt-6-pro',
    endsAtOnce: true,
  },
  { kind: 'anthropic', make: fakeAnthropic, vendor: anthropicVendor, model: 'claude-opus-5-5' },
  { kind: 'groq', make: fakeGroq, vendor: groqVendor, model: 'openai/gpt-oss-20b' },
  { kind: 'xai', make: fakeXai, vendor: xaiVendor, model: 'grok-4.6' },
  { kind: 'mistral', make: fakeMistral, vendor: mistralVendor, model: 'mistral-small-latest' },
  { kind: 'deepseek', make: fakeDeepSeek, vendor: openAiVendor, model: 'deepseek-chat' },
  { kind: 'ollama', make: fakeOllama, vendor: ollamaVendor, model: 'fake:latest', endsAtOnce: true },
  { kind: 'llama-cpp', make: fakeLlamaCpp, vendor: localVendor, model: 'tiny-chat' },
  { kind: 'docker-model-runner', make: fakeDockerModelRunner, vendor: localVendor, model: 'ai/fake' },
  { kind: 'lm-studio', make: fakeLmStudio, vendor: openAiVendor, model: 'fake-model' },
  { kind: 'vllm', make: fakeVllm, vendor: localVendor, model: 'fake-model' },
  { kind: 'openai-compatible', make: fakeOpenAi, vendor: openAiVendor, model: 'fake-model' },
];

/** As a failing test names it. */
export const nameOf = ({ kind, face }: FakedEngine): string => (face ? `${kind} (${face})` : kind);
