/** A conversation with tools and images continues at any service, whichever began it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { anthropic } from '../../../server/engines/anthropic.ts';
import { connectEngine } from '../../../server/engines/connect.ts';
import { deepseek } from '../../../server/engines/deepseek.ts';
import type { Engine, EngineDefinition } from '../../../server/engines/engine.ts';
import { gemini } from '../../../server/engines/gemini.ts';
import { groq } from '../../../server/engines/groq.ts';
import { mistral } from '../../../server/engines/mistral.ts';
import { ollama } from '../../../server/engines/ollama/definition.ts';
import { openai } from '../../../server/engines/openai.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import type { EnginePart, Message } from '../../../shared/chat.ts';
import { fakeAnthropic } from '../../support/fake-providers/anthropic.ts';
import type { FakeProvider, FakeReply } from '../../support/fake-providers/fake-provider.ts';
import { fakeGemini } from '../../support/fake-providers/gemini.ts';
import { fakeOllama } from '../../support/fake-providers/ollama.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { fakeDeepSeek, fakeGroq, fakeMistral } from '../../support/fake-providers/openai-copies.ts';
import { keySource } from '../../support/key-source.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);

type Service = {
  readonly name: string;
  readonly model: string;
  readonly engine: Engine;
  readonly fake: FakeProvider;
};

const serviceOf = async (
  definition: EngineDefinition,
  fakeOf: typeof fakeOpenAi,
  model: string,
): Promise<Service> => {
  const fake = await fakeOf({ models: [model] });
  after(fake.close);
  const engine = connectEngine({
    provider: definition.kind,
    label: definition.label,
    definition,
    baseUrl: fake.baseUrl,
    http,
    keys: keySource('sk-lab'),
    limits: { connectMs: 5_000, firstPartMs: 60_000, betweenPartsMs: 60_000 },
  });
  return { name: `${definition.kind} ${model}`, model, engine, fake };
};

const services = await Promise.all([
  serviceOf(openai, fakeOpenAi, 'gpt-6-luna'),
  serviceOf(openai, fakeOpenAi, 'gpt-5.3-codex'),
  serviceOf(groq, fakeGroq, 'openai/gpt-oss-120b'),
  serviceOf(mistral, fakeMistral, 'codestral-latest'),
  serviceOf(deepseek, fakeDeepSeek, 'deepseek-flash'),
  serviceOf(anthropic, fakeAnthropic, 'claude-opus-5-5'),
  serviceOf(gemini, fakeGemini, 'gemini-3.8-flash'),
  serviceOf(ollama, fakeOllama, 'qwen3:8b'),
]);

const never = new AbortController().signal;
const tools = [{ name: 'get_weather', inputSchema: { type: 'object' } }];
const ask = async ({ engine, model }: Service, messages: readonly Message[]): Promise<EnginePart[]> =>
  (await Array.fromAsync(engine.stream(model, { messages, tools }, never))).flat();

/** Two calls at once; ids as strange as any service's, and the same in each step. */
const calls: FakeReply = {
  text: 'I look.',
  reasoning: 'Two places.',
  toolCalls: [
    { id: 'functions.get_weather:0', name: 'get_weather', input: '{"city":"Lima"}', signature: 'c2lnbmVk' },
    { id: 'functions.get_weather:1', name: 'get_weather', input: '{"city":"Cusco"}' },
  ],
};

/** What a client remembers of a step: the answer with its calls, and what the tools gave. */
const stepOf = (parts: readonly EnginePart[]): readonly Message[] => {
  const toolCalls = parts.filter((part) => part.type === 'tool-call').map(({ type, ...call }) => call);
  assert.equal(toolCalls.length, 2);
  const content = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
  return [
    { role: 'assistant', content, toolCalls },
    ...toolCalls.map(
      ({ id, name, input }): Message => ({
        role: 'tool',
        toolCallId: id,
        toolName: name,
        content: `It rains at ${input}.`,
      }),
    ),
  ];
};

const question: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Where is this, and does it rain?' },
      { type: 'image', mediaType: 'image/png', data: 'iVBORw==' },
    ],
  },
];

for (const first of services) {
  for (const second of services) {
    test(`calls of ${first.name} continue at ${second.name}`, async () => {
      first.fake.reply = calls;
      const once = [...question, ...stepOf(await ask(first, question))];
      // A second step with the same ids, as services that count from 0 make them.
      const twice = [...once, ...stepOf(await ask(first, once))];
      second.fake.reply = 'It rains.';
      const before = second.fake.chats.length;
      const parts = await ask(second, twice);
      assert.equal(parts.at(-1)?.type, 'finish');
      assert.equal(parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join(''), 'It rains.');
      assert.equal(second.fake.chats.length, before + 1, 'accepted as it was first sent');
      const sent = JSON.stringify(second.fake.chats.at(-1)?.body);
      for (const word of ['iVBORw==', 'Lima', 'Cusco', 'It rains at', 'I look.'])
        assert.ok(sent.includes(word), `${word} in ${sent}`);
    });
  }
}
