/** What Gemini's candidates hold beyond text and calls: media, sources, probabilities, further answers, the service's own tools. https://ai.google.dev/api/generate-content */
import type { CompletionRequest, EnginePart, FinishReason, TokenLogprob } from '../../shared/chat.ts';
import { type Citation, imageMediaTypes } from '../../shared/content.ts';
import { type AlternativePiece, alternativeAnswers } from './alternative-answers.ts';
import { type Fields, fieldsOf, listOf, stringOf } from './json-fields.ts';
import { sealSignature } from './signatures.ts';

/** Whether a candidate holds anything beside its parts; most hold nothing. */
export const hasGeminiExtras = (candidate: Fields): boolean =>
  !!(candidate['groundingMetadata'] ?? candidate['logprobsResult'] ?? candidate['citationMetadata']);

/** Parts of the tools that the service runs itself. */
const hostedNames = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];

/** @param request absent: one answer was requested */
export function geminiExtras(request: CompletionRequest | undefined) {
  const alternatives = alternativeAnswers(request?.tools?.map(({ name }) => name));
  const sound: Buffer[] = [];
  const sources = new Set<string>();
  let grounding: unknown;

  return {
    hasSeveral: (request?.answerCount ?? 1) > 1,
    addAlternative(index: number, candidate: unknown, reason: FinishReason | undefined): void {
      alternatives.add(index, alternativePiece(candidate, reason));
    },
    /** What a part holds beside a text or a call. */
    readPart(part: Fields): readonly EnginePart[] {
      const media = fieldsOf(part['inlineData'] ?? part['inline_data']);
      if (media) return mediaOf(media, part['thoughtSignature']);
      if (hostedNames.some((name) => part[name]))
        return [{ type: 'hosted', wire: 'gemini-generate-content', item: part }];
      return [];
    },
    /** What a candidate holds beside its parts. */
    readCandidate(candidate: Fields): readonly EnginePart[] {
      if (candidate['groundingMetadata']) grounding = candidate['groundingMetadata'];
      const tokens = logprobsIn(candidate['logprobsResult']);
      return [
        ...(tokens.length > 0 ? [{ type: 'logprobs' as const, tokens }] : []),
        ...listOf(fieldsOf(candidate['citationMetadata'])?.['citationSources']).flatMap(citationOf),
      ];
    },
    /** @param text of the answer, which the offsets of its sources count in bytes of UTF-8 */
    end(text: string): readonly EnginePart[] {
      const parts: EnginePart[] = groundingCitations(grounding, text).map((citation) => ({
        type: 'citation',
        citation,
      }));
      if (sound.length > 0)
        parts.push({ type: 'audio', mediaType: 'audio/pcm', data: Buffer.concat(sound).toString('base64') });
      return [...parts, ...alternatives.parts()];
    },
  };

  function mediaOf(media: Fields, signature: unknown): readonly EnginePart[] {
    const { data } = media;
    const type = media['mimeType'] ?? media['mime_type'];
    if (typeof data !== 'string' || typeof type !== 'string') return [];
    if (type.startsWith('audio/')) {
      sound.push(Buffer.from(data, 'base64'));
      return [];
    }
    const mediaType = imageMediaTypes.find((each) => each === type);
    if (!mediaType) return [];
    const signed =
      typeof signature === 'string' && signature ? { signature: sealSignature('gemini', signature) } : {};
    return [{ type: 'image', mediaType, data, ...signed }];
  }

  function citationOf(source: unknown): readonly EnginePart[] {
    const { uri, title, startIndex, endIndex } = fieldsOf(source) ?? {};
    const key = `${String(uri)} ${String(startIndex)} ${String(endIndex)}`;
    if (typeof uri !== 'string' || sources.has(key)) return [];
    sources.add(key);
    return [{ type: 'citation', citation: { url: uri, ...(typeof title === 'string' ? { title } : {}) } }];
  }
}

/** https://ai.google.dev/gemini-api/docs/google-search#attributing_sources_with_inline_citations */
function groundingCitations(grounding: unknown, text: string): readonly Citation[] {
  const fields = fieldsOf(grounding);
  const sources = listOf(fields?.['groundingChunks']).map((chunk): Citation | undefined => {
    const { uri, title } = fieldsOf(fieldsOf(chunk)?.['web'] ?? fieldsOf(chunk)?.['retrievedContext']) ?? {};
    return typeof uri === 'string'
      ? { url: uri, ...(typeof title === 'string' ? { title } : {}) }
      : undefined;
  });
  const supports = listOf(fields?.['groundingSupports']);
  if (supports.length === 0) return sources.filter((source) => source !== undefined);
  const bytes = Buffer.from(text);
  const offsetOf = (byte: unknown): number | undefined =>
    typeof byte === 'number' && byte >= 0 ? bytes.subarray(0, byte).toString('utf8').length : undefined;
  return supports.flatMap((support): readonly Citation[] => {
    const segment = fieldsOf(fieldsOf(support)?.['segment']);
    // A segment at the beginning leaves out its start.
    const start = offsetOf(segment?.['startIndex'] ?? 0);
    const end = offsetOf(segment?.['endIndex']);
    return listOf(fieldsOf(support)?.['groundingChunkIndices']).flatMap((index): readonly Citation[] => {
      const source = sources[Number(index)];
      return source
        ? [{ ...source, ...(start !== undefined && end !== undefined ? { start, end } : {}) }]
        : [];
    });
  });
}

/** https://ai.google.dev/api/generate-content#LogprobsResult */
function logprobsIn(result: unknown): readonly TokenLogprob[] {
  const fields = fieldsOf(result);
  const top = listOf(fields?.['topCandidates']);
  return listOf(fields?.['chosenCandidates']).flatMap((chosen, index): TokenLogprob[] => {
    const found = tokenOf(chosen);
    if (!found) return [];
    const others = listOf(fieldsOf(top[index])?.['candidates']).flatMap((each) => tokenOf(each) ?? []);
    return [{ ...found, ...(others.length > 0 ? { top: others } : {}) }];
  });
}

function tokenOf(candidate: unknown): { readonly token: string; readonly logprob: number } | undefined {
  const { token, logProbability: logprob } = fieldsOf(candidate) ?? {};
  return typeof token === 'string' && typeof logprob === 'number' ? { token, logprob } : undefined;
}

function alternativePiece(candidate: unknown, reason: FinishReason | undefined): AlternativePiece {
  const fields = fieldsOf(candidate);
  const parts = listOf(fieldsOf(fields?.['content'])?.['parts']).map(fieldsOf);
  const calls = parts.map((part) => fieldsOf(part?.['functionCall'])).filter((call) => call !== undefined);
  return {
    text: parts.map((part) => (part?.['thought'] === true ? '' : (stringOf(part?.['text']) ?? ''))).join(''),
    calls: calls.map((call) => ({ id: call['id'], name: call['name'], input: call['args'] })),
    logprobs: logprobsIn(fields?.['logprobsResult']),
    reason,
  };
}
