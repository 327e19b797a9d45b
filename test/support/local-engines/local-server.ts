/** The parts of fake local engines: a server on loopback that records requests, and a slow network. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RecordedRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Aborts when the client closes the socket before the response is complete. */
  readonly signal: AbortSignal;
};

export type FakeRequest = RecordedRequest & {
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  json(status: number, body: unknown): void;
  text(status: number, body: string): void;
};

export type LocalServer = {
  readonly baseUrl: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
};

/** Starts a server on 127.0.0.1 at a free port. `answer` may be slow. */
export async function localServer(
  answer: (request: FakeRequest, path: string) => void | Promise<void>,
): Promise<LocalServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const controller = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) controller.abort();
    });
    const text = Buffer.concat(pieces).toString();
    const request: RecordedRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers as Record<string, string | undefined>,
      body: text === '' ? {} : JSON.parse(text),
      signal: controller.signal,
    };
    requests.push(request);
    const url = new URL(request.path, 'http://fake');
    const respond = (type: string) => (status: number, body: string) =>
      void response.writeHead(status, { 'content-type': type }).end(body);
    await answer(
      {
        ...request,
        response,
        query: url.searchParams,
        json: (status, body) => respond('application/json')(status, JSON.stringify(body)),
        text: respond('text/plain; charset=utf-8'),
      },
      decodeURIComponent(url.pathname),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Layers of a model in a registry: digest and bytes, in the order they are fetched. */
export type Layers = readonly (readonly [digest: string, bytes: number])[];

/**
 * A network that lets a limited number of pieces through, and the disk that stores them. Pieces on disk stay.
 * @param pieceBytes of each piece
 */
export function slowNetwork(pieceBytes: number) {
  let allowed = Number.POSITIVE_INFINITY;
  let waiting: (() => void)[] = [];
  /** Bytes by digest. */
  const onDisk = new Map<string, number>();

  const waitForPiece = async (signal: AbortSignal): Promise<boolean> => {
    while (allowed <= 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (signal.aborted) return false;
    allowed -= 1;
    return true;
  };

  return {
    onDisk,
    /** Lets this many more pieces through. */
    allow(pieces: number): void {
      allowed = pieces;
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
    /** Whether the layer arrived completely; reports the bytes on disk after each piece. */
    async fetch(
      digest: string,
      bytes: number,
      report: (done: number) => void,
      signal: AbortSignal,
    ): Promise<boolean> {
      for (;;) {
        const done = onDisk.get(digest) ?? 0;
        if (done >= bytes) return true;
        if (!(await waitForPiece(signal))) return false;
        const more = Math.min(bytes, done + pieceBytes);
        onDisk.set(digest, more);
        report(more);
        // As in a real network, a written piece leaves before the next one comes.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

export type SlowNetwork = ReturnType<typeof slowNetwork>;
