/** Conversations with everything that a request can hold, made by fast-check. */
import fc from 'fast-check';
import type { CompletionRequest, Message, Tool } from '../../shared/chat.ts';
import type { AssistantPart, ImagePart, TextPart, ToolResultPart, UserPart } from '../../shared/content.ts';

const text = fc.constantFrom(
  'Hi.',
  'Look at `a.ts`',
  'ñ 漢字 😀',
  ' two  blanks ',
  'line\nline',
  '{"a":1}',
  '<b>',
);
const base64 = fc.constantFrom('AAAA', 'iVBORw0KGgo=', '////', 'QUJD');
const cache = fc.constantFrom('5m' as const, '1h' as const);
const name = fc.constantFrom('look', 'read_file', 'run-tests');

/** With these keys now and then, and never `undefined`. */
const sometimes = <Required extends object, Optional extends object>(
  required: { [Key in keyof Required]: fc.Arbitrary<Required[Key]> },
  optional: { [Key in keyof Optional]: fc.Arbitrary<Optional[Key]> },
): fc.Arbitrary<Required & Partial<Optional>> =>
  fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) as never }) as fc.Arbitrary<
    Required & Partial<Optional>
  >;

const textPart: fc.Arbitrary<TextPart> = sometimes({ type: fc.constant('text' as const), text }, { cache });
const imagePart: fc.Arbitrary<ImagePart> = fc.oneof(
  sometimes(
    {
      type: fc.constant('image' as const),
      mediaType: fc.constantFrom('image/png' as const, 'image/webp' as const),
      data: base64,
    },
    { detail: fc.constantFrom('low' as const, 'high' as const) },
  ),
  fc.record({ type: fc.constant('image' as const), url: fc.constant('https://example.com/a.png') }),
);
const documentPart: fc.Arbitrary<UserPart> = fc.oneof(
  sometimes(
    {
      type: fc.constant('document' as const),
      mediaType: fc.constant('application/pdf' as const),
      data: base64,
    },
    { title: fc.constant('a.pdf') },
  ),
  sometimes({ type: fc.constant('document' as const), text }, { title: fc.constant('notes') }),
);
const audioPart: fc.Arbitrary<UserPart> = fc.record({
  type: fc.constant('audio' as const),
  mediaType: fc.constantFrom('audio/wav' as const, 'audio/mpeg' as const),
  data: base64,
});

export const userContent: fc.Arbitrary<string | readonly UserPart[]> = fc.oneof(
  text,
  fc.array(fc.oneof(textPart, imagePart, documentPart, audioPart), { minLength: 1, maxLength: 3 }),
);
const resultContent: fc.Arbitrary<string | readonly ToolResultPart[]> = fc.oneof(
  text,
  fc.array(fc.oneof(textPart, imagePart), { minLength: 1, maxLength: 2 }),
);

type Turn = {
  readonly user: string | readonly UserPart[];
  readonly system: boolean;
  readonly answer: readonly AssistantPart[];
  readonly calls: readonly {
    readonly name: string;
    readonly content: string | readonly ToolResultPart[];
    readonly failed: boolean;
  }[];
};
const turn: fc.Arbitrary<Turn> = fc.record({
  user: userContent,
  system: fc.boolean(),
  answer: fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('text' as const), text }),
      fc.record({ type: fc.constant('reasoning' as const), text }),
      fc.record({ type: fc.constant('refusal' as const), text }),
    ),
    { maxLength: 2 },
  ),
  calls: fc.array(fc.record({ name, content: resultContent, failed: fc.boolean() }), { maxLength: 2 }),
});

/** The messages of some turns: each call has its result, and ids are used once. */
export const conversation: fc.Arbitrary<readonly Message[]> = fc
  .record({
    instructions: fc.boolean(),
    turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
    last: userContent,
  })
  .map(({ instructions, turns, last }) => {
    const messages: Message[] = instructions ? [{ role: 'system', content: 'Be brief.' }] : [];
    let count = 0;
    for (const { user, system, answer, calls } of turns) {
      messages.push({ role: 'user', content: user });
      const ids = calls.map(() => `call_${count++}`);
      const parts: AssistantPart[] = [
        ...answer,
        ...calls.map((call, index) => ({
          type: 'tool-call' as const,
          id: ids[index] as string,
          name: call.name,
          input: '{"path":"a"}',
        })),
      ];
      if (parts.length > 0) messages.push({ role: 'assistant', content: parts });
      for (const [index, { name: toolName, content, failed }] of calls.entries())
        messages.push({
          role: 'tool',
          toolCallId: ids[index] as string,
          toolName,
          content,
          ...(failed ? { isError: true as const } : {}),
        });
      if (system) messages.push({ role: 'system', content: 'From now on in Spanish.' });
    }
    return [...messages, { role: 'user', content: last }];
  });

const inputSchema = { type: 'object', properties: { path: { type: 'string' } } };
const tools: readonly Tool[] = [
  { name: 'look', description: 'Looks.', inputSchema },
  { name: 'read_file', inputSchema },
  { name: 'run-tests', inputSchema: { type: 'object', properties: {} } },
];

/** Fields beside the messages, each now and then. */
const options = sometimes(
  {},
  {
    tools: fc.constant(tools),
    maxOutputTokens: fc.constantFrom(1, 4_096),
    temperature: fc.constantFrom(0, 0.7),
    topP: fc.constantFrom(0.5, 1),
    topK: fc.constant(40),
    frequencyPenalty: fc.constant(0.5),
    presencePenalty: fc.constant(-0.5),
    stop: fc.constant(['END']),
    seed: fc.constant(7),
    reasoning: fc.constantFrom(
      { effort: 'none' as const },
      { effort: 'high' as const },
      { budgetTokens: 9_000 },
    ),
    responseFormat: fc.constantFrom(
      { type: 'json' as const },
      { type: 'json' as const, schema: { type: 'object' }, name: 'pair' },
    ),
    prediction: fc.constant('const a = 1;'),
    serviceTier: fc.constantFrom('flex' as const, 'priority' as const),
    logprobs: fc.constantFrom(0, 5),
    answerCount: fc.constant(2),
    parallelToolCalls: fc.boolean(),
    metadata: fc.constant({ session: 's1', user: 'u1' }),
  },
);

export const completionRequest: fc.Arbitrary<CompletionRequest> = fc
  .record({ messages: conversation, options })
  .map(({ messages, options: { tools: offered, ...fields } }) => ({
    messages,
    ...fields,
    // Tools cannot be chosen where there are none.
    ...(offered ? { tools: offered, toolChoice: { type: 'tool' as const, toolName: 'look' } } : {}),
  })) as fc.Arbitrary<CompletionRequest>;
