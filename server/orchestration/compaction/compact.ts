/**
 * Makes a conversation fit: older tool results are summarised first, then older turns. What remains keeps its order, its
 * beginning stays the same from turn to turn, and what the user has written last is never changed. Pure but for `summarise`.
 */
import type { Message } from '../../../shared/chat.ts';
import { textOf, toolCallsOf } from '../../../shared/message-parts.ts';
import { promptTokens } from '../../routing/tokens.ts';
import { decisionsIn, identifiersIn, mediaIn, shortened, transcriptOf } from './transcript.ts';

/** A text to be summarised. */
export type SummaryItem = { readonly title: string; readonly text: string; readonly maxCharacters: number };

/** Summaries in the order of the items. `undefined`: no model wrote one, and the text is shortened instead. */
export type Summarise = (items: readonly SummaryItem[]) => Promise<readonly (string | undefined)[]>;

export type CompactedHistory = {
  readonly messages: readonly Message[];
  /** Tool results that are shorter now. */
  readonly toolResults: number;
  /** Messages that one summary stands for. */
  readonly turns: number;
  /** Texts that were shortened without a model. */
  readonly shortened: number;
  /** How many messages of the original are replaced by the first `replaced.length` of `messages`; the rest follows as it was. */
  readonly cut: number;
  readonly replaced: readonly Message[];
};

/** Of the tokens that may remain: for the latest messages, and for the user's own earlier words. */
const tailShare = 0.4;
const ownWordsShare = 0.15;
/** Tokens from which a tool result is worth a summary. */
const minResultTokens = 150;
const charactersPerToken = 3;
const resultCharacters = 900;

/**
 * @param goal tokens that the messages may have afterwards
 * @returns `undefined`: there is nothing that could be summarised, or it would not be enough
 */
export async function compactConversation(
  messages: readonly Message[],
  goal: number,
  summarise: Summarise,
): Promise<CompactedHistory | undefined> {
  const head = headLength(messages);
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  const unchanged = messages.filter((_, index) => index < head || index === lastUser);
  if (tokensOf(unchanged) > goal) return undefined;
  const tail = tailStart(messages, head, goal * tailShare);
  let counts = { toolResults: 0, turns: 0, shortened: 0 };
  let current = messages;

  const older = resultsToShorten(current, head, tail);
  if (older.length > 0) {
    const done = await shortenResults(current, older, goal, summarise);
    current = done.messages;
    counts = { ...counts, toolResults: done.count, shortened: done.shortened };
    if (tokensOf(current) <= goal) return result(current, tail, counts);
  }
  if (tail > head) {
    const region = current.slice(head, tail);
    const lastRequest = lastUser >= head && lastUser < tail ? [current[lastUser] as Message] : [];
    const summary = await summaryOf(
      region.filter((message) => !lastRequest.includes(message)),
      goal,
      summarise,
    );
    const replaced = [...current.slice(0, head), summary.message, ...lastRequest];
    current = [...replaced, ...current.slice(tail)];
    counts = {
      ...counts,
      turns: region.length - lastRequest.length,
      shortened: counts.shortened + summary.shortened,
    };
    if (tokensOf(current) <= goal) return { ...result(current, tail, counts), replaced };
    const recent = resultsToShorten(current, replaced.length, current.length);
    return shortenRecent(current, recent, goal, summarise, counts, { cut: tail, replaced });
  }
  const recent = resultsToShorten(current, head, current.length);
  return shortenRecent(current, recent, goal, summarise, counts, {
    cut: tail,
    replaced: current.slice(0, tail),
  });
}

const result = (
  messages: readonly Message[],
  cut: number,
  counts: Pick<CompactedHistory, 'toolResults' | 'turns' | 'shortened'>,
): CompactedHistory => ({ messages, ...counts, cut, replaced: messages.slice(0, cut) });

/** Even the latest results: the last resort before the request fails. */
async function shortenRecent(
  messages: readonly Message[],
  indexes: readonly number[],
  goal: number,
  summarise: Summarise,
  counts: Pick<CompactedHistory, 'toolResults' | 'turns' | 'shortened'>,
  kept: Pick<CompactedHistory, 'cut' | 'replaced'>,
): Promise<CompactedHistory | undefined> {
  const done = await shortenResults(messages, indexes, goal, summarise);
  if (tokensOf(done.messages) > goal) return undefined;
  return {
    messages: done.messages,
    toolResults: counts.toolResults + done.count,
    turns: counts.turns,
    shortened: counts.shortened + done.shortened,
    ...kept,
  };
}

export const tokensOf = (messages: readonly Message[]): number => promptTokens(messages).estimated;

/** Instructions at the beginning and the user's first message: the stable beginning of every turn. */
function headLength(messages: readonly Message[]): number {
  const firstUser = messages.findIndex(({ role }) => role === 'user');
  const systems = messages.findIndex(({ role }) => role !== 'system');
  return firstUser >= 0 && firstUser === systems ? firstUser + 1 : Math.max(0, systems);
}

/** Where the latest messages begin: no result without its call, and at least the last step. */
function tailStart(messages: readonly Message[], head: number, maxTokens: number): number {
  let start = messages.length;
  let tokens = 0;
  for (let index = messages.length - 1; index >= head; index -= 1) {
    const message = messages[index] as Message;
    tokens += tokensOf([message]);
    if (tokens > maxTokens && start < messages.length) break;
    if (message.role !== 'tool') start = index;
  }
  return start === messages.length ? messages.length : start;
}

