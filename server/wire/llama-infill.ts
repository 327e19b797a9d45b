/** llama-server's own fill in the middle. https://github.com/ggml-org/llama.cpp/tree/master/tools/server#post-infill-for-code-infilling */
import type { FillRequest, FinishReason } from '../../shared/chat.ts';
import { answerEnd, reasonIn, tokens } from './answer-end.ts';
import { streamError } from './refusals.ts';
import type { Decoder, StreamFormat } from './wire-format.ts';

export const llamaInfill: StreamFormat<FillRequest> = {
  framing: 'sse',
  encode: (model, { prefix, suffix, maxOutputTokens, stop }) => ({
    // There is none below the version.
    path: '/../infill',
    body: {
      // Read by the router only.
      model,
      input_prefix: prefix,
      input_suffix: suffix,
      stream: true,
      ...(maxOutputTokens === undefined ? {} : { n_predict: maxOutputTokens }),
      ...(stop?.length ? { stop } : {}),
    },
  }),
  decoder: nativeDecoder,
};

type Event = {
  readonly content: unknown;
  readonly stop: unknown;
  readonly stop_type: unknown;
  readonly tokens_evaluated: unknown;
  readonly tokens_predicted: unknown;
  readonly timings: { readonly cache_n?: unknown } | null;
  readonly error: unknown;
};

/** The last event says `stop: true`; no marker follows it. */
function nativeDecoder(): Decoder {
  const end = answerEnd();
  return {
    get ending() {
      return end.reason !== undefined;
    },
    read({ event: name, data }) {
      if (end.finished) return [];
      const event = end.read<Event>(data);
      if (!event) {
        if (name === 'error') throw streamError({ error: data });
        return [];
      }
      if (event.error || name === 'error') throw streamError(event);
      const { content } = event;
      if (typeof content === 'string') end.seen = true;
      const text =
        typeof content === 'string' && content ? [{ type: 'text-delta' as const, text: content }] : [];
      if (event.stop !== true) return text;
      end.reason = reasonIn(reasons, event.stop_type);
      end.usage = {
        input: tokens(event.tokens_evaluated),
        cachedRead: tokens(event.timings?.cache_n),
        cacheWrite: 0,
        output: tokens(event.tokens_predicted),
        reasoning: 0,
      };
      return [...text, ...end.settle()];
    },
    end: () => end.end(),
  };
}

const reasons: Readonly<Record<string, FinishReason>> = { eos: 'stop', word: 'stop', limit: 'length' };
