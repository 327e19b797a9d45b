/** The words by which services and gateways say why an answer ended, in each wire and in the places where they stand. */
import type { FinishReason } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';

/** Words for “none yet”: the default of an enumeration, or a null that became text. */
const noReason =
  /^(?:|null|none|undefined|nil|(?:finish_reason_)?unspecified|not_?finished|unfinished|in_progress|continue)$/i;

/** A vendor's word for why an answer ended; `undefined` for one that says it has not. */
export const finishWord = (value: unknown): string | undefined =>
  typeof value === 'string' && !noReason.test(value.trim()) ? value : undefined;

/** What a word means that a wire's own table does not have; the first match decides. `failed`: the service broke off. */
const families: readonly (readonly [reason: FinishReason | 'failed', pattern: RegExp])[] = [
  [
    'content-filter',
    /filter|safety|sensitive|refus|guardrail|toxic|block_?list|prohibited|recitation|spii|moderat|inspection|policy/,
  ],
  ['failed', /rate_limit|quota/],
  ['length', /length|limit|max_\w{0,30}tokens|token_budget|truncat|context/],
  [
    'failed',
    /error|abort|cancel|fail|time_?out|exception|interrupt|disconnect|insufficient|unavailable|overload|malformed/,
  ],
  ['tool-calls', /^(?:tool|function)/],
  ['stop', /^(?:stop|eos|eot|end|complete|finish|done|normal|success)/],
];

/**
 * The finish reason of a vendor's word, by the wire's table, else by what such words mean elsewhere: gateways leave those
 * of the service behind them. `other` for one that neither knows. Throws `interrupted` for a word that reports a failure.
 */
export function finishReasonIn(table: Readonly<Record<string, FinishReason>>, word: unknown): FinishReason {
  if (typeof word !== 'string') return 'other';
  const reason = Object.hasOwn(table, word) ? table[word] : undefined;
  if (reason) return reason;
  const plain = word
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  const family = families.find(([, pattern]) => pattern.test(plain))?.[0] ?? 'other';
  if (family === 'failed')
    throw new RumboError('The service did not finish its answer.', { kind: 'interrupted' });
  return family;
}

type EndFields = Readonly<Record<string, unknown>>;

/** Other names of `finish_reason`: Gemini's OpenAI address, Anthropic behind copies, OpenRouter, and older models. */
const otherNames = ['finishReason', 'stop_reason', 'native_finish_reason', 'done_reason', 'finish_details'];

const finishNames = ['finish_reason', ...otherNames];

/** Whether a choice has a value under another name, which may be its finish reason. */
export function hasOtherFinishField(choice: object): boolean {
  for (const name of otherNames) if ((choice as EndFields)[name] != null) return true;
  return false;
}

/** The finish word in a choice, its delta or its event. `undefined`: it has not ended. @param places outermost last */
export function finishWordIn(places: readonly (object | null | undefined)[]): string | undefined {
  for (const place of places) {
    if (!place) continue;
    for (const name of finishNames) {
      const word = finishWord(plainWord((place as EndFields)[name]));
      // vLLM's `stop_reason` is the text or the token that ended the answer.
      if (word !== undefined && (name !== 'stop_reason' || /^[a-z_]{3,}$/.test(word))) return word;
    }
  }
  return undefined;
}

/** SGLang's own reason is an object, and a few copies send a list. */
function plainWord(value: unknown): unknown {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'object' && first !== null ? (first as EndFields)['type'] : first;
}
