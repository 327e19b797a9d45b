/** Thousands of requests to the real server while its services fail, and the result of each. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type AskResult, ask, askPart, status } from '../../shared/protocol.ts';
import type { Status } from '../../shared/status.ts';
import { compareWords, wholeAnswer } from '../../test/support/faults/expected-answer.ts';
import { onlyProviders } from '../../test/support/faults/servers.ts';
import { residentMegabytes } from '../bench/memory.ts';
import { promptOf } from '../bench/prompts.ts';
import { median } from '../bench/quantile.ts';
import { connectServer, type TerminalServer } from '../terminal/server.ts';
import { type AccountComparison, compareAccounts } from './account.ts';
import { repetitiveDay } from './day.ts';
import { key, type ServicesReady, type ServicesReport, type SoakOrder } from './messages.ts';

export type SoakOptions = {
  readonly requests: number;
  /** Share of the chats that fail, 0–1. */
  readonly faultShare: number;
  /** Milliseconds that one of the services is down in the middle. Absent: none is. */
  readonly awayMs?: number;
};

export type Soak = {
  readonly requests: number;
  readonly answered: number;
  /** Reported as complete, but not the whole answer. */
  readonly lost: number;
  /** Answers that several models wrote, and those that a model began anew. */
  readonly joined: number;
  readonly begunAnew: number;
  /** Words that an answer lacks, and words that it holds twice, in its result or as it was streamed. */
  readonly lostWords: number;
  readonly doubledWords: number;
  /** The error messages, and how often each occurred. */
  readonly failures: ReadonlyMap<string, number>;
  /** Chats that the services received, and those they failed on purpose. */
  readonly chats: number;
  readonly faults: number;
  /** Milliseconds beyond the service's own, of each answer without a fault. */
  readonly addedMs: readonly number[];
  /** Milliseconds from the end of a service's downtime to its first chat. `null`: no service was down. */
  readonly backAfterMs: number | null;
  /** Megabytes after some and after all. `null`: this system does not report it. */
  readonly memory: { readonly some: number; readonly all: number } | null;
  /** Answers whose receipt is not in the ledger, and rows of the ledger that belong to no answer. */
  readonly unaccounted: number;
  /** How the services' own accounts differ from the receipts. */
  readonly accounts: AccountComparison;
  /** Circuits that are not closed at the end, by name. */
  readonly notClosed: readonly string[];
  /** 0–1, on a repetitive day. */
  readonly cacheHits: number;
  readonly seconds: number;
};

/** Requests at a time. */
const lanes = 6;
/** Requests before the first reading of memory. */
const some = 1_000;
/** US dollars for a million tokens, so that no answer is free. */
const price = { input: 1, output: 5 };
const keyEnv = 'RUMBO_SOAK_KEY';
/** Of so many requests one streams its parts, as the editor's do. */
const streamedEvery = 4;

type Answered = {
  readonly number: number;
  readonly ms: number;
  readonly result: AskResult;
  /** The text at the end as its parts show it, and how often it was begun anew. Absent: no parts were requested. */
  readonly streamed?: { readonly text: string; readonly restarts: number };
};

