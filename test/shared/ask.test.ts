/** The schema of a request and the types of shared/chat.ts are the same, checked by the compiler. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AskParams } from '../../shared/ask.ts';
import type { CompletionRequest, Message, RequestMetadata, Tool, ToolChoice } from '../../shared/chat.ts';
import type { ToolCall } from '../../shared/content.ts';

/** `true` where both types are the same, optional properties included. */
type IsSame<One, Other> =
  (<T>() => T extends Flat<One> ? 1 : 2) extends <T>() => T extends Flat<Other> ? 1 : 2 ? true : false;
/** The same type with every property read-only, without aliases and intersections. */
type Flat<T> = T extends readonly (infer Item)[]
  ? readonly Flat<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Flat<T[Key]> }
    : T;

type Field<Name extends keyof AskParams> = NonNullable<AskParams[Name]>;
type SentMessage = Field<'messages'>[number];
type SentToolCall = NonNullable<Extract<SentMessage, { role: 'assistant' }>['toolCalls']>[number];
/** Fields that a request passes to the engine unchanged. */
type SharedField = Exclude<keyof AskParams & keyof CompletionRequest, 'messages'>;

/** Each line compiles only while the schema in shared/ask.ts and the type in shared/chat.ts are the same. */
const same: {
  message: IsSame<SentMessage, Message>;
  toolCall: IsSame<SentToolCall, ToolCall>;
  tool: IsSame<Field<'tools'>[number], Tool>;
  toolChoice: IsSame<Field<'toolChoice'>, ToolChoice>;
  metadata: IsSame<Field<'metadata'>, RequestMetadata>;
  fields: IsSame<Pick<AskParams, SharedField>, Pick<CompletionRequest, SharedField>>;
} = { message: true, toolCall: true, tool: true, toolChoice: true, metadata: true, fields: true };

test('the schema takes the messages and tools of the types', () => {
  assert.ok(Object.values(same).every(Boolean));
  const toolCalls: readonly ToolCall[] = [{ id: '1', name: 'look', input: '{}', signature: 's' }];
  const messages: readonly Message[] = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      ],
    },
    { role: 'assistant', content: '', toolCalls },
    { role: 'tool', toolCallId: '1', toolName: 'look', content: 'seen' },
  ];
  const tools: readonly Tool[] = [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }];
  assert.deepEqual(AskParams.parse({ messages, tools }), { messages, tools });
});
