/**
 * Reads JSON-RPC messages. One of megabytes is mostly a few strings, such as pictures: these are taken out of the bytes one
 * by one, so that other requests do not wait for it and its text is not held twice.
 */
import { isAscii } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContentTypeDecoder } from 'vscode-languageserver/node';
import { freeMemorySoon } from './free-memory.ts';

/** Bytes of a message, and of a string in it, that is read in pieces. */
const longMessage = 1024 * 1024;
const longString = 64 * 1024;
/** Bytes after which other work gets its turn. */
const turnBytes = 3 * 1024 * 1024;

const quote = 0x22;
const backslash = 0x5c;

export const messageDecoder: ContentTypeDecoder = {
  name: 'application/json',
  async decode(bytes, { charset }) {
    const message = bytes instanceof Buffer ? bytes : Buffer.from(bytes);
    return message.length < longMessage ? JSON.parse(message.toString(charset)) : readLongMessage(message);
  },
};

async function readLongMessage(message: Buffer) {
  freeMemorySoon();
  // No string of the message has it.
  const marker = `long string ${Math.random()} `;
  const strings: string[] = [];
  const outline: string[] = [];
  let copied = 0;
  let sinceTurn = 0;
  for (let start = message.indexOf(quote); start >= 0; ) {
    const end = endOfString(message, start + 1);
    if (end < 0) break;
    const text = message.subarray(start + 1, end);
    if (text.length >= longString && !text.includes(backslash)) {
      outline.push(message.toString('utf8', copied, start + 1), marker, String(strings.length));
      strings.push(isAscii(text) ? text.toString('latin1') : text.toString('utf8'));
      copied = end;
      sinceTurn += text.length;
    }
    if (sinceTurn > turnBytes) {
      sinceTurn = 0;
      await nextTurn();
    }
    start = message.indexOf(quote, end + 1);
  }
  outline.push(message.toString('utf8', copied));
  const read: unknown = JSON.parse(outline.join(''));
  putBack(read, (text) => (text.startsWith(marker) ? strings[Number(text.slice(marker.length))] : undefined));
  return read as Awaited<ReturnType<ContentTypeDecoder['decode']>>;
}

/** The quote that ends a string. -1: none does. */
function endOfString(message: Buffer, start: number): number {
  let end = message.indexOf(quote, start);
  while (end >= 0) {
    let before = end;
    while (before > start && message[before - 1] === backslash) before -= 1;
    if ((end - before) % 2 === 0) return end;
    end = message.indexOf(quote, end + 1);
  }
  return -1;
}

/** Long strings are values, never names. */
function putBack(value: unknown, find: (text: string) => string | undefined): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    const each = fields[name];
    if (typeof each !== 'string') putBack(each, find);
    else if (each.length < 64) fields[name] = find(each) ?? each;
  }
}
