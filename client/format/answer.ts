/** The document of an answer: the prompt, the text so far, how it ended, and the receipt. */
import type { ModelId } from '../../shared/chat.ts';
import type { AudioPart, Citation, ImagePart } from '../../shared/content.ts';
import type { AskPart } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { withFenceClosed } from './fences.ts';
import { receiptSection } from './receipt.ts';
import { oneLine, quoteMarkdown } from './text.ts';

/** How an answer ended. Absent: it still streams. */
export type AnswerEnding =
  | { readonly type: 'complete'; readonly receipt: Receipt }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly sentence: string };

export type AnswerState = {
  readonly title: string;
  readonly prompt: string;
  readonly text: string;
  /** The model that answers. Absent: not chosen yet. */
  readonly model?: ModelId;
  /** What the model does. Absent: it has sent nothing yet. */
  readonly activity?: 'thinking' | 'answering';
  readonly note?: string;
  /** Until when a rate limit is waited for, and whose. Absent: none is. */
  readonly wait?: Omit<Extract<AskPart, { type: 'wait' }>, 'type'>;
  /** Tokens of a conversation that is compacted before it is sent. Absent: none is. */
  readonly compacting?: number;
  /** Models that failed before any text, each with its reason. */
  readonly fallbacks: readonly string[];
  /** The models that continued the text of another, in order. */
  readonly takeovers: readonly Takeover[];
  /** Texts that a restart by another model replaced, in order. */
  readonly discarded: readonly DiscardedText[];
  /** Why the same model was asked once more. Absent: it was not. */
  readonly secondRequest?: string;
  /** The text, or its end, is the model's own refusal. Absent: it is not. */
  readonly isRefusal?: true;
  /** What the text refers to, one line each. Absent: nothing. */
  readonly sources?: readonly string[];
  /** Pictures and sounds of the answer by their formats. Absent: none. */
  readonly media?: readonly string[];
  readonly ending?: AnswerEnding;
};

type Takeover = Pick<Extract<AskPart, { type: 'takeover' }>, 'from' | 'to' | 'reason'>;
type DiscardedText = Takeover & { readonly text: string };

export const emptyAnswerState = (title: string, prompt: string): AnswerState => ({
  title,
  prompt,
  text: '',
  fallbacks: [],
  takeovers: [],
  discarded: [],
});

/** The state after one more part. */
export function withAnswerPart(answer: AnswerState, part: AskPart): AnswerState {
  switch (part.type) {
    case 'start':
      return { ...withoutActivity(answer), model: part.model, ...(part.note ? { note: part.note } : {}) };
    case 'compaction':
      return { ...answer, compacting: part.tokens };
    case 'wait':
      return { ...answer, wait: { until: part.until, reason: part.reason } };
    case 'fallback':
      return { ...answer, fallbacks: [...answer.fallbacks, `${part.from}: ${part.reason}`] };
    case 'takeover':
      return { ...withoutActivity(withTakeover(answer, part)), model: part.to };
    case 'text-delta':
      return { ...answer, text: answer.text + part.text, activity: 'answering' };
    case 'reasoning-delta':
      return { ...answer, activity: answer.activity ?? 'thinking' };
    case 'second-request':
      return { ...withoutActivity(withoutExtras(answer)), text: '', secondRequest: part.reason };
    case 'text-retraction':
      return { ...answer, text: answer.text.slice(0, part.keptCharacters), activity: 'thinking' };
    case 'refusal-delta':
      return { ...answer, text: answer.text + part.text, activity: 'answering', isRefusal: true };
    case 'citation':
      return withSource(answer, part.citation);
    case 'image':
    case 'audio':
      return { ...answer, media: [...(answer.media ?? []), mediaName(part)] };
    case 'code':
    case 'tool-call':
    case 'reasoning-end':
    case 'text-signature':
    case 'hosted':
    case 'logprobs':
    case 'alternative':
    case 'finish':
      return answer;
  }
}

function withTakeover(
  answer: AnswerState,
  { from, to, mode, reason }: Extract<AskPart, { type: 'takeover' }>,
): AnswerState {
  const takeover = { from, to, reason };
  if (mode === 'continue') return { ...answer, takeovers: [...answer.takeovers, takeover] };
  if (answer.text.trim() === '')
    return { ...withoutExtras(answer), fallbacks: [...answer.fallbacks, `${from}: ${reason}`] };
  return {
    ...withoutExtras(answer),
    text: '',
    takeovers: [],
    discarded: [...answer.discarded, { ...takeover, text: answer.text }],
  };
}

