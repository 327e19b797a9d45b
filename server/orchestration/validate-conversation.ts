/** What a schema cannot say of a conversation: whether its parts, tools and results fit together. */
import type { AskParams } from '../../shared/ask.ts';
import type { Message, Tool } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { toolCallsOf } from '../../shared/message-parts.ts';
import { partsIn } from '../../shared/request-size.ts';
import { hasReferenceLoop } from './schema-references.ts';

/** No service takes more. */
const maxTools = 1_024;

/** @throws `invalid-request` with one sentence that names the place */
export function validateConversation({ messages = [], tools = [], responseFormat }: AskParams): void {
  checkParts(messages);
  checkResults(messages);
  checkTools(tools);
  if (responseFormat?.type === 'json' && responseFormat.schema && hasReferenceLoop(responseFormat.schema))
    throw refuse('responseFormat.schema has references that lead back to themselves.', 'Correct the schema.');
}

function checkParts(messages: readonly Message[]): void {
  for (const [path, part] of partsIn(messages)) {
    if (part.data === '') throw refuse(`${path} is empty.`, 'Send its bytes, or leave it out.');
    const { mediaType } = part as { readonly mediaType?: string };
    const found = mediaTypeOf(Buffer.from(part.data.slice(0, 24), 'base64').toString('latin1'));
    if (mediaType === undefined || found === undefined || found === mediaType) continue;
    throw refuse(`${path} is marked as ${mediaType}, and its bytes are ${found}.`, 'Correct its media type.');
  }
}

/** The first bytes of the formats that they show. https://www.iana.org/assignments/media-types */
const beginnings: readonly (readonly [start: string, mediaType: string, afterEight?: string])[] = [
  ['\x89PNG\r\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF8', 'image/gif'],
  ['RIFF', 'image/webp', 'WEBP'],
  ['%PDF-', 'application/pdf'],
  ['RIFF', 'audio/wav', 'WAVE'],
  ['fLaC', 'audio/flac'],
  ['OggS', 'audio/ogg'],
  ['ID3', 'audio/mpeg'],
];

/** `undefined`: another format, or none. @param start the first bytes, one character each */
const mediaTypeOf = (start: string): string | undefined =>
  beginnings.find(
    ([beginning, , afterEight = '']) => start.startsWith(beginning) && start.startsWith(afterEight, 8),
  )?.[1];

/** Every service rejects a result without its call, each in other words. */
function checkResults(messages: readonly Message[]): void {
  const ids = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'assistant') for (const { id } of toolCallsOf(message)) ids.add(id);
    if (message.role === 'tool' && !ids.has(message.toolCallId))
      throw refuse(
        `messages.${index} is the result of the tool call ${JSON.stringify(message.toolCallId)}, and no answer before it has that call.`,
        'Send the answer with the call, or leave the result out.',
      );
  }
}

function checkTools(tools: readonly Tool[]): void {
  if (tools.length > maxTools)
    throw refuse(
      `The request has ${tools.length} tools, and no service takes more than ${maxTools}.`,
      'Send the tools that matter.',
    );
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    if (tool.type === 'hosted') continue;
    const name = JSON.stringify([tool.namespace, tool.name]);
    if (names.has(name))
      throw refuse(`Two tools of the request are named ${JSON.stringify(tool.name)}.`, 'Rename one of them.');
    names.add(name);
    if (tool.type !== 'custom' && hasReferenceLoop(tool.inputSchema))
      throw refuse(
        `tools.${index}.inputSchema, of ${tool.name}, has references that lead back to themselves.`,
        'Correct the schema.',
      );
  }
}

const refuse = (message: string, action: string): RumboError =>
  new RumboError(message, { kind: 'invalid-request', action });
