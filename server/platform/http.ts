/** HTTP: every request that Rumbo sends goes through here, and every failure becomes a `RumboError`. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ErrorKind } from '../../shared/error-policies.ts';
import { RumboError } from '../../shared/errors.ts';
import type { NetworkOptions } from '../../shared/protocol.ts';
import { decompress } from './decompress.ts';
import type { Dispatchers } from './dispatchers.ts';
import { dockerSocketPath } from './docker-socket.ts';
import { type HttpExchange, httpExchange } from './http-exchange.ts';
import { type JsonPieces, jsonBody } from './json-body.ts';
import { isUnencrypted } from './loopback.ts';
import { pendingConnections } from './pending-connections.ts';
import { proxyFailure } from './proxy-errors.ts';

/** One request. Redirects are not followed: they reject with `blocked-redirect`. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. Absent: no body. */
  readonly body?: unknown;
  /** Aborting closes the socket. */
  readonly signal: AbortSignal;
  /** Milliseconds for connecting. Absent: ten seconds. The caller's signal limits how long the response may take. */
  readonly connectMs?: number;
};

export type HttpResponse = {
  /** Any status but a redirect; the caller handles error responses. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The decompressed body; rejects with `interrupted` when the connection breaks. Leaving the loop closes the socket. */
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * Rejects with `RumboError`: `unencrypted` (http to another machine, without the user's consent), `unreachable`, `tls`, `timeout` (no connection in time), `blocked-redirect`, `cancelled`,
 * `bad-response` (the server does not speak HTTP, or compresses its response in an unsupported format).
 */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

const defaultConnectMs = 10_000;
/** Addresses that are kept parsed. */
const maxTargets = 256;

/** What the user's settings allow. Read with each request, since they change. */
export type HttpRules = {
  /** Whether requests may go unencrypted to this origin on another machine. */
  isHttpAllowed(origin: string): boolean;
  /** A file of certificate authorities in PEM, trusted in addition to the others. `null`: none. */
  certificateFile(): string | null;
};
const strictRules: HttpRules = { isHttpAllowed: () => false, certificateFile: () => null };

/**
 * HTTP over shared keep-alive connections, through the editor's proxy where it applies.
 * @param rules absent: no unencrypted request leaves this machine
 * @param socketOf the socket file of a URL; `undefined`: the URL is on the network
 */
export function undiciHttp(
  network: NetworkOptions = {},
  socketOf: (target: URL) => string | undefined = dockerSocketPath,
  rules: HttpRules = strictRules,
): { http: Http; dispose: () => Promise<void> } {
  const pending = pendingConnections();
  // undici takes a tenth of the server's start: it is loaded when the first request is sent.
  let dispatchers: Promise<Dispatchers> | undefined;
  let certificateFile: string | null = null;
  const loaded = (): Promise<Dispatchers> => {
    const file = rules.certificateFile();
    if (file !== certificateFile) {
      // Connections that were made with other authorities end with their requests.
      dispatchers = undefined;
      certificateFile = file;
    }
    dispatchers ??= import('./dispatchers.ts').then((module) =>
      module.undiciDispatchers(network, socketOf, pending, readCertificates(file)),
    );
    return dispatchers;
  };

  const targets = new Map<string, { readonly target: URL; readonly isPlain: boolean }>();
  /** Parsed once: nearly all requests go to the same few addresses. */
  const parse = (url: string) => {
    const earlier = targets.get(url);
    if (earlier) return earlier;
    const made = { target: new URL(url), isPlain: isUnencrypted(url) };
    if (targets.size >= maxTargets) targets.clear();
    targets.set(url, made);
    return made;
  };

  const http: Http = async ({ method, url, headers, body, signal, connectMs = defaultConnectMs }) => {
    const { target, isPlain } = parse(url);
    const refusal = isPlain && !rules.isHttpAllowed(target.origin) ? unencryptedError(target) : undefined;
    // A proxy that does not work is reported first: the user has to mend it in any case.
    if (refusal && !(await loaded()).proxyOf(target)) throw refusal;
    const finishWaiting = pending.wait(target.origin);
    let exchange: HttpExchange;
    try {
      const written = body === undefined ? null : jsonBody(body);
      const json = written instanceof Promise ? await written : written;
      exchange = await httpExchange(
        (await loaded()).to(target, connectMs),
        refusal
          ? { origin: target.origin, path: '/', method: 'GET' }
          : {
              origin: target.origin,
              path: `${target.pathname}${target.search}`,
              method,
              // No compression: it saves nothing on a token stream and would delay the first token.
              headers: {
                'accept-encoding': 'identity',
                ...(json === null ? {} : { 'content-type': 'application/json' }),
                ...(isInPieces(json) ? { 'content-length': String(json.bytes) } : {}),
                ...headers,
              },
              body: isInPieces(json) ? Readable.from(json.pieces) : json,
            },
        signal,
        refusal,
      );
      finishWaiting(false);
    } catch (error) {
      finishWaiting(signal.aborted);
      const proxy =
        signal.aborted || error instanceof RumboError ? undefined : (await loaded()).proxyOf(target);
      throw (
        (proxy && proxyFailure(error, codeOf(error), target, proxy)) ?? failure(error, target, signal, false)
      );
    }
    const { status } = exchange;
    if (status >= 300 && status < 400) {
      exchange.close();
      throw new RumboError(
        `${target.host} redirected the request to another address, which Rumbo does not follow.`,
        { kind: 'blocked-redirect', status },
      );
    }
    const received = joinHeaders(exchange.headers);
    return {
      status,
      headers: received,
      body: guarded(exchange.body, received['content-encoding'], target, signal),
    };
  };
  return {
    http,
    dispose: async () => {
      await (await dispatchers)?.dispose();
    },
  };
}

const isInPieces = (json: string | JsonPieces | null): json is JsonPieces =>
  typeof json === 'object' && json !== null;

/** At most `limit` bytes of a body as text, without a byte-order mark; the rest is not read and the socket closed. */
export async function readText(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size >= limit) break;
  }
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, limit));
}