/** What belongs to a text that no longer holds. */
function withoutExtras({ isRefusal: _r, sources: _s, media: _m, ...answer }: AnswerState): AnswerState {
  return answer;
}

/** Each source once, as plain text: what a model names as an address is no link of ours. */
function withSource(answer: AnswerState, { title, url, quote }: Citation): AnswerState {
  const { sources = [] } = answer;
  const source = oneLine([title, url].filter(Boolean).join(': ') || quote || '');
  return source === '' || sources.includes(source) ? answer : { ...answer, sources: [...sources, source] };
}

function mediaName(part: ImagePart | AudioPart): string {
  const format = 'mediaType' in part && part.mediaType ? ` (${part.mediaType})` : '';
  return `${part.type === 'image' ? 'A picture' : 'A sound'}${format}`;
}

/** The current model has sent nothing yet. */
function withoutActivity({ activity: _, ...answer }: AnswerState): AnswerState {
  return answer;
}

/** The whole document. */
export function answerDocument(answer: AnswerState): string {
  const { text, ending } = answer;
  const receipt = ending?.type === 'complete' ? ending.receipt : undefined;
  const { note } = answer;
  const sections = [
    `# ${answer.title}`,
    quoteMarkdown(answer.prompt),
    // A complete answer has it in its receipt.
    ...(note && !receipt ? [`**Note:** ${oneLine(note)}`] : []),
    ...answer.fallbacks.map((fallback) => `*Not answered by ${oneLine(fallback)}*`),
    ...answer.discarded.map(discardedSection),
    ...(answer.discarded.length > 0 && (text || !ending) ? ['---'] : []),
    ...(text ? [withFenceClosed(text.trimEnd())] : []),
    ...(answer.isRefusal ? ['*The model declined, in the words above.*'] : []),
    ...(answer.media ?? []).map((name) => `*${name} of the answer is not shown here.*`),
    ...(answer.sources ? [sourcesSection(answer.sources)] : []),
    ...answer.takeovers.map(({ from, to, reason }) => {
      const why = receipt ? '. The receipt says where and why.' : `: ${reason}`;
      return `*${oneLine(`${takeoverText({ from, to })}${why}`)}*`;
    }),
    ...(ending ? [] : [`*${oneLine(answerProgress(answer))}*`]),
    ...(ending?.type === 'stopped'
      ? [`---\n\n**Stopped by you.**${text ? ' The text received so far is above.' : ''}`]
      : []),
    ...(ending?.type === 'failed'
      ? [`---\n\n**${text ? 'Incomplete' : 'Not answered'}:** ${oneLine(ending.sentence)}`]
      : []),
    ...(receipt ? [`---\n\n${receiptSection(receipt, text).trimEnd()}`] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** As code, so that nothing in them is Markdown. */
const sourcesSection = (sources: readonly string[]): string =>
  `**Sources**\n\n${sources.map((source, index) => `${index + 1}. \`${source.replaceAll('`', "'")}\``).join('\n')}`;

/** Quoted, so that an open code fence ends with the quotation. */
const discardedSection = ({ from, to, reason, text }: DiscardedText): string =>
  `**Discarded**, ${oneLine(`from ${from}: ${reason} ${to} starts over below.`)}\n\n${quoteMarkdown(text)}`;

/** What happens now, in a few words. */
export function answerProgress({ model, activity, wait, compacting }: AnswerState): string {
  if (!model && wait) return `waiting until ${new Date(wait.until).toLocaleTimeString()}: ${wait.reason}`;
  if (compacting && !activity) return `compacting a conversation of about ${compacting} tokens…`;
  if (!model) return 'choosing a model…';
  if (!activity) return `waiting for ${model}…`;
  return activity === 'thinking' ? `${model} is thinking…` : `${model} is answering…`;
}

/** Which model took over from which. A model without alternatives continues after itself. */
export const takeoverText = ({ from, to }: Pick<Takeover, 'from' | 'to'>): string =>
  from === to ? `${to} continued after an interruption` : `${to} took over from ${from}`;

/** That this is not the first text, in a few words. Absent: it is. */
export function takeoverNote({ takeovers, discarded, secondRequest }: AnswerState): string | undefined {
  if (secondRequest) return `asked once more: ${secondRequest}`;
  const last = takeovers.at(-1) ?? discarded.at(-1);
  if (!last) return undefined;
  return last.from === last.to ? 'continued after an interruption' : `took over from ${last.from}`;
}
