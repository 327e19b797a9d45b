/** Frames and compressions in which services send the events of an answer. */
import * as zlib from 'node:zlib';
import type { OddEvent } from './answers.ts';

export type Frame = {
  readonly kind: 'events' | 'lines' | 'indented' | 'list' | 'indented list' | 'nothing between';
  readonly lineEnd: '\n' | '\r\n' | '\r';
  /** The blank line after an event; read in a circle. */
  readonly blankLines: readonly boolean[];
  readonly field: 'data: ' | 'data:' | 'data: data: ' | '\uFEFFdata: ' | ' data: ';
  readonly named: boolean;
  readonly mark: boolean;
  readonly comments: boolean;
  /** The body's last line ends end it. */
  readonly endsLine: boolean;
};

/** The body of these events. */
export function inFrame(events: readonly OddEvent[], frame: Frame): Buffer {
  const body = frame.kind === 'events' ? asEvents(events, frame) : asDocuments(events, frame.kind);
  const ended = frame.endsLine ? body : body.trimEnd();
  return Buffer.from((frame.mark ? '\uFEFF' : '') + ended.replace(/\n/g, frame.lineEnd));
}

function asEvents(events: readonly OddEvent[], { blankLines, field, named, comments }: Frame): string {
  return events
    .map(({ name, data }, at) => {
      const lines = [
        ...(comments ? [': still here', 'id: 7', 'retry: 3000'] : []),
        ...(name !== undefined && (named || name === 'ping') ? [`event: ${name}`] : []),
        `${field}${data}`,
      ];
      return `${lines.join('\n')}\n${blankLines[at % blankLines.length] ? '\n' : ''}`;
    })
    .join('');
}

function asDocuments(events: readonly OddEvent[], kind: Exclude<Frame['kind'], 'events'>): string {
  // Words that keep a connection open, and end markers, are no documents.
  const isDocument = ({ data }: OddEvent): boolean => data.startsWith('{');
  const documents = events.filter(isDocument).map(({ data }) => JSON.parse(data) as unknown);
  const marker =
    kind !== 'list' && kind !== 'indented list' && events.at(-1)?.data === '[DONE]' ? '[DONE]\n' : '';
  switch (kind) {
    case 'lines':
      return `${documents.map((each) => JSON.stringify(each)).join('\n')}\n${marker}`;
    case 'indented':
      return `${documents.map((each) => JSON.stringify(each, null, 2)).join('\n')}\n${marker}`;
    case 'nothing between':
      return documents.map((each) => JSON.stringify(each)).join('') + marker;
    case 'list':
      return `[${documents.map((each) => JSON.stringify(each)).join('\n,\n')}\n]\n`;
    case 'indented list':
      return JSON.stringify(documents, null, 2);
  }
}

export const compressions = {
  none: (body: Buffer): Buffer => body,
  gzip: (body: Buffer): Buffer => zlib.gzipSync(body),
  br: (body: Buffer): Buffer =>
    zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  deflate: (body: Buffer): Buffer => zlib.deflateSync(body),
  raw: (body: Buffer): Buffer => zlib.deflateRawSync(body),
  ...(typeof zlib.zstdCompressSync === 'function'
    ? { zstd: (body: Buffer): Buffer => zlib.zstdCompressSync(body) }
    : {}),
} as const;

/** True, false and missing labels. */
export const encodingHeaders: readonly (string | undefined)[] = [
  undefined,
  'identity',
  'utf-8',
  'gzip',
  'br',
  'deflate',
  'zstd',
  'identity, gzip',
];
