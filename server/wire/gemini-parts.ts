/** Messages as Gemini's contents. https://ai.google.dev/api/caching#Content */
import type { Message } from '../../shared/chat.ts';
import type { AssistantPart, ToolCall, ToolResultPart, UserPart } from '../../shared/content.ts';
import { assistantParts, contentParts, textOf } from '../../shared/message-parts.ts';
import { parseJsonObject } from './json-object.ts';
import { mergeRoles, toolArguments } from './merge-roles.ts';
import { unsealSignature } from './signatures.ts';

type Media =
  | { readonly inlineData: { readonly mimeType: string; readonly data: string } }
  | { readonly fileData: { readonly mimeType?: string; readonly fileUri: string } };

type CallPart = {
  readonly functionCall: { readonly id: string; readonly name: string; readonly args: object };
};

export type GeminiPart = (
  | { readonly text: string }
  | Media
  | CallPart
  | {
      readonly functionResponse: {
        readonly id: string;
        readonly name: string;
        readonly response: object;
        readonly parts?: readonly Media[];
      };
    }
  | Readonly<Record<string, unknown>>
) & { readonly thoughtSignature?: string };

export type GeminiContent = { readonly role: 'user' | 'model'; readonly parts: readonly GeminiPart[] };

export const contentsOf = (model: string, messages: readonly Message[]): readonly GeminiContent[] =>
  mergeRoles<GeminiPart>(messages, (message) => {
    if (message.role === 'user') return contentParts(message.content).flatMap(userPart);
    return message.role === 'assistant' ? answerParts(model, message) : [resultPart(message)];
  }).map(({ role, parts }) => ({ role: role === 'assistant' ? 'model' : 'user', parts }));

/** Empty parts are rejected. */
const textPart = (text: string, signature?: string): readonly GeminiPart[] =>
  text || signature ? [{ text, ...(signature ? { thoughtSignature: signature } : {}) }] : [];

const userPart = (part: UserPart): readonly GeminiPart[] =>
  mediaOf(part) ?? textPart(textOf({ content: [part] }));

/** The bytes of a part, or where the service finds them. `undefined`: it is text. */
function mediaOf(part: UserPart | AssistantPart | ToolResultPart): readonly Media[] | undefined {
  if (part.type !== 'image' && part.type !== 'document' && part.type !== 'audio') return undefined;
  if ('data' in part) return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
  const mimeType = 'mediaType' in part && part.mediaType ? { mimeType: part.mediaType } : {};
  if ('url' in part) return [{ fileData: { ...mimeType, ...pdfType(part), fileUri: part.url } }];
  return 'fileId' in part
    ? [{ fileData: { ...mimeType, ...pdfType(part), fileUri: part.fileId } }]
    : undefined;
}

const pdfType = ({ type }: { readonly type: string }) =>
  type === 'document' ? { mimeType: 'application/pdf' } : {};

/**
 * Since Gemini 3 the first call of an answer needs its signature; calls by another model have none, and this value
 * replaces it. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const unsigned = 'skip_thought_signature_validator';
const needsSignature = (model: string): boolean => !/^gemini-[12]\b|^gemma/.test(model);

function answerParts(model: string, message: Extract<Message, { role: 'assistant' }>): readonly GeminiPart[] {
  const parts = assistantParts(message);
  const firstCall = needsSignature(model) ? parts.find(({ type }) => type === 'tool-call') : undefined;
  return parts.flatMap((part) => answerPart(part, part === firstCall ? unsigned : undefined));
}

/** @param placeholder the signature of a call that has none */
function answerPart(part: AssistantPart, placeholder: string | undefined): readonly GeminiPart[] {
  switch (part.type) {
    case 'text':
      return textPart(part.text, unsealSignature('gemini', part.signature));
    case 'refusal':
      return textPart(part.text);
    case 'tool-call':
      return [callPart(part, placeholder)];
    case 'image':
    case 'audio': {
      const signature = part.type === 'image' ? unsealSignature('gemini', part.signature) : undefined;
      return (mediaOf(part) ?? []).map((media) => ({
        ...media,
        ...(signature ? { thoughtSignature: signature } : {}),
      }));
    }
    case 'hosted':
      return [part.item];
    // Its signature is with the text or the call that followed it.
    case 'reasoning':
      return [];
  }
}

function callPart(call: ToolCall, placeholder: string | undefined): GeminiPart {
  const thoughtSignature = unsealSignature('gemini', call.signature) ?? placeholder;
  return {
    functionCall: { id: call.id, name: call.name, args: toolArguments(call) },
    ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
  };
}

/** The words `output` and `error` are those that Gemini documents. https://ai.google.dev/api/caching#FunctionResponse */
function resultPart(message: Extract<Message, { role: 'tool' }>): GeminiPart {
  const { toolCallId: id, toolName: name, isError } = message;
  const content = textOf(message);
  const response = isError ? { error: content } : (parseJsonObject(content) ?? { output: content });
  const media = contentParts(message.content).flatMap((part) => mediaOf(part) ?? []);
  return { functionResponse: { id, name, response, ...(media.length > 0 ? { parts: media } : {}) } };
}
