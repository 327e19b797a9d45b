/** The route of a request as Markdown: candidates in order, and excluded models with reasons. */
import type { Candidate, Exclusion, ExplainResult } from '../../shared/protocol.ts';
import { formatDollars, oneLine, quoteMarkdown } from './text.ts';

export function explanationDocument(prompt: string, result: ExplainResult, locale?: string): string {
  const { task, difficulty, confidence, abstained, strategy, candidates, excluded } = result;
  const sections = [
    '# Route explained',
    quoteMarkdown(prompt),
    'Nothing was sent to any provider and no tokens were spent.',
    [
      `- **Task:** ${task.replaceAll('_', ' ')} (${abstained ? 'the prompt is too short to classify' : `${Math.round(confidence * 100)} % sure`}; wrong? **Rumbo: Correct Task Type**)`,
      `- **Difficulty:** ${difficulty.toFixed(2)} of 1`,
      `- **Strategy:** ${strategy}`,
    ].join('\n'),
    '## Candidates, in order',
    candidates.length > 0
      ? candidates.map((candidate, index) => candidateLines(candidate, index + 1)).join('\n')
      : 'No model can answer this request now. Add a key, start a local engine, or add an endpoint to `rumbo.providers`.',
    ...(excluded.length > 0
      ? [
          '## Excluded models',
          groupExclusions(excluded)
            .map((group) => exclusionLine(group, locale))
            .join('\n'),
        ]
      : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function candidateLines({ model, reasons, costUsd, ...tokens }: Candidate, index: number): string {
  return [
    `${index}. **${oneLine(model)}**, ${predictedCost(costUsd)}`,
    ...reasons.map((reason) => `   - ${oneLine(reason)}`),
    `   - ${promptLine(tokens)}`,
  ].join('\n');
}

function predictedCost(cost: Candidate['costUsd']): string {
  if (!cost) return 'price unknown';
  if (cost.worst === 0) return 'free';
  return `about ${formatDollars(cost.low)} to ${formatDollars(cost.high)}, at most ${formatDollars(cost.worst)}`;
}

const promptLine = ({ promptTokens, promptError }: Pick<Candidate, 'promptTokens' | 'promptError'>): string =>
  `Prompt: about ${promptTokens.toLocaleString('en-US')} tokens${
    promptError === null ? '' : `, give or take ${Math.max(1, Math.round(promptError * 100))} %`
  }.`;

/** Exclusions grouped by provider and reason. */
function groupExclusions(excluded: readonly Exclusion[]): readonly (readonly Exclusion[])[] {
  const keyOf = ({ model, rule, reason, until }: Exclusion) =>
    JSON.stringify([model.split('/', 1), rule, reason, until]);
  return [...Map.groupBy(excluded, keyOf).values()];
}

function exclusionLine(group: readonly Exclusion[], locale?: string): string {
  const models = group.map(({ model }) => `**${oneLine(model)}**`).join(', ');
  const [{ rule, reason, until } = { rule: '', reason: '', until: undefined }] = group;
  const available = until ? ` Available again at ${new Date(until).toLocaleTimeString(locale)}.` : '';
  return `- ${models} (rule: ${oneLine(rule)}): ${oneLine(reason)}${available}`;
}
