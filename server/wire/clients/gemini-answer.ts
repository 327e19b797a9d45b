/**
 * Answers for clients that speak Gemini's generateContent. Frames are `data:` lines and nothing else: the SDK loses the text of
 * a frame with other lines. https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
 */
import type {
  AlternativeAnswer,
  EnginePart,
  FinishReason,
  TokenLogprob,
  Usage,
} from '../../../shared/chat.ts';
import type { AudioPart, Citation, ImagePart, ToolCall } from '../../../shared/content.ts';
import type { StreamEvent } from '../../platform/stream-event.ts';
import { parseJsonObject } from '../json-object.ts';
import { signatureVendor, unsealSignature } from '../signatures.ts';
import type { AnswerEncoder, ClientAnswer } from './client-format.ts';

type Finish = Extract<EnginePart, { type: 'finish' }>;

const reasons: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'STOP',
  other: 'OTHER',
};

export function geminiAnswerEncoder({ id, model }: ClientAnswer): AnswerEncoder {
  const parts: object[] = [];
  const alternatives: AlternativeAnswer[] = [];
  const citations: Citation[] = [];
  const tokens: TokenLogprob[] = [];
  let text = '';
  let finish: Finish | undefined;
  const head = { modelVersion: model, responseId: id };

  const event = (added: readonly object[], more: object = {}): StreamEvent => ({
    data: JSON.stringify({
      candidates: [{ content: { parts: added, role: 'model' }, index: 0, ...more }],
      ...head,
    }),
  });
  const last = (): object => ({
    finishReason: reasons[finish?.reason ?? 'other'],
    ...(citations.length > 0 ? { groundingMetadata: groundingOf(citations, text) } : {}),
    ...(tokens.length > 0 ? { logprobsResult: logprobsField(tokens) } : {}),
  });
  const usage = (): object => (finish?.usage ? { usageMetadata: usageFields(finish.usage) } : {});
  const others = (): readonly object[] =>
    alternatives.map((each, position) => ({
      index: position + 1,
      content: { parts: alternativeParts(each), role: 'model' },
      finishReason: reasons[each.reason],
      ...(each.logprobs ? { logprobsResult: logprobsField(each.logprobs) } : {}),
    }));

  return {
    start: () => [],
    part(part) {
      if (part.type === 'text-delta' || part.type === 'refusal-delta') text += part.text;
      if (part.type === 'citation') citations.push(part.citation);
      if (part.type === 'logprobs') tokens.push(...part.tokens);
      if (part.type === 'alternative') alternatives.push(part);
      if (part.type === 'finish') {
        finish = part;
        const candidates = [{ content: { parts: [], role: 'model' }, index: 0, ...last() }, ...others()];
        return [{ data: JSON.stringify({ candidates, ...usage(), ...head }) }];
      }
      const added = partsOf(part);
      parts.push(...added);
      return added.length > 0 ? [event(added)] : [];
    },
    whole: () => ({
      candidates: [{ content: { parts: merged(parts), role: 'model' }, index: 0, ...last() }, ...others()],
      ...usage(),
      ...head,
    }),
  };
}

function partsOf(part: EnginePart): readonly object[] {
  switch (part.type) {
    case 'text-delta':
    case 'refusal-delta':
      return [{ text: part.text }];
    case 'reasoning-delta':
      return [{ text: part.text, thought: true }];
    case 'text-signature':
      return [{ text: '', ...signatureField(part.signature) }];
    case 'reasoning-end':
      return part.signature ? [{ text: '', thought: true, ...signatureField(part.signature) }] : [];
    case 'tool-call':
      return [callField(part)];
    case 'image':
    case 'audio':
      return mediaField(part);
    case 'hosted':
      return part.wire === 'gemini-generate-content' ? [part.item] : [];
    case 'citation':
    case 'logprobs':
    case 'alternative':
    case 'text-retraction':
    case 'finish':
      return [];
  }
}

/** One of another vendor keeps its seal, so that it is known when it comes back. */
const signatureField = (signature: string | undefined): object =>
  signature === undefined
    ? {}
    : {
        thoughtSignature:
          signatureVendor(signature) === 'gemini' ? unsealSignature('gemini', signature) : signature,
      };

const callField = ({ id, name, input, signature }: ToolCall): object => ({
  functionCall: { id, name, args: parseJsonObject(input) ?? { input } },
  ...signatureField(signature),
});

function mediaField(part: ImagePart | AudioPart): readonly object[] {
  if ('data' in part) return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
  return 'url' in part ? [{ fileData: { fileUri: part.url } }] : [];
}

const alternativeParts = ({ text, toolCalls = [] }: AlternativeAnswer): readonly object[] => [
  ...(text === '' ? [] : [{ text }]),
  ...toolCalls.map(callField),
];

type TextField = { readonly text: string; readonly thought?: true };

/** Adjacent texts of one kind as one. */
function merged(parts: readonly object[]): readonly object[] {
  const result: object[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    const isPlain = (each: object | undefined): each is TextField =>
      each !== undefined && 'text' in each && !('thoughtSignature' in each);
    if (isPlain(before) && isPlain(part) && before.thought === part.thought)
      result[result.length - 1] = { ...before, text: before.text + part.text };
    else result.push(part);
  }
  return result;
}

/** Offsets in bytes of UTF-8, as Gemini counts them. */
function groundingOf(citations: readonly Citation[], text: string): object {
  const sources = citations.filter(({ url }) => url !== undefined);
  const urls = [...new Set(sources.map(({ url }) => url))];
  const bytesBefore = (at: number): number => Buffer.byteLength(text.slice(0, at));
  return {
    groundingChunks: urls.map((uri) => ({
      web: { uri, title: sources.find(({ url }) => url === uri)?.title ?? uri },
    })),
    groundingSupports: sources.flatMap(({ url, start, end }) =>
      start === undefined || end === undefined
        ? []
        : [
            {
              segment: {
                startIndex: bytesBefore(start),
                endIndex: bytesBefore(end),
                text: text.slice(start, end),
              },
              groundingChunkIndices: [urls.indexOf(url)],
            },
          ],
    ),
  };
}

const logprobsField = (tokens: readonly TokenLogprob[]): object => ({
  chosenCandidates: tokens.map(({ token, logprob }) => ({ token, logProbability: logprob })),
  topCandidates: tokens.map(({ top = [] }) => ({
    candidates: top.map(({ token, logprob }) => ({ token, logProbability: logprob })),
  })),
});

const usageFields = (usage: Usage): object => ({
  promptTokenCount: usage.input,
  ...(usage.cachedRead > 0 ? { cachedContentTokenCount: usage.cachedRead } : {}),
  candidatesTokenCount: usage.output - usage.reasoning,
  ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  totalTokenCount: usage.input + usage.output,
});
