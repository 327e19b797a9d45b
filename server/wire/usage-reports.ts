/** Usage, merged from all the places, names and times at which services report it. */
import type { Usage } from '../../shared/chat.ts';
import { serviceTierField } from './service-tier.ts';

/** The names of each count, in any vendor's spelling; the first that has one is read. */
const names = {
  prompt: [
    'prompt_tokens',
    'input_tokens',
    'promptTokenCount',
    'prompt_token_count',
    'promptTokens',
    'inputTokens',
    'prompt_eval_count',
    'tokens_evaluated',
  ],
  output: [
    'completion_tokens',
    'output_tokens',
    'candidatesTokenCount',
    'candidates_token_count',
    'completionTokens',
    'outputTokens',
    'generated_tokens',
    'eval_count',
    'tokens_predicted',
  ],
  total: ['total_tokens', 'totalTokenCount', 'total_token_count', 'totalTokens'],
  cachedRead: [
    'cached_tokens',
    'prompt_cache_hit_tokens',
    'cachedContentTokenCount',
    'cached_content_token_count',
    'num_cached_tokens',
    // llama-server.
    'cache_n',
  ],
  cacheWrite: ['cache_write_tokens', 'cache_creation_tokens'],
  reasoning: ['reasoning_tokens', 'thinking_tokens', 'thoughtsTokenCount', 'thoughts_token_count'],
  toolPrompt: ['toolUsePromptTokenCount', 'tool_use_prompt_token_count'],
} as const;

/** Objects within a report that hold some of its counts. */
const promptDetails = ['prompt_tokens_details', 'input_tokens_details', 'timings'] as const;
const outputDetails = ['completion_tokens_details', 'output_tokens_details'] as const;

type Report = Readonly<Record<string, unknown>>;
type PromptUsage = Pick<Usage, 'input' | 'cachedRead' | 'cacheWrite' | 'cacheWriteHour'>;

/** The sum of all reports. */
export type ReportedUsage = {
  /** Absent: no report has a count of its own. A count that no report has is 0. */
  readonly usage?: Usage;
  /** Prompt and answer together, where no report has either. */
  readonly totalTokens?: number;
};

/**
 * Collects the reports of one answer. Services send placeholders (0, −1, null) before the figures, figures that grow, the
 * whole after the finish, and parts in several events. The prompt's counts are those of the latest report that has any; a
 * field that it lacks keeps its value. The output's are the largest, since an answer only grows.
 */
export function usageReports() {
  let last: unknown;
  let prompt: Report = {};
  let output = 0;
  let reasoning = 0;
  let total = 0;
  let reasoningIsApart = false;
  let tier: Pick<Usage, 'serviceTier'> = {};

  return {
    /**
     * @param report what a service calls usage; anything else is ignored
     * @param reasoningApart the service's count of the output excludes reasoning
     */
    add(report: unknown, reasoningApart = false): void {
      if (typeof report !== 'object' || report === null || report === last) return;
      last = report;
      const fields = report as Report;
      if (promptOf(fields).input > 0) prompt = { ...prompt, ...statedFields(fields) };
      output = Math.max(output, countIn(fields, names.output));
      const thoughts = reasoningIn(fields);
      reasoning = Math.max(reasoning, thoughts);
      total = Math.max(total, countIn(fields, names.total));
      reasoningIsApart ||= reasoningApart || excludesReasoning(fields, thoughts);
      this.setTier(fields['service_tier']);
    },
    /** The service's tier, where it stands beside the usage; anything but a text is ignored. */
    setTier(reported: unknown): void {
      if (typeof reported === 'string') tier = serviceTierField(reported);
    },
    total(): ReportedUsage {
      const counted = promptOf(prompt);
      const { input, cachedRead, cacheWrite } = counted;
      if (input === 0 && output === 0 && reasoning === 0) return total > 0 ? { totalTokens: total } : {};
      const difference = input > 0 ? Math.max(0, total - input) : 0;
      // The total is right whichever way the parts are counted.
      const whole = reasoningIsApart ? difference || output + reasoning : output || difference;
      return {
        usage: {
          ...counted,
          cachedRead: Math.min(cachedRead, input),
          cacheWrite: Math.min(cacheWrite, input),
          output: whole,
          reasoning,
          ...tier,
        },
      };
    },
  };
}

/** A count of tokens; 0 for a placeholder or anything else. */
function toCount(value: unknown): number {
  const count = typeof value === 'string' ? Number(value) : value;
  return typeof count === 'number' && count > 0 && Number.isFinite(count) ? Math.round(count) : 0;
}

function countIn(report: unknown, spellings: readonly string[]): number {
  if (typeof report !== 'object' || report === null) return 0;
  for (const name of spellings) {
    const count = toCount((report as Report)[name]);
    if (count > 0) return count;
  }
  return 0;
}

const detailedCount = (report: Report, spellings: readonly string[], details: readonly string[]): number =>
  countIn(report, spellings) || Math.max(0, ...details.map((name) => countIn(report[name], spellings)));

const reasoningIn = (report: Report): number => detailedCount(report, names.reasoning, outputDetails);

/** Nearly every service includes cached tokens in the prompt's; Anthropic's names exclude them. */
function promptOf(report: Report): PromptUsage {
  const stated = countIn(report, names.prompt) + countIn(report, names.toolPrompt);
  const readApart = toCount(report['cache_read_input_tokens']);
  const writtenApart = toCount(report['cache_creation_input_tokens']);
  const hour = toCount(
    (report['cache_creation'] as Report | null | undefined)?.['ephemeral_1h_input_tokens'],
  );
  const excludesCached = toCount(report['prompt_tokens']) === 0;
  return {
    input: stated + (excludesCached ? readApart + writtenApart : 0),
    cachedRead: readApart || detailedCount(report, names.cachedRead, promptDetails),
    cacheWrite: writtenApart || detailedCount(report, names.cacheWrite, promptDetails),
    ...(hour > 0 ? { cacheWriteHour: hour } : {}),
  };
}

/** Fields with a value: null and a negative number stand for none. */
const statedFields = (report: Report): Report =>
  Object.fromEntries(
    Object.entries(report).filter(
      ([, value]) => value !== null && value !== undefined && !(Number(value) < 0),
    ),
  );

/** Whether the parts add up to the total only when reasoning is added to the output. */
function excludesReasoning(report: Report, reasoning: number): boolean {
  const total = countIn(report, names.total);
  return reasoning > 0 && total === promptOf(report).input + countIn(report, names.output) + reasoning;
}