export async function soak({ requests, faultShare, awayMs }: SoakOptions): Promise<Soak> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-soak-'));
  const fakes = fork(fileURLToPath(new URL('fakes.ts', import.meta.url)), [String(faultShare)]);
  const order = (what: SoakOrder): void => void fakes.send(what);
  let server: TerminalServer | undefined;
  try {
    const [{ services }] = (await once(fakes, 'message')) as [ServicesReady];
    server = await startServer(folder, services);
    const { connection, pid } = server;

    const answers: Answered[] = [];
    const failures = new Map<string, number>();
    let sent = 0;
    const send = async (number: number, more: object = {}): Promise<void> => {
      // In turn, so that each service gets a share of the requests.
      const { kind, model } = services[number % services.length] ?? { kind: '', model: '' };
      const stream =
        number % streamedEvery === 0 ? streamedText(server as TerminalServer, number) : undefined;
      const sentAt = performance.now();
      try {
        const result = await connection.sendRequest(ask, {
          ...stream?.params,
          prompt: promptOf(number),
          model: `${kind}/${model}`,
          useCache: false,
          ...more,
        });
        const streamed = stream && { text: stream.text(), restarts: stream.restarts() };
        answers.push({ number, ms: performance.now() - sentAt, result, ...(streamed ? { streamed } : {}) });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        failures.set(message, (failures.get(message) ?? 0) + 1);
      } finally {
        stream?.dispose();
      }
    };
    const sendUntil = async (count: number): Promise<void> => {
      const lane = async () => {
        while (sent < count) {
          sent += 1;
          await send(sent);
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    };

    const memorySome = requests > some ? await memoryAt(pid, some, sendUntil) : null;
    await sendUntil(Math.floor(requests / 2));
    const [{ kind: leaver } = { kind: '' }] = services;
    let returned: Promise<number> | undefined;
    if (awayMs !== undefined) {
      returned = new Promise((resolve) => {
        fakes.on('message', (message: ServicesReport) => 'returned' in message && resolve(message.at));
      });
      order({ do: 'leave', kind: leaver, ms: awayMs });
    }
    const memoryAll = requests > some ? await memoryAt(pid, requests, sendUntil) : null;
    await sendUntil(requests);

    const returnedAt = await returned;
    const readReport = async () => {
      order({ do: 'report' });
      for (;;) {
        const [message] = (await once(fakes, 'message')) as [ServicesReport];
        if ('served' in message) return message;
      }
    };
    // Only a request shows that a pause is over.
    const isClosed = (now: Status): boolean => openIn(now).length === 0;
    let extra = requests;
    for (let left = 70; left > 0; left -= 1) {
      for (const _service of services) {
        extra += 1;
        await send(extra);
      }
      if (isClosed(await connection.sendRequest(status))) break;
      await sleep(500);
    }
    const notClosed = openIn(await connection.sendRequest(status));
    const report = await readReport();

    const day = await dayOf(server);
    await server.close();
    server = undefined;

    const servedMs = new Map(report.served.map(({ number, ms }) => [number, ms]));
    const texts = answers.flatMap(({ result, streamed }) => [
      result.text,
      ...(streamed ? [streamed.text] : []),
    ]);
    const compared = texts.filter((text) => text !== wholeAnswer).map(compareWords);
    const addedMs = answers.flatMap(({ number, ms, result, streamed }) => {
      const own = result.receipt.attempts.length === 1 && !streamed ? servedMs.get(number) : undefined;
      return own === undefined ? [] : [ms - own];
    });
    return {
      requests: extra,
      answered: answers.length,
      lost: answers.filter(({ result, streamed }) =>
        [result.text, streamed?.text ?? wholeAnswer].some((text) => text !== wholeAnswer),
      ).length,
      joined: answers.filter(({ result }) => result.receipt.takeovers.length > 0).length,
      begunAnew: answers.filter(({ streamed }) => (streamed?.restarts ?? 0) > 0).length,
      lostWords: compared.reduce((sum, { lost }) => sum + lost, 0),
      doubledWords: compared.reduce((sum, { doubled }) => sum + doubled, 0),
      failures,
      chats: report.chats,
      faults: report.faults,
      addedMs,
      backAfterMs:
        returnedAt === undefined
          ? null
          : Math.max(0, (report.backAt[leaver] ?? Number.POSITIVE_INFINITY) - returnedAt),
      memory: memorySome !== null && memoryAll !== null ? { some: memorySome, all: memoryAll } : null,
      unaccounted: unaccounted(folder, [...answers.map(({ result }) => result), ...day]),
      accounts: compareAccounts(answers, report.accounts),
      notClosed,
      cacheHits: day.filter(({ receipt }) => receipt.cached).length / repetitiveDay.length,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await server?.close();
    fakes.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gathers the text of one request as its parts show it. */
function streamedText({ connection }: TerminalServer, number: number) {
  const partialResultToken = `soak ${number}`;
  let text = '';
  let restarts = 0;
  const parts = connection.onProgress(askPart, partialResultToken, (part) => {
    if (part.type === 'text-delta') text += part.text;
    if (part.type !== 'takeover' || part.mode !== 'restart') return;
    text = '';
    restarts += 1;
  });
  return {
    params: { partialResultToken },
    text: () => text,
    restarts: () => restarts,
    dispose: () => parts.dispose(),
  };
}

function startServer(folder: string, services: ServicesReady['services']): Promise<TerminalServer> {
  const entry = ({ kind, baseUrl, model }: ServicesReady['services'][number]) => [
    kind,
    // As many requests at a time as a cloud service.
    { kind, baseUrl, keyEnv, models: [model], enabled: true, source: 'api' },
  ];
  const limits = { connectMs: 2_000, firstPartMs: 3_000, betweenPartsMs: 400 };
  return connectServer({
    env: { PATH: process.env['PATH'], HOME: folder, [keyEnv]: key },
    initializationOptions: {
      storagePath: folder,
      settings: onlyProviders(Object.fromEntries(services.map(entry)), {
        'rumbo.models': Object.fromEntries(
          services.map(({ kind, model }) => [`${kind}/${model}`, { toggle: true, price }]),
        ),
        'rumbo.routing.timeouts': { local: limits, api: limits },
        'rumbo.routing.whenPinnedUnavailable': 'next',
        'rumbo.cache.enabled': true,
      }),
    },
  });
}

/** Garbage collection varies: the median of a few readings over the last requests. */
async function memoryAt(
  pid: number,
  count: number,
  sendUntil: (count: number) => Promise<void>,
): Promise<number | null> {
  const megabytes: number[] = [];
  for (let left = 4; left >= 0; left -= 1) {
    await sendUntil(count - left * 50);
    try {
      megabytes.push(residentMegabytes(pid));
    } catch {
      return null;
    }
  }
  return median(megabytes);
}

/** Providers and models whose circuit is not closed. */
const openIn = ({ providers }: Status): string[] =>
  providers.flatMap(({ name, circuit, modelCooldowns }) => [
    ...(circuit === 'closed' ? [] : [name]),
    ...modelCooldowns.filter(({ circuit }) => circuit !== 'closed').map(({ model }) => `${name}/${model}`),
  ]);

/**
 * Each answer is one row under the id of its receipt, and each such row is an answer's; interrupted attempts have rows of their own, with a
 * number appended to the id.
 */
function unaccounted(folder: string, results: readonly AskResult[]): number {
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'), { readOnly: true });
  const rows = new Set(
    database
      .prepare('select id from answers')
      .all()
      .map(({ id }) => String(id)),
  );
  database.close();
  const receipts = new Set(results.map(({ receipt }) => receipt.id));
  const whole = [...rows].filter((id) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(id));
  return receipts.difference(rows).size + whole.filter((id) => !receipts.has(id)).length;
}

/** The results of a repetitive day's requests. */
async function dayOf({ connection }: TerminalServer): Promise<AskResult[]> {
  const results: AskResult[] = [];
  for (const params of repetitiveDay) {
    const result = await connection.sendRequest(ask, params).catch(() => undefined);
    if (result) results.push(result);
  }
  return results;
}
