/**
 * The request that `rumbo/ask` and `rumbo/explain` take: schema and type are one. The client imports types only.
 * An unknown field is rejected by its name, at every depth. Messages, tools and the fields that an engine gets unchanged
 * are described in chat.ts; test/shared/ask.test.ts compiles only while both are the same.
 */
import * as z from 'zod';
import { reasoningEfforts, serviceTiers, urgencies } from './chat.ts';
import {
  AssistantPart,
  cacheLifetimes,
  type Immutable,
  TextPart,
  ToolCall,
  ToolResultPart,
  UserPart,
  wireNames,
} from './content.ts';
import { ModelIdSchema } from './model-id.ts';
import { taskTypes } from './tasks.ts';

const Position = z.strictObject({ line: z.int().min(0), character: z.int().min(0) });

const Message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.union([z.string(), z.array(TextPart)]) }),
  z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(UserPart)]) }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(AssistantPart)]),
    toolCalls: z.array(ToolCall).exactOptional(),
  }),
  z.strictObject({
    role: z.literal('tool'),
    toolCallId: z.string(),
    toolName: z.string(),
    content: z.union([z.string(), z.array(ToolResultPart)]),
    isError: z.literal(true).exactOptional(),
  }),
]);

const toolName = z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, dashes and underscores');
const JsonObject = z.record(z.string(), z.unknown());
const Grammar = z.strictObject({ syntax: z.enum(['gbnf', 'lark', 'regex']), text: z.string().min(1) });

const Tool = z.union([
  z.strictObject({
    type: z.literal('function').exactOptional(),
    name: toolName,
    description: z.string().exactOptional(),
    inputSchema: JsonObject,
    namespace: toolName.exactOptional(),
    isStrict: z.literal(true).exactOptional(),
    cache: z.enum(cacheLifetimes).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('custom'),
    name: toolName,
    description: z.string().exactOptional(),
    namespace: toolName.exactOptional(),
    grammar: Grammar.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('hosted'),
    wire: z.enum(wireNames),
    name: z.string().min(1),
    definition: JsonObject,
  }),
]);

const ResponseFormat = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('json'),
    schema: JsonObject.exactOptional(),
    name: z.string().exactOptional(),
    description: z.string().exactOptional(),
    isStrict: z.literal(true).exactOptional(),
  }),
  z.strictObject({ type: z.literal('grammar'), grammar: Grammar }),
]);

const FileContext = z.strictObject({
  /** Any URI; only its path is matched against `rumbo.privacy.localOnly`. */
  uri: z.string(),
  /** LSP language id. */
  languageId: z.string(),
  text: z.string(),
  /** What to change: zero-based, UTF-16. Empty: insert here. Absent: the whole file. */
  selection: z.strictObject({ start: Position, end: Position }).exactOptional(),
});

export const AskParams = z.strictObject({
  /** One of `prompt` and `messages` is required; `prompt` is one user message. */
  prompt: z.string().exactOptional(),
  messages: z.array(Message).exactOptional(),
  /** A key of shared/roles.ts. Absent: the plain conversation, without instructions of ours. */
  role: z.string().exactOptional(),
  /** Absent: implied by the role, else classified from the prompt. */
  task: z.enum(taskTypes).exactOptional(),
  /** `provider/model`: pins this model for this request. */
  model: ModelIdSchema.exactOptional(),
  /** `provider/model` whose answer was too weak: only models of a higher tier may answer, and an answered prompt like this gets one from then on. */
  strongerThan: ModelIdSchema.exactOptional(),
  file: FileContext.exactOptional(),
  /** Functions that the model may call; only models that can are candidates. Absent: none. */
  tools: z.array(Tool).exactOptional(),
  toolChoice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.strictObject({
        type: z.literal('tool'),
        toolName: z.string(),
        namespace: z.string().exactOptional(),
      }),
    ])
    .exactOptional(),
  parallelToolCalls: z.boolean().exactOptional(),
  /** Tokens; the model's own limit holds as well. Absent: only that. */
  maxOutputTokens: z.int().min(1).exactOptional(),
  temperature: z.number().min(0).max(2).exactOptional(),
  topP: z.number().gt(0).max(1).exactOptional(),
  stop: z.array(z.string().min(1)).min(1).max(4).exactOptional(),
  seed: z.int().exactOptional(),
  topK: z.int().min(1).exactOptional(),
  frequencyPenalty: z.number().min(-2).max(2).exactOptional(),
  presencePenalty: z.number().min(-2).max(2).exactOptional(),
  reasoning: z
    .strictObject({
      effort: z.enum(reasoningEfforts).exactOptional(),
      budgetTokens: z.int().min(0).exactOptional(),
    })
    .exactOptional(),
  responseFormat: ResponseFormat.exactOptional(),
  prediction: z.string().exactOptional(),
  serviceTier: z.enum(serviceTiers).exactOptional(),
  logprobs: z.int().min(0).max(20).exactOptional(),
  answerCount: z.int().min(1).max(8).exactOptional(),
  output: z
    .strictObject({
      images: z.literal(true).exactOptional(),
      audio: z.strictObject({ voice: z.string(), format: z.string() }).exactOptional(),
    })
    .exactOptional(),
  metadata: z
    .strictObject({ session: z.string().exactOptional(), user: z.string().exactOptional() })
    .exactOptional(),
  /** Absent: true, where the setting allows it. */
  useCache: z.boolean().exactOptional(),
  /** Overrides `rumbo.routing.whenPinnedUnavailable` for this request. */
  whenPinnedUnavailable: z.enum(['next', 'fail']).exactOptional(),
  /** Overrides `rumbo.routing.onInterruption` for this request. */
  onInterruption: z.enum(['continue', 'restart', 'fail']).exactOptional(),
  urgency: z.enum(urgencies).exactOptional(),
});

export type AskParams = Immutable<z.infer<typeof AskParams>>;
export type FileContext = Immutable<z.infer<typeof FileContext>>;
/** Fields that LSP adds to the params of any request. */
export type LspParams = {
  /** Parts arrive as `$/progress` on this token. Absent: only the result is sent. */
  readonly partialResultToken?: string | number;
  /** Accepted and not used: Rumbo reports no work-done progress for a request. */
  readonly workDoneToken?: string | number;
};
