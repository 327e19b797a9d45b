/** The document an answer is read in: what was asked, the text so far, how it ended, and the receipt. */
import type { ModelId } from '../../shared/chat.ts';
import type { AskPart } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { receiptSection } from './receipt.ts';
import { oneLine, quoted } from './words.ts';

/** How an answer ended. Absent while it is arriving. */
export type Ending =
  | { readonly type: 'complete'; readonly receipt: Receipt }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly sentence: string };

export type Answer = {
  readonly title: string;
  readonly prompt: string;
  readonly text: string;
  /** The model that is answering. Absent until it is known. */
  readonly model?: ModelId;
  readonly thinking?: boolean;
  readonly note?: string;
  /** Models that were asked before, with why they did not answer. */
  readonly fallbacks: readonly string[];
  readonly ending?: Ending;
};

export const emptyAnswer = (title: string, prompt: string): Answer => ({
  title,
  prompt,
  text: '',
  fallbacks: [],
});

/** The answer with one more part. */
export function withPart(answer: Answer, part: AskPart): Answer {
  switch (part.type) {
    case 'start':
      return { ...answer, model: part.model, ...(part.note ? { note: part.note } : {}) };
    case 'fallback':
      return { ...answer, fallbacks: [...answer.fallbacks, `${part.from}: ${part.reason}`] };
    case 'text-delta':
      return { ...answer, text: answer.text + part.text, thinking: false };
    case 'reasoning-delta':
      return { ...answer, thinking: answer.text === '' };
    case 'resume':
    case 'code':
    case 'tool-call':
    case 'finish':
      return answer;
  }
}

/** The whole document. */
export function answerDocument(answer: Answer): string {
  const { ending } = answer;
  const receipt = ending?.type === 'complete' ? ending.receipt : undefined;
  const note = receipt?.note ?? answer.note;
  const sections = [
    `# ${answer.title}`,
    quoted(answer.prompt),
    ...(note ? [`**Note:** ${oneLine(note)}`] : []),
    ...answer.fallbacks.map((fallback) => `*Not answered by ${oneLine(fallback)}*`),
    ...(answer.text ? [answer.text.trimEnd()] : []),
    ...(ending ? [] : [`*${oneLine(progress(answer))}*`]),
    ...(ending?.type === 'stopped'
      ? [`---\n\n**Stopped by you.**${answer.text ? ' What had arrived is kept above.' : ''}`]
      : []),
    ...(ending?.type === 'failed'
      ? [`---\n\n**${answer.text ? 'Incomplete' : 'Not answered'}:** ${oneLine(ending.sentence)}`]
      : []),
    ...(receipt ? [`---\n\n${receiptSection(receipt).trimEnd()}`] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** What is happening, in a few words. */
export function progress({ model, text, thinking }: Answer): string {
  if (!model) return 'choosing a model…';
  if (thinking) return `${model} is thinking…`;
  return text ? `${model} is answering…` : `waiting for ${model}…`;
}