function resultsToShorten(messages: readonly Message[], from: number, to: number): readonly number[] {
  const indexes: number[] = [];
  for (let index = from; index < to; index += 1) {
    const message = messages[index];
    if (message?.role === 'tool' && tokensOf([message]) >= minResultTokens) indexes.push(index);
  }
  return indexes;
}

/** Summarises tool results, the oldest first, until the conversation fits. */
async function shortenResults(
  messages: readonly Message[],
  indexes: readonly number[],
  goal: number,
  summarise: Summarise,
): Promise<{ messages: readonly Message[]; count: number; shortened: number }> {
  const chosen: number[] = [];
  let excess = tokensOf(messages) - goal;
  for (const index of indexes) {
    if (excess <= 0) break;
    chosen.push(index);
    excess -= tokensOf([messages[index] as Message]) - resultCharacters / charactersPerToken;
  }
  const items = chosen.map((index) => resultItem(messages[index] as ToolMessage, messages));
  const summaries = items.length > 0 ? await summarise(items) : [];
  const next = [...messages];
  let withoutModel = 0;
  for (const [position, index] of chosen.entries()) {
    const summary = summaries[position];
    if (summary === undefined) withoutModel += 1;
    next[index] = compactedResult(messages[index] as ToolMessage, items[position] as SummaryItem, summary);
  }
  return { messages: next, count: chosen.length, shortened: withoutModel };
}

type ToolMessage = Extract<Message, { role: 'tool' }>;

function resultItem(message: ToolMessage, messages: readonly Message[]): SummaryItem {
  const call = messages
    .flatMap((each) => (each.role === 'assistant' ? toolCallsOf(each) : []))
    .findLast(({ id }) => id === message.toolCallId);
  const input = call ? ` with ${shortened(call.input, 200)}` : '';
  return {
    title: `Result of ${message.toolName}${input}`,
    text: textOf(message),
    maxCharacters: resultCharacters,
  };
}

function compactedResult(message: ToolMessage, item: SummaryItem, summary: string | undefined): ToolMessage {
  const text = summary ?? shortened(item.text, item.maxCharacters);
  const media = mediaIn([message]);
  const marks = [
    `[Compacted by Rumbo: ${item.text.length} characters${media === undefined ? '' : ` and ${media}`} of this result ${summary === undefined ? 'were shortened' : 'are summarised'}. Call the tool again for all of it.]`,
    text,
    ...namesLine(item.text, text, 400),
  ];
  return { ...message, content: marks.join('\n') };
}

/** The names of a text that its summary does not have. */
function namesLine(text: string, summary: string, maxCharacters: number): readonly string[] {
  const missing = identifiersIn(text, maxCharacters * 3).filter((name) => !summary.includes(name));
  let left = maxCharacters;
  const names = missing.filter((name) => {
    left -= name.length + 2;
    return left >= 0;
  });
  return names.length > 0 ? [`Names in it: ${names.join(', ')}`] : [];
}

/** One message that stands for the older turns. The user's own words are kept where they are short. */
async function summaryOf(
  region: readonly Message[],
  goal: number,
  summarise: Summarise,
): Promise<{ message: Message; shortened: number }> {
  const transcript = transcriptOf(region);
  const maxCharacters = Math.max(600, Math.floor(goal * 0.12) * charactersPerToken);
  const [summary] = await summarise([{ title: 'The earlier conversation', text: transcript, maxCharacters }]);
  const own = ownWords(region, Math.floor(goal * ownWordsShare) * charactersPerToken);
  const text = summary ?? shortened(transcript, maxCharacters);
  const decisions = decisionsIn(transcript, Math.floor(maxCharacters / 3)).filter(
    (sentence) => !text.includes(sentence) && !own.some((words) => words.includes(sentence)),
  );
  const media = mediaIn(region);
  const sections = [
    `[Rumbo compacted ${region.length} earlier messages of this conversation, which no longer fitted into the model’s context.${media === undefined ? '' : ` They had ${media}, which are no longer here.`}]`,
    text,
    ...(decisions.length > 0
      ? [`Decided, word for word:\n${decisions.map((each) => `- ${each}`).join('\n')}`]
      : []),
    ...namesLine(transcript, [text, ...decisions, ...own].join('\n'), Math.floor(maxCharacters / 3)),
    ...(own.length > 0
      ? [`The user wrote, word for word:\n${own.map((each) => `- ${each}`).join('\n')}`]
      : []),
  ];
  return {
    message: { role: 'user', content: sections.join('\n\n') },
    shortened: summary === undefined ? 1 : 0,
  };
}

/** What the user wrote in the older turns, the latest first kept. */
function ownWords(region: readonly Message[], maxCharacters: number): readonly string[] {
  let left = maxCharacters;
  return region
    .filter(({ role }) => role === 'user')
    .map((message) => textOf(message).trim())
    .reverse()
    .filter((text) => {
      if (text === '' || text.length > maxCharacters / 3 || text.length > left) return false;
      left -= text.length;
      return true;
    })
    .reverse();
}
