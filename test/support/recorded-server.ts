/** A server that replays the responses of a real one: recorded exchanges of test/fixtures/wire, by method and path. */
import { readFileSync } from 'node:fs';
import { type Page, pageServer } from './page-server.ts';

type Exchange = {
  readonly request: { readonly method: string; readonly path: string };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
};

/** Headers that the new connection has of its own. */
const ofConnection = /^(?:connection|content-length|transfer-encoding|keep-alive)$/i;

/** The responses of the recordings `names`, by path; `engine` is a folder of test/fixtures/wire. */
export function recordedPages(engine: string, names: readonly string[]): Readonly<Record<string, Page>> {
  const folder = new URL(`../fixtures/wire/${engine}/`, import.meta.url);
  return Object.fromEntries(
    names.map((name) => {
      const { request, response } = JSON.parse(
        readFileSync(new URL(`${name}.json`, folder), 'utf8'),
      ) as Exchange;
      const headers = Object.entries(response.headers).filter(([header]) => !ofConnection.test(header));
      return [request.path, { ...response, headers: Object.fromEntries(headers) }];
    }),
  );
}

/** llama-server's answer to what it does not serve. */
const notFound = (): Page => Object.values(recordedPages('llama-cpp', ['err-404']))[0] ?? { status: 404 };

/** A llama-server of these recordings. */
export const recordedLlamaServer = (...names: string[]) =>
  pageServer(recordedPages('llama-cpp', names), { otherwise: notFound() });
