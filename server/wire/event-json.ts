/** Reads the JSON of a stream's events, of which most repeat the event before them in all but one text. */
import { parseJsonObject } from './json-object.ts';

/** Characters of an event below which a full parse is as cheap. */
const minRepeatedLength = 48;
/** Stands for the text that changes; a service would have to write it itself to be mistaken for it. */
const marker = '\u0001rumbo\u0001';
const escapedMarker = JSON.stringify(marker).slice(1, -1);

/** Where an event differs from the one before it: everything else is the same text. */
type Template = {
  readonly prefix: string;
  readonly suffix: string;
  /** The parsed event, and the property in it that holds the text between prefix and suffix. */
  readonly event: object;
  readonly holder: Record<string, unknown>;
  readonly property: string;
};

/**
 * Reads the events of one stream in their order. A service writes each token in an envelope of a few hundred characters
 * that never changes: where prefix and suffix are those of an event that was parsed in full, and between them is nothing
 * that JSON would escape or end, the event is the same but for that text.
 *
 * The object that `read` returns is valid until the next call: it may be the same object with another text in it.
 */
export function eventJsonReader() {
  let previous = '';
  let template: Template | undefined;
  return {
    /** @returns `undefined` for what is no JSON object */
    read(data: string): object | undefined {
      if (template && matches(template, data)) {
        const { prefix, suffix, event, holder, property } = template;
        holder[property] = data.slice(prefix.length, data.length - suffix.length);
        return event;
      }
      const event = parseJsonObject(data);
      template = event && previous.length >= minRepeatedLength ? templateOf(previous, data) : undefined;
      previous = event ? data : '';
      return event;
    },
    /** No event follows: parts of the last ones would keep all of the body that they were cut from. */
    close(): void {
      previous = '';
      template = undefined;
    },
  };
}

function matches({ prefix, suffix }: Template, data: string): boolean {
  return (
    data.length >= prefix.length + suffix.length &&
    data.startsWith(prefix) &&
    data.endsWith(suffix) &&
    isPlainText(data, prefix.length, data.length - suffix.length)
  );
}

/** Whether the range needs no escape and does not end a JSON string: it is its own value. */
function isPlainText(data: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const code = data.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

/** `undefined`: the two events differ in more than the text of one string. */
function templateOf(before: string, data: string): Template | undefined {
  const shorter = Math.min(before.length, data.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === data.charCodeAt(start)) start += 1;
  let end = 0;
  while (
    end < shorter - start &&
    before.charCodeAt(before.length - 1 - end) === data.charCodeAt(data.length - 1 - end)
  )
    end += 1;
  // To the quotes around the difference: both texts may begin or end alike.
  const opening = data.lastIndexOf('"', start - 1);
  const closing = data.indexOf('"', data.length - end);
  if (opening < 0 || closing < 0) return;
  if (!isPlainText(data, opening + 1, closing)) return;
  const prefix = data.slice(0, opening + 1);
  const suffix = data.slice(closing);
  if (suffix.includes(escapedMarker)) return;
  const event = parseJsonObject(`${prefix}${escapedMarker}${suffix}`);
  const found = event && findMarker(event as Record<string, unknown>);
  return found && { prefix, suffix, event, ...found };
}

/** The property whose value is the marker; `undefined` when the marker became part of a key or of a longer text. */
function findMarker(value: Record<string, unknown>): Pick<Template, 'holder' | 'property'> | undefined {
  let found: Pick<Template, 'holder' | 'property'> | undefined;
  for (const [property, each] of Object.entries(value)) {
    // Assigning to this name would set the object's prototype.
    if (property === '__proto__') continue;
    if (each === marker) found = { holder: value, property };
    else if (typeof each === 'object' && each !== null) found ??= findMarker(each as Record<string, unknown>);
  }
  return found;
}