/** Throws `tls`: a user who trusts an authority of their own must not be left to guess why it does not hold. */
function readCertificates(file: string | null): string | undefined {
  if (file === null) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch {
    // Reported below.
  }
  throw new RumboError('The file of rumbo.network.certificateFile holds no certificates that can be read.', {
    kind: 'tls',
    action: 'Correct its path, or remove the setting.',
  });
}

const unencryptedError = ({ origin }: URL): RumboError =>
  new RumboError(`Requests to ${origin} would not be encrypted, so nothing was sent there.`, {
    kind: 'unencrypted',
    unconnected: true,
  });

async function* guarded(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  target: URL,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* decompress(body, encoding);
  } catch (error) {
    throw failure(error, target, signal, true);
  }
}

/** Maps a network failure to a `RumboError`. `started`: the response headers had arrived. */
function failure(cause: unknown, target: URL, signal: AbortSignal, started: boolean): RumboError {
  const fail = (kind: ErrorKind, message: string, more: { readonly unconnected?: true } = {}) =>
    new RumboError(message, { kind, ...more }, { cause });
  if (signal.aborted) return fail('cancelled', 'The request was cancelled.');
  if (cause instanceof RumboError) return cause;
  const code = codeOf(cause);
  if (/^(?:CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(code)) {
    return fail('tls', `The certificate of ${target.host} was rejected (${code}).`);
  }
  // Compressed data that ends too early is an interrupted response; any other fault makes all of it unreliable.
  if (/^(?:Z_|ZSTD_|ERR_BROTLI|ERR_ZLIB|ERR__ERROR_FORMAT|ERR_PADDING)/.test(code) && code !== 'Z_BUF_ERROR')
    return fail('bad-response', `The response of ${target.host} cannot be decompressed.`);
  if (started) return fail('interrupted', `The connection to ${target.host} broke off.`);
  if (/^(?:HPE_|UND_ERR_HEADERS_OVERFLOW|HTTPParserError)/.test(code))
    return fail('bad-response', `The server at ${target.host} does not speak HTTP.`);
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new RumboError(
      `${target.host} did not accept the connection in time.`,
      {
        kind: 'timeout',
        unconnected: true,
        action: 'Start the engine or correct its address in rumbo.providers.',
      },
      { cause },
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail('unreachable', `The host name ${target.hostname} cannot be found.`, { unconnected: true });
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE')
    return fail('unreachable', `${target.host} closed the connection without a response.`);
  return fail('unreachable', `No server responds at ${target.origin}.`, { unconnected: true });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // undici's parser gives a code for most faults and a name for all.
  return code || codeOf(error.cause) || (error.name === 'HTTPParserError' ? error.name : '');
}

function joinHeaders(headers: HttpExchange['headers']): HttpResponse['headers'] {
  const joined: Record<string, string | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
