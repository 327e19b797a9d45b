/** The text of earlier messages for a summary, and what of it stays word for word: names and decisions. Pure. */
import type { Message } from '../../../shared/chat.ts';
import { assistantParts, contentParts, type MessagePart } from '../../../shared/message-parts.ts';

/** The messages as a reader would write them down, a heading each. */
export const transcriptOf = (messages: readonly Message[]): string =>
  messages.map((message) => `${headingOf(message)}\n${wordsOf(message)}`).join('\n\n');

function headingOf(message: Message): string {
  if (message.role === 'tool') return `Result of ${message.toolName}${message.isError ? ' (failed)' : ''}:`;
  return message.role === 'assistant' ? 'Assistant:' : message.role === 'user' ? 'User:' : 'Instructions:';
}

const partsOf = (message: Message): readonly MessagePart[] =>
  message.role === 'assistant' ? assistantParts(message) : contentParts<MessagePart>(message.content);

const wordsOf = (message: Message): string => partsOf(message).map(partWords).filter(Boolean).join('\n');

function partWords(part: MessagePart): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text;
    case 'tool-call':
      return `Calls ${part.name} with ${part.input}`;
    case 'image':
      return '(a picture)';
    case 'audio':
      return part.transcript === undefined ? '(a sound)' : `(a sound: ${part.transcript})`;
    case 'document':
      if ('text' in part) return part.text;
      return part.title === undefined ? '(a document)' : `(the document ${part.title})`;
    // A summary of thoughts would be taken for the model's own.
    case 'reasoning':
    case 'hosted':
      return '';
  }
}

/** What of the messages no text holds, such as `2 pictures and 1 document`. `undefined`: nothing. */
export function mediaIn(messages: readonly Message[]): string | undefined {
  const counts = new Map<string, number>();
  for (const part of messages.flatMap(partsOf)) {
    const name = part.type === 'document' && 'text' in part ? undefined : mediaNames.get(part.type);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const words = [...counts].map(([name, count]) => `${count} ${name}${count === 1 ? '' : 's'}`);
  return words.length > 0 ? new Intl.ListFormat('en').format(words) : undefined;
}

const mediaNames: ReadonlyMap<MessagePart['type'], string> = new Map([
  ['image', 'picture'],
  ['document', 'document'],
  ['audio', 'sound'],
]);

/**
 * Names that a summary must not change: paths, addresses, quoted code, identifiers, versions, hashes and error codes. Each
 * alternative begins with another character or is bounded, so the time is linear.
 */
const names =
  /`[^`\n]{2,80}`|https?:\/\/[^\s)"'<>\]]{3,160}|(?<![\w./-])(?:\.{0,2}\/)?[\w.-]{1,60}(?:\/[\w.-]{1,60}){1,12}|(?<![\w.-])[\w-]{1,60}\.(?:[cm]?[jt]sx?|py|rs|go|java|kt|rb|php|cs|cpp|hpp?|c|json|ya?ml|toml|md|sql|sh|css|html|vue|lock|xml|proto)(?!\w)|(?<!\w)[a-z]{1,30}(?:[A-Z][a-z0-9]{0,30}){1,8}(?!\w)|(?<!\w)(?:[A-Z][a-z0-9]{1,30}){2,8}(?!\w)|(?<!\w)[A-Za-z0-9]{1,30}(?:_[A-Za-z0-9]{1,30}){1,8}(?!\w)|(?<!\w)v?\d{1,5}(?:\.\d{1,5}){1,3}(?!\w)|(?<!\w)(?:[A-Z]{2,8}-?\d{2,6}|#\d{1,6}|[0-9a-f]{7,40})(?!\w)/g;

/** Characters of one message that are searched: names that matter come again. */
const maxSearched = 200_000;

/**
 * The names in a text, those first that come most often, and of these the latest.
 * @param maxCharacters of all together
 */
export function identifiersIn(text: string, maxCharacters: number): readonly string[] {
  const found = new Map<string, { count: number; last: number }>();
  for (const match of text.slice(-maxSearched).matchAll(names)) {
    const name = match[0].replace(/^`|`$/g, '').trim();
    if (name.length < 2 || /^\d+$/.test(name)) continue;
    found.set(name, { count: (found.get(name)?.count ?? 0) + 1, last: match.index });
  }
  const sorted = [...found].sort(([, one], [, other]) => other.count - one.count || other.last - one.last);
  let left = maxCharacters;
  return sorted.flatMap(([name]) => {
    if (name.length + 2 > left) return [];
    left -= name.length + 2;
    return [name];
  });
}

/** Words of a sentence that decides something, in English and Spanish. */
const decisive =
  /\b(?:decid(?:e|ed|es|imos|ido|i\u00f3)|decision|we(?:'|\u2019)ll use|we will use|let(?:'|\u2019)s use|use \S+ instead|instead of|must(?: not|n(?:'|\u2019)t)?|never|do not|don(?:'|\u2019)t|agreed|chose|chosen|we keep|requirement|acordamos|elegimos|usaremos|en lugar de|en vez de|nunca|no debe|tiene que|hay que)\b/i;

/**
 * Sentences that decide something, word for word, the latest first decisions.
 * @param maxCharacters of all together
 */
export function decisionsIn(text: string, maxCharacters: number): readonly string[] {
  const decisions: string[] = [];
  let left = maxCharacters;
  for (const sentence of sentencesOf(text.slice(-maxSearched)).reverse()) {
    if (sentence.length > 300 || sentence.length + 3 > left || !decisive.test(sentence)) continue;
    if (decisions.includes(sentence)) continue;
    decisions.push(sentence);
    left -= sentence.length + 3;
  }
  return decisions.reverse();
}

const sentencesOf = (text: string): string[] =>
  text
    .split(/\n|(?<=[.!?]) /)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 8);

/** The beginning and the end of a text, with what is left out named between them. */
export function shortened(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const half = Math.max(0, Math.floor(maxCharacters / 2) - 40);
  const head = text.slice(0, half).replace(/[\uD800-\uDBFF]$/, '');
  const tail = half === 0 ? '' : text.slice(-half).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}\n[${text.length - head.length - tail.length} characters left out]\n${tail}`;
}
