/** Fixtures of test/fixtures/wire, decoded as the engine would. */
import { readFileSync } from 'node:fs';
import { parseEvents } from '../../../server/platform/event-stream.ts';
import { withoutRejectedFields } from '../../../server/wire/request-refusals.ts';
import type {
  ErrorResponse,
  StreamFormat,
  WireFormat,
  WireRequest,
} from '../../../server/wire/wire-format.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';

export const fixture = (path: string): string =>
  readFileSync(new URL(`../../fixtures/wire/${path}`, import.meta.url), 'utf8');

/** A recorded exchange. */
export type Recording = {
  readonly request: { readonly path: string; readonly body: unknown };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
};

export const recording = (path: string): Recording => JSON.parse(fixture(path)) as Recording;

/** Every part of a body, and the error that ended it, if one did. */
export const decode = (wire: WireFormat, body: string): Promise<Decoded> => decodeAs(wire.chat('m'), body);

type Decoded = { parts: EnginePart[]; error?: RumboError };

/** The same for any streamed answer. */
export async function decodeAs<Request>(
  format: StreamFormat<Request>,
  body: string,
  request?: Request,
): Promise<Decoded> {
  const parts: EnginePart[] = [];
  const decoder = format.decoder(request);
  const bytes = (async function* () {
    yield Buffer.from(body);
  })();
  try {
    for await (const events of parseEvents(bytes, format.framing))
      for (const event of events) parts.push(...decoder.read(event));
    parts.push(...decoder.end());
    return { parts };
  } catch (error) {
    if (error instanceof RumboError) return { parts, error };
    throw error;
  }
}

/** Every part of a body that must be sound. */
export async function partsOf(wire: WireFormat, body: string): Promise<EnginePart[]> {
  const { parts, error } = await decode(wire, body);
  if (error) throw error;
  return parts;
}

/** The text deltas, joined. */
export const textOf = (parts: readonly EnginePart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');

/** An error response from its status and body. */
export const errorResponse = (
  status: number,
  body: unknown,
  headers: ErrorResponse['headers'] = {},
): ErrorResponse => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** A body without its last events; the separator stays. */
export const withoutLast = (body: string, events: number, separator = '\n\n'): string =>
  body
    .split(separator)
    .filter(Boolean)
    .slice(0, -events)
    .map((event) => event + separator)
    .join('');

/** The request without the field that the response rejects; `undefined`: it names none. */
export function withoutRejected(
  wire: Pick<WireFormat, 'rejectedField' | 'withoutField'>,
  request: WireRequest,
  response: ErrorResponse,
): WireRequest | undefined {
  const field = wire.rejectedField?.(request, response);
  return (
    field &&
    withoutRejectedFields(request, { rejectedFields: { [field.name]: field.alternateName ?? null } }, wire)
  );
}
