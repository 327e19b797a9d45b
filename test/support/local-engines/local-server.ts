/** What fake local engines are made of: a server on loopback that remembers what it was asked, and a slow network. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RecordedRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whoever asked has closed the socket before the answer was whole. */
  readonly gone: AbortSignal;
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

/** Starts one on 127.0.0.1 at a free port. `answer` may take its time. */
export async function localServer(
  answer: (asked: FakeRequest, path: string) => void | Promise<void>,
): Promise<LocalServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const gone = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const text = Buffer.concat(pieces).toString();
    const asked: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers as Record<string, string | undefined>,
      body: text === '' ? {} : JSON.parse(text),
      gone: gone.signal,
    };
    requests.push(asked);
    const url = new URL(asked.path, 'http://fake');
    const say = (type: string) => (status: number, body: string) =>
      void response.writeHead(status, { 'content-type': type }).end(body);
    await answer(
      {
        ...asked,
        response,
        query: url.searchParams,
        json: (status, body) => say('application/json')(status, JSON.stringify(body)),
        text: say('text/plain; charset=utf-8'),
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
 * A network that lets through as many pieces as it is told, and the disk they come to. What has arrived stays.
 * @param pieceBytes of each piece
 */
export function slowNetwork(pieceBytes: number) {
  let allowed = Number.POSITIVE_INFINITY;
  let waiting: (() => void)[] = [];
  /** Bytes by digest. */
  const onDisk = new Map<string, number>();

  const place = async (gone: AbortSignal): Promise<boolean> => {
    while (allowed <= 0 && !gone.aborted) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        gone.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (gone.aborted) return false;
    allowed -= 1;
    return true;
  };

  return {
    onDisk,
    /** So many more pieces pass, then it holds. */
    allow(pieces: number): void {
      allowed = pieces;
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
    /** Whether the layer arrived whole; each piece is told with the bytes there are. */
    async fetch(
      digest: string,
      bytes: number,
      tell: (done: number) => void,
      gone: AbortSignal,
    ): Promise<boolean> {
      for (;;) {
        const done = onDisk.get(digest) ?? 0;
        if (done >= bytes) return true;
        if (!(await place(gone))) return false;
        const more = Math.min(bytes, done + pieceBytes);
        onDisk.set(digest, more);
        tell(more);
        // As a real one: what was written leaves before the next piece comes.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

export type SlowNetwork = ReturnType<typeof slowNetwork>;
