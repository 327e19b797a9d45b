/**
 * What the chunks of Chat Completions hold beyond one answer's text and calls: sources, pictures, sound, probabilities, further
 * answers, and reasoning that a service wants back. https://platform.openai.com/docs/api-reference/chat-streaming
 */
import type { CompletionRequest, EnginePart, FinishReason } from '../../shared/chat.ts';
import { audioMediaTypes, imageMediaTypes } from '../../shared/content.ts';
import { type AlternativePiece, alternativeAnswers } from './alternative-answers.ts';
import { finishWordIn } from './finish-words.ts';
import { fieldsOf, listOf, stringOf } from './json-fields.ts';
import { citationOf, tokenLogprobs } from './openai-annotations.ts';
import { type Choice, callsIn, type Delta, textIn } from './openai-chat-content.ts';
import { reasoningDetails } from './openai-chat-reasoning-details.ts';

/** Whether a choice holds any of it; most hold none. */
export const hasExtras = (choice: Choice, delta: Delta): boolean =>
  !!choice.logprobs || !!delta.annotations || !!delta.audio || !!delta.images || !!delta.reasoning_details;

/** @param request absent: one answer without sound was requested */
export function chatExtras(request: CompletionRequest | undefined) {
  const alternatives = alternativeAnswers(request?.tools?.map(({ name }) => name));
  const details = reasoningDetails();
  const sound: Buffer[] = [];
  let transcript = '';
  const citedUrls = new Set<string>();

  return {
    /** Several answers were requested: their indices tell them apart. */
    hasSeveral: (request?.answerCount ?? 1) > 1,
    /** Adds a choice of another answer than the first. */
    addAlternative(index: number, choice: Choice, reasonOf: (word: string) => FinishReason): void {
      alternatives.add(index, alternativePiece(choice, reasonOf));
    },
    /** The parts of one choice. */
    read(choice: Choice, delta: Delta): readonly EnginePart[] {
      const parts: EnginePart[] = [];
      const tokens = tokenLogprobs(fieldsOf(choice.logprobs)?.['content']);
      if (tokens.length > 0) parts.push({ type: 'logprobs', tokens });
      if (delta.reasoning_details) details.add(delta.reasoning_details);
      for (const citation of listOf(delta.annotations).flatMap((annotation) => citationOf(annotation)))
        parts.push({ type: 'citation', citation });
      parts.push(...listOf(delta.images).flatMap(imageOf));
      const audio = fieldsOf(delta.audio);
      if (typeof audio?.['data'] === 'string') sound.push(Buffer.from(audio['data'], 'base64'));
      if (typeof audio?.['transcript'] === 'string' && audio['transcript'] !== '') {
        transcript += audio['transcript'];
        // It is what a person reads of the answer.
        parts.push({ type: 'text-delta', text: audio['transcript'] });
      }
      return parts;
    },
    /** Addresses that some services list beside the choices, each once. https://docs.perplexity.ai/api-reference/chat-completions-post */
    readSources(urls: unknown): readonly EnginePart[] {
      return listOf(urls).flatMap((url): EnginePart[] => {
        if (typeof url !== 'string' || citedUrls.has(url)) return [];
        citedUrls.add(url);
        return [{ type: 'citation', citation: { url } }];
      });
    },
    /** What is known only at the end; it precedes the calls and the finish. */
    end(): readonly EnginePart[] {
      const parts: EnginePart[] = [];
      const signature = details.sealed();
      if (signature !== undefined) parts.push({ type: 'reasoning-end', signature });
      if (sound.length > 0) {
        const data = Buffer.concat(sound).toString('base64');
        const mediaType = mediaTypeOf(request?.output?.audio?.format);
        parts.push({ type: 'audio', mediaType, data, ...(transcript ? { transcript } : {}) });
      }
      return [...parts, ...alternatives.parts()];
    },
  };
}

function alternativePiece(choice: Choice, reasonOf: (word: string) => FinishReason): AlternativePiece {
  const delta = typeof choice.delta === 'object' ? choice.delta : undefined;
  const holder = delta ?? choice.message ?? choice;
  const word = finishWordIn([choice]);
  return {
    text: delta || choice.message ? textIn(holder as Delta) : (stringOf(choice.text) ?? ''),
    calls: callsIn(holder).map((call) => ({
      id: call?.id,
      index: call?.index,
      name: call?.function?.name ?? call?.name,
      input: call?.function?.arguments ?? call?.arguments,
    })),
    logprobs: tokenLogprobs(fieldsOf(choice.logprobs)?.['content']),
    reason: word === undefined ? undefined : reasonOf(word.toLowerCase()),
  };
}

/** OpenRouter's. https://openrouter.ai/docs/features/multimodal/image-generation */
function imageOf(image: unknown): readonly EnginePart[] {
  const fields = fieldsOf(image);
  const url = fieldsOf(fields?.['image_url'])?.['url'] ?? fields?.['url'];
  if (typeof url !== 'string') return [];
  const comma = url.startsWith('data:') ? url.indexOf(';base64,') : -1;
  if (comma < 0) return url.startsWith('data:') ? [] : [{ type: 'image', url }];
  const mediaType = imageMediaTypes.find((type) => type === url.slice('data:'.length, comma));
  return mediaType ? [{ type: 'image', mediaType, data: url.slice(comma + ';base64,'.length) }] : [];
}

const mediaTypeOf = (format = 'wav') =>
  audioMediaTypes.find((type) =>
    type.endsWith(`/${format.replace('mp3', 'mpeg').replace('pcm16', 'pcm')}`),
  ) ?? 'audio/wav';
