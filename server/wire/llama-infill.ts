/** llama-server's own fill in the middle. https://github.com/ggml-org/llama.cpp/tree/master/tools/server#post-infill-for-code-infilling */
import type { FillRequest, FinishReason } from '../../shared/chat.ts';
import { isEndMarker } from '../platform/stream-event.ts';
import { finishState } from './finish-state.ts';
import { finishReasonIn } from './finish-words.ts';
import type { StreamDecoder, StreamFormat } from './wire-format.ts';

export const llamaInfill: StreamFormat<FillRequest> = {
  framing: 'sse',
  encode: (model, { prefix, suffix, snippets, maxOutputTokens, ...limits }) => ({
    // The path has no version.
    path: '/../infill',
    body: {
      // Read by the router only.
      model,
      // The server drops them when they do not fit its context together with prefix and suffix.
      ...(snippets?.length
        ? { input_extra: snippets.map(({ name, text }) => ({ filename: name, text })) }
        : {}),
      input_prefix: prefix,
      input_suffix: suffix,
      stream: true,
      ...(maxOutputTokens === undefined ? {} : { n_predict: maxOutputTokens }),
      ...llamaLimits(limits),
    },
  }),
  decoder: infillDecoder,
};

/** Fields that llama-server takes with any prompt, at each of its addresses. */
export const llamaLimits = ({
  stop,
  temperature,
  slot,
  budgetMs,
}: Pick<FillRequest, 'stop' | 'temperature' | 'slot' | 'budgetMs'>): object => ({
  ...(stop?.length ? { stop } : {}),
  ...(temperature === undefined ? {} : { temperature }),
  // Older servers do not cache by default.
  cache_prompt: true,
  ...(slot === undefined ? {} : { id_slot: slot }),
  ...(budgetMs === undefined ? {} : { t_max_predict_ms: Math.max(1, Math.round(budgetMs)) }),
});

type Event = {
  readonly content: unknown;
  readonly stop: unknown;
  readonly stop_type: unknown;
};

/** The last event has `stop: true`; no end marker follows it. */
function infillDecoder(): StreamDecoder {
  const end = finishState();
  return {
    mayEnd: () => end.mayEnd(),
    reportedUsage: () => end.usage.partial(),
    read({ event: name, data }) {
      if (end.isFinished()) return [];
      if (isEndMarker(data)) return end.mark();
      const event = end.read<Event>(data, name);
      if (!event) return [];
      const { content } = event;
      if (typeof content === 'string') end.seen = true;
      const text =
        typeof content === 'string' && content ? [{ type: 'text-delta' as const, text: content }] : [];
      if (event.stop !== true) return text;
      end.setReason(finishReasonIn(reasons, event.stop_type));
      return text;
    },
    end: () => end.end(),
  };
}

const reasons: Readonly<Record<string, FinishReason>> = { eos: 'stop', word: 'stop', limit: 'length' };
