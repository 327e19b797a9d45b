/** The document an answer is read in: what was asked, the text so far, how it ended, and the receipt. */
import type { ModelId } from '../../shared/chat.ts';
import type { AskPart } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { withFenceClosed } from './fences.ts';
import { receiptSection } from './receipt.ts';
import { oneLine, quoteMarkdown } from './text.ts';

/** How an answer ended. Absent while it is arriving. */
export type AnswerEnding =
  | { readonly type: 'complete'; readonly receipt: Receipt }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly sentence: string };

export type AnswerState = {
  readonly title: string;
  readonly prompt: string;
  readonly text: string;
  /** The model that is answering. Absent until it is known. */
  readonly model?: ModelId;
  /** What it is doing. Absent: nothing has come from it yet. */
  readonly activity?: 'thinking' | 'answering';
  readonly note?: string;
  /** Models that were asked before, with why they did not answer. */
  readonly fallbacks: readonly string[];
  /** Who went on with the text, after whom, and why. Its seams, in order. */
  readonly takeovers: readonly Takeover[];
  /** What no longer holds, because another model began anew. In order. */
  readonly discarded: readonly DiscardedText[];
  readonly ending?: AnswerEnding;
};

type Takeover = Pick<Extract<AskPart, { type: 'takeover' }>, 'from' | 'to' | 'reason'>;
type DiscardedText = Takeover & { readonly text: string };

export const emptyAnswer = (title: string, prompt: string): AnswerState => ({
  title,
  prompt,
  text: '',
  fallbacks: [],
  takeovers: [],
  discarded: [],
});

/** The answer with one more part. */
export function withAnswerPart(answer: AnswerState, part: AskPart): AnswerState {
  switch (part.type) {
    case 'start':
      return { ...silent(answer), model: part.model, ...(part.note ? { note: part.note } : {}) };
    case 'fallback':
      return { ...answer, fallbacks: [...answer.fallbacks, `${part.from}: ${part.reason}`] };
    case 'takeover':
      return { ...silent(resumed(answer, part)), model: part.to };
    case 'text-delta':
      return { ...answer, text: answer.text + part.text, activity: 'answering' };
    case 'reasoning-delta':
      return { ...answer, activity: answer.activity ?? 'thinking' };
    case 'code':
    case 'tool-call':
    case 'finish':
      return answer;
  }
}

function resumed(
  answer: AnswerState,
  { from, to, mode, reason }: Extract<AskPart, { type: 'takeover' }>,
): AnswerState {
  const takeover = { from, to, reason };
  if (mode === 'continue') return { ...answer, takeovers: [...answer.takeovers, takeover] };
  if (answer.text.trim() === '') return { ...answer, fallbacks: [...answer.fallbacks, `${from}: ${reason}`] };
  return {
    ...answer,
    text: '',
    takeovers: [],
    discarded: [...answer.discarded, { ...takeover, text: answer.text }],
  };
}

/** Nothing has come yet from the model that is asked now. */
function silent({ activity: _, ...answer }: AnswerState): AnswerState {
  return answer;
}

/** The whole document. */
export function answerDocument(answer: AnswerState): string {
  const { text, ending } = answer;
  const receipt = ending?.type === 'complete' ? ending.receipt : undefined;
  const note = receipt?.note ?? answer.note;
  const sections = [
    `# ${answer.title}`,
    quoteMarkdown(answer.prompt),
    ...(note ? [`**Note:** ${oneLine(note)}`] : []),
    ...answer.fallbacks.map((fallback) => `*Not answered by ${oneLine(fallback)}*`),
    ...answer.discarded.map(asideSection),
    ...(answer.discarded.length > 0 && (text || !ending) ? ['---'] : []),
    ...(text ? [withFenceClosed(text.trimEnd())] : []),
    ...answer.takeovers.map(({ from, to, reason }) => {
      const why = receipt ? '. The receipt says where and why.' : `: ${reason}`;
      return `*${oneLine(`${takeoverText({ from, to })}${why}`)}*`;
    }),
    ...(ending ? [] : [`*${oneLine(answerProgress(answer))}*`]),
    ...(ending?.type === 'stopped'
      ? [`---\n\n**Stopped by you.**${text ? ' What had arrived is kept above.' : ''}`]
      : []),
    ...(ending?.type === 'failed'
      ? [`---\n\n**${text ? 'Incomplete' : 'Not answered'}:** ${oneLine(ending.sentence)}`]
      : []),
    ...(receipt ? [`---\n\n${receiptSection(receipt, text).trimEnd()}`] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A quotation, which ends its own code fences. */
const asideSection = ({ from, to, reason, text }: DiscardedText): string =>
  `**Put aside**, ${oneLine(`from ${from}: ${reason} ${to} begins anew below.`)}\n\n${quoteMarkdown(text)}`;

/** What is happening, in a few words. */
export function answerProgress({ model, activity }: AnswerState): string {
  if (!model) return 'choosing a model…';
  if (!activity) return `waiting for ${model}…`;
  return activity === 'thinking' ? `${model} is thinking…` : `${model} is answering…`;
}

/** Who went on after whom. A model that is the only one goes on after itself. */
export const takeoverText = ({ from, to }: Pick<Takeover, 'from' | 'to'>): string =>
  from === to ? `${to} was asked to go on` : `${to} took over from ${from}`;

/** That the model that answers was not the first to say something, in a few words. Absent: it was. */
export function takeoverNote({ takeovers, discarded }: AnswerState): string | undefined {
  const last = takeovers.at(-1) ?? discarded.at(-1);
  if (!last) return undefined;
  return last.from === last.to ? 'once more, for it broke off' : `took over from ${last.from}`;
}
