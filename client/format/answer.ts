/** The document an answer is read in: what was asked, the text so far, how it ended, and the receipt. */
import type { ModelId } from '../../shared/chat.ts';
import type { AskPart } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { withFenceClosed } from './fences.ts';
import { receiptSection } from './receipt.ts';
import { oneLine, quoted } from './text.ts';

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
  /** What it is doing. Absent: nothing has come from it yet. */
  readonly doing?: 'thinking' | 'answering';
  readonly note?: string;
  /** Models that were asked before, with why they did not answer. */
  readonly fallbacks: readonly string[];
  /** Who went on with the text, after whom, and why. Its seams, in order. */
  readonly takeovers: readonly Takeover[];
  /** What no longer holds, because another model began anew. In order. */
  readonly aside: readonly Aside[];
  readonly ending?: Ending;
};

type Takeover = Pick<Extract<AskPart, { type: 'resume' }>, 'from' | 'to' | 'reason'>;
type Aside = Takeover & { readonly text: string };

export const emptyAnswer = (title: string, prompt: string): Answer => ({
  title,
  prompt,
  text: '',
  fallbacks: [],
  takeovers: [],
  aside: [],
});

/** The answer with one more part. */
export function withPart(answer: Answer, part: AskPart): Answer {
  switch (part.type) {
    case 'start':
      return { ...silent(answer), model: part.model, ...(part.note ? { note: part.note } : {}) };
    case 'fallback':
      return { ...answer, fallbacks: [...answer.fallbacks, `${part.from}: ${part.reason}`] };
    case 'resume':
      return { ...silent(resumed(answer, part)), model: part.to };
    case 'text-delta':
      return { ...answer, text: answer.text + part.text, doing: 'answering' };
    case 'reasoning-delta':
      return { ...answer, doing: answer.doing ?? 'thinking' };
    case 'code':
    case 'tool-call':
    case 'finish':
      return answer;
  }
}

function resumed(answer: Answer, { from, to, how, reason }: Extract<AskPart, { type: 'resume' }>): Answer {
  const takeover = { from, to, reason };
  if (how === 'continue') return { ...answer, takeovers: [...answer.takeovers, takeover] };
  if (answer.text.trim() === '') return { ...answer, fallbacks: [...answer.fallbacks, `${from}: ${reason}`] };
  return { ...answer, text: '', takeovers: [], aside: [...answer.aside, { ...takeover, text: answer.text }] };
}

/** Nothing has come yet from the model that is asked now. */
function silent({ doing: _, ...answer }: Answer): Answer {
  return answer;
}

/** The whole document. */
export function answerDocument(answer: Answer): string {
  const { text, ending } = answer;
  const receipt = ending?.type === 'complete' ? ending.receipt : undefined;
  const note = receipt?.note ?? answer.note;
  const sections = [
    `# ${answer.title}`,
    quoted(answer.prompt),
    ...(note ? [`**Note:** ${oneLine(note)}`] : []),
    ...answer.fallbacks.map((fallback) => `*Not answered by ${oneLine(fallback)}*`),
    ...answer.aside.map(asideSection),
    ...(answer.aside.length > 0 && (text || !ending) ? ['---'] : []),
    ...(text ? [withFenceClosed(text.trimEnd())] : []),
    ...answer.takeovers.map(({ from, to, reason }) => {
      const why = receipt ? '. The receipt says where and why.' : `: ${reason}`;
      return `*${oneLine(`${tookOver({ from, to })}${why}`)}*`;
    }),
    ...(ending ? [] : [`*${oneLine(progress(answer))}*`]),
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
const asideSection = ({ from, to, reason, text }: Aside): string =>
  `**Put aside**, ${oneLine(`from ${from}: ${reason} ${to} begins anew below.`)}\n\n${quoted(text)}`;

/** What is happening, in a few words. */
export function progress({ model, doing }: Answer): string {
  if (!model) return 'choosing a model…';
  if (!doing) return `waiting for ${model}…`;
  return doing === 'thinking' ? `${model} is thinking…` : `${model} is answering…`;
}

/** Who went on after whom. A model that is the only one goes on after itself. */
export const tookOver = ({ from, to }: Pick<Takeover, 'from' | 'to'>): string =>
  from === to ? `${to} was asked to go on` : `${to} took over from ${from}`;

/** That the model that answers was not the first to say something, in a few words. Absent: it was. */
export function takenOver({ takeovers, aside }: Answer): string | undefined {
  const last = takeovers.at(-1) ?? aside.at(-1);
  if (!last) return undefined;
  return last.from === last.to ? 'once more, for it broke off' : `took over from ${last.from}`;
}
