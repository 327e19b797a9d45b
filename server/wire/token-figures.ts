/** Figures in the sentences by which services reject a request as too long. */

/** Tokens. */
export type ContextFigures = {
  /** Of prompt and answer together, or of the prompt alone; `undefined`: not named. */
  readonly requested?: number;
  /** Of the prompt alone. Absent: not named. */
  readonly prompt?: number;
  /** What the model accepts. */
  readonly allowed: number;
};

const number = String.raw`(\d[\d,._]*\d|\d)`;
type Group = 'requested' | 'prompt' | 'allowed' | 'answer';

/** Each vendor's sentence, with `#` for a figure, and the meaning of each figure in it. */
const overflowSentences: readonly (readonly [pattern: RegExp, groups: readonly Group[]])[] = (
  [
    // Anthropic: “input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000”.
    ['context limit: # \\+ # > #', ['prompt', 'answer', 'allowed']],
    // Anthropic: “prompt is too long: 213423 tokens > 200000 maximum”.
    ['# tokens > #', ['prompt', 'allowed']],
    // Gemini: “The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).”
    ['token count \\(#\\) exceeds[^(]*\\(#\\)', ['prompt', 'allowed']],
    ['token count of # exceeds the limit of #', ['prompt', 'allowed']],
    // OpenAI, DeepSeek, older vLLM; the figures in brackets may be absent.
    [
      'maximum (?:context|model|sequence) length (?:is|of) #\\D+?requested #[^(]{0,20}\\(# in the (?:messages|prompt)',
      ['allowed', 'requested', 'prompt'],
    ],
    // vLLM: “… maximum context length is 8192 tokens. However, you requested 16384 output tokens and your prompt contains at least 35”.
    [
      'maximum context length is #\\D+?requested # output tokens and your prompt contains (?:at least )?# input tokens',
      ['allowed', 'answer', 'prompt'],
    ],
    // SGLang: “… maximum context length of 8192 tokens. You requested a total of 16419 tokens: 35 tokens from the input …”.
    [
      'maximum context length of #\\D+?requested a total of # tokens: # tokens from the input',
      ['allowed', 'requested', 'prompt'],
    ],
    // vLLM: “This model's maximum context length is 8192 tokens and your request has 35 input tokens”.
    ['maximum (?:context|model) length is #\\D+?request has # input tokens', ['allowed', 'prompt']],
    // OpenAI: “… maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens”.
    ['maximum (?:context|model) length is #\\D+?messages resulted in # tokens', ['allowed', 'prompt']],
    // xAI: “This model's maximum prompt length is 131072 but the request contains 170000 tokens.”
    ['maximum prompt length is #\\D+?contains # tokens', ['allowed', 'prompt']],
    ['maximum (?:context|model|input|prompt) length (?:is|of) #\\D+#', ['allowed', 'requested']],
    // TGI: “`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 35 `inputs` tokens and 16384 `max_new_tokens`”.
    ['must be <= #\\. Given: # `?inputs`? tokens and #', ['allowed', 'prompt', 'answer']],
    ['must have less than # tokens\\. Given: #', ['allowed', 'prompt']],
    // TensorRT-LLM: “The sum of prompt length (35.0) and query length (0) max_new_tokens (16384) should not exceed … (8192)”.
    [
      'prompt length \\(#\\).{0,60}?max_\\w+ \\(#\\) should not exceed .{0,60}?\\(#\\)',
      ['prompt', 'answer', 'allowed'],
    ],
    // Cloudflare: “The estimated number of input and maximum output tokens (16420) exceeded this model context window limit (8192).”
    ['output tokens \\(#\\) exceeded .{0,30}?context window limit \\(#\\)', ['requested', 'allowed']],
    // SambaNova: “The maximum context length of model x is 8192. However, answering your request will take 16419 tokens.”
    ['maximum context length of model \\S{1,120} is #\\D{1,60}?will take # tokens', ['allowed', 'requested']],
    // RKLLM: “Prompt is 9000 tokens but the model context window is 4096 tokens.”
    ['prompt is # tokens .{0,30}?context (?:window|length|size) is #', ['prompt', 'allowed']],
    // watsonx: “the number of input tokens 9000 cannot exceed the total tokens limit 8192 for this model”.
    ['input tokens # cannot exceed the total tokens limit #', ['prompt', 'allowed']],
    // Mistral: “Prompt contains 40000 tokens …, too large for model with 32768 maximum context length”.
    ['contains # tokens.{0,60}?with # maximum context', ['prompt', 'allowed']],
    // vLLM: “The decoder prompt (length 9000) is longer than the maximum model length of 8192.”
    ['\\(length #\\) is longer than the maximum model length of #', ['prompt', 'allowed']],
    // SGLang: “The input (9000 tokens) is longer than the model's context length (8192 tokens).”
    [
      '\\(# tokens\\) (?:is longer than|exceeds) .{0,40}?context (?:length|size|window) \\(#',
      ['prompt', 'allowed'],
    ],
    // LM Studio: “n_keep: 9000 >= n_ctx: 4096”, “n_keep (9000) >= n_ctx (4096)”, “Trying to keep the first 9000 tokens …”.
    ['n_keep:? \\(?#\\)?\\s*>=\\s*n_ctx:? \\(?#', ['prompt', 'allowed']],
    ['first # tokens .{0,80}?context length of only # tokens', ['prompt', 'allowed']],
    // Moonshot: “Your request exceeded model token limit: 8192 (requested: 9000)”.
    ['token limit: # \\(requested: #\\)', ['allowed', 'requested']],
    // Cerebras: “Current length is 9000 while limit is 8192”.
    ['length is # while limit is #', ['requested', 'allowed']],
    // Groq: “Request too large … on tokens per minute (TPM): Limit 6000, Requested 8123”.
    ['Limit #, Requested #', ['allowed', 'requested']],
    ['(?:limit|maximum) (?:for this model )?is # tokens', ['allowed']],
    ['token limit: #', ['allowed']],
    ['(?:context (?:length|size|window)|max(?:imum)? size)(?: is|:| of)? ?\\(?# tokens', ['allowed']],
    ['maximum (?:context|model|input|prompt) length (?:is|of) #', ['allowed']],
    ['input length should be \\[\\d+, #\\]', ['allowed']],
  ] as const
).map(([sentence, groups]) => [new RegExp(sentence.replaceAll('#', number), 'is'), groups]);

/** The figures of a sentence about a prompt that is too long. `undefined`: there are none. */
export function contextFigures(text: string): ContextFigures | undefined {
  for (const [pattern, groups] of overflowSentences) {
    const match = pattern.exec(text);
    if (!match) continue;
    const figure = (group: Group): number | undefined => {
      const index = groups.indexOf(group);
      return index < 0 ? undefined : parseFigure(match[index + 1]);
    };
    const allowed = figure('allowed');
    if (allowed === undefined) continue;
    const prompt = figure('prompt');
    const answer = figure('answer');
    const requested = figure('requested') ?? (answer === undefined ? prompt : (prompt ?? 0) + answer);
    return {
      allowed,
      ...(requested === undefined ? {} : { requested }),
      ...(prompt === undefined ? {} : { prompt }),
    };
  }
  return undefined;
}

/** `8,192`, `8_192`, `8192`; `undefined`: no figure. */
export function parseFigure(text: string | undefined): number | undefined {
  const figure = Number((text ?? '').replace(/[,_]|\.(?=\d{3}(?:\D|$))/g, ''));
  return text && Number.isSafeInteger(figure) && figure > 0 ? figure : undefined;
}
