/** One engine, one fault, one request: what the user got, and every problem with it. */
import type { ResponseError } from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import type { ErrorData } from '../../../shared/errors.ts';
import type { AskPart, AskResult } from '../../../shared/protocol.ts';
import type { Settings } from '../../e2e/server/support.ts';
import type { Exchange, FakeProvider } from '../fake-providers/fake-provider.ts';
import type { FakedEngine } from './engines.ts';
import { continueAnswer, usage, wholeAnswer } from './expected-answer.ts';
import type { Fault, Outcome } from './fault.ts';
import { configure, key, keyEnv, onlyProviders } from './servers.ts';

export type Verdict = {
  readonly outcome: Outcome;
  /** One sentence each. Empty: no problem. */
  readonly problems: readonly string[];
  /** The user saw less or more than the answer, reported as complete. */
  readonly lost: boolean;
};

type Answer = {
  readonly parts: readonly AskPart[];
  /** The text that the user sees at the end. */
  readonly shown: string;
  readonly ms: number;
} & ({ readonly result: AskResult } | { readonly error: ErrorData });

/** @param alone there is no second provider */
export async function runFault(
  server: TerminalServer,
  engine: FakedEngine,
  fault: Fault,
  alone: boolean,
): Promise<Verdict | undefined> {
  const primary = fault.primary(engine);
  if (!primary) return undefined;
  const { kind, make, model } = engine;
  const closing: FakeProvider[] = [];
  const start = async (options: Parameters<typeof make>[0]): Promise<FakeProvider> => {
    const fake = await make({ models: [model], reply: continueAnswer, key, ...options });
    closing.push(fake);
    return fake;
  };
  try {
    const elsewhere = 'redirects' in primary ? await start({}) : undefined;
    const exchanges: { readonly at: number; readonly response: Exchange['response'] }[] = [];
    const first = await start({
      ...('options' in primary ? primary.options : {}),
      fault: {
        kind: 'custom',
        async behavior(exchange) {
          exchanges.push({ at: performance.now(), response: exchange.response });
          if ('redirects' in primary) {
            const location = `${elsewhere?.baseUrl}${exchange.request.path}`;
            exchange.refuse({ status: primary.redirects, headers: { location } });
          } else if ('behavior' in primary) await primary.behavior(exchange);
          else await exchange.sendAnswer();
        },
      },
    });
    const next = alone ? undefined : await start(fault.next?.(engine) ?? {});
    const entry = (baseUrl: string, isSound: boolean): Settings => ({
      kind,
      baseUrl,
      keyEnv,
      models: [model],
      // A provider that is slow because this machine is busy must not time out.
      ...(isSound ? { timeouts: { firstPartMs: 7_000, betweenPartsMs: 7_000 } } : {}),
    });
    const isSound = fault.expected.every((outcome) => outcome === 'primary') && fault.maxMs === undefined;
    const path = new URL(first.baseUrl).pathname.replace(/^\/$/, '');
    await configure(
      server,
      onlyProviders(
        {
          first: entry('baseUrl' in primary ? `${primary.baseUrl}${path}` : first.baseUrl, isSound),
          ...(next ? { next: entry(next.baseUrl, !fault.next) } : {}),
        },
        {
          // The default models of a service would be the only ones in rotation.
          'rumbo.models': { [`first/${model}`]: { toggle: true }, [`next/${model}`]: { toggle: true } },
          // Named in each trial: a setting that a message leaves out stays as it was.
          'rumbo.routing.onInterruption': fault.onInterruption ?? 'continue',
        },
      ),
    );

    const answer = await askOnce(server);
    const chats = first.chats.length;
    const {
      expected,
      calls: allowed,
      kinds,
    } = alone && fault.withoutFallback ? fault.withoutFallback : fault;
    const outcome = outcomeOf(answer);
    const problems: string[] = [];
    const report = (when: boolean, what: string) => {
      if (when) problems.push(what);
    };

    report(
      !expected.includes(outcome),
      `ended as ${outcome}, not as ${expected.join(' or ')}: ${describeAnswer(answer)}`,
    );
    report(
      chats < allowed[0] || chats > allowed[1],
      `sent the first provider ${chats} requests, not ${allowed.join('–')}`,
    );
    report(answer.ms > (fault.maxMs ?? 8_000), `took ${Math.round(answer.ms)} ms`);
    const lost = 'result' in answer && (answer.shown !== wholeAnswer || answer.result.text !== wholeAnswer);
    report(lost, `reported as complete: ${JSON.stringify(answer.shown)}`);
    report((elsewhere?.requests.length ?? 0) > 0, 'followed a redirect to another origin');
    if ('error' in answer) problems.push(...unclear(answer.error, answer.shown, kinds));
    else problems.push(...unlike(answer, outcome, fault, next?.chats.length ?? 0));
    const waitedMs = (exchanges[1]?.at ?? Number.POSITIVE_INFINITY) - (exchanges[0]?.at ?? 0);
    report(waitedMs < (fault.minWaitMs ?? 0), `retried after ${Math.round(waitedMs)} ms`);
    report(!(await closed(exchanges)), 'left a socket open');
    if (fault.coolsDown && !alone) {
      const again = await askOnce(server);
      report(
        outcomeOf(again) === 'error' || again.shown !== wholeAnswer,
        `failed the next request: ${describeAnswer(again)}`,
      );
      report(first.chats.length > chats, 'sent the first provider a request at once');
    }
    return { outcome, problems, lost };
  } finally {
    await Promise.all(closing.map((fake) => fake.close()));
  }
}

async function askOnce(server: TerminalServer): Promise<Answer> {
  const parts: AskPart[] = [];
  let shown = '';
  const startedAt = performance.now();
  const onPart = (part: AskPart): void => {
    parts.push(part);
    if (part.type === 'text-delta') shown += part.text;
    if (part.type === 'takeover' && part.mode === 'restart') shown = '';
  };
  const since = () => performance.now() - startedAt;
  try {
    const signal = AbortSignal.timeout(20_000);
    const result = await server.ask({ prompt: 'Say it.', useCache: false }, onPart, signal);
    return { parts, shown, ms: since(), result };
  } catch (error) {
    const { data } = error as ResponseError<ErrorData>;
    if (!data) throw error;
    return { parts, shown, ms: since(), error: data };
  }
}

function outcomeOf(answer: Answer): Outcome {
  if ('error' in answer) return 'error';
  const takeover = answer.parts.findLast((part) => part.type === 'takeover');
  if (takeover) return takeover.mode === 'restart' ? 'restarted' : 'continued';
  return answer.result.receipt.model.startsWith('first/') ? 'primary' : 'fallback';
}

/** Problems of an error as the user sees it. */
function unclear(error: ErrorData, shown: string, kinds: Fault['kinds']): string[] {
  const { kind, message, action, partial } = error;
  return [
    ...(kinds && !kinds.includes(kind)
      ? [`failed as ${kind}, not as ${kinds.join(' or ')}: ${message}`]
      : []),
    ...(action ? [] : [`names no action: ${message}`]),
    ...(/^[^\n]{8,400}$/.test(message) ? [] : [`is not one sentence: ${message}`]),
    ...(message.includes(key) ? ['shows the key'] : []),
    ...((partial ?? '').startsWith(shown)
      ? []
      : [`lost the text so far: ${JSON.stringify([shown, partial])}`]),
    ...(partial === wholeAnswer ? ['reports a complete answer as partial'] : []),
  ];
}

/** Problems of an answer besides its text. */
function unlike(
  { result, parts, shown }: Extract<Answer, { result: AskResult }>,
  outcome: Outcome,
  { extras, reportsUsage, next }: Fault,
  nextCalls: number,
): string[] {
  const problems: string[] = [];
  const report = (when: boolean, what: string) => {
    if (when) problems.push(what);
  };
  const { receipt } = result;
  const [firstAttempt] = receipt.attempts;
  const takeover = receipt.takeovers[0];
  report(outcome === 'primary' && nextCalls > 0, 'sent the next provider a needless request');
  report(
    outcome !== 'primary' && (nextCalls < 1 || nextCalls > (next ? 3 : 1)),
    `sent the next provider ${nextCalls} requests`,
  );
  report(
    outcome !== 'primary' &&
      firstAttempt !== undefined &&
      firstAttempt.model.startsWith('first/') &&
      (firstAttempt.outcome === 'ok' || !firstAttempt.message),
    'the receipt does not say why the first one failed',
  );
  report(receipt.attempts.at(-1)?.outcome !== 'ok', 'the receipt ends with a failure');
  report(
    outcome === 'continued' &&
      (!takeover || takeover.at <= 0 || takeover.at >= shown.length || !takeover.reason),
    `the takeover is not shown: ${JSON.stringify(receipt.takeovers)}`,
  );
  report(
    outcome !== 'continued' && receipt.takeovers.length > 0,
    'the receipt shows a takeover that did not happen',
  );
  report(parts.at(-1)?.type !== 'finish', 'the last part is no finish');
  if (reportsUsage !== undefined) {
    report(
      receipt.usageEstimated === reportsUsage,
      reportsUsage ? 'estimated reported usage' : 'did not mark an estimate',
    );
    report(
      reportsUsage && (receipt.usage.input !== usage.input || receipt.usage.output !== usage.output),
      `counted ${JSON.stringify(receipt.usage)}`,
    );
  }
  if (extras) {
    const thoughts = parts.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
    report(thoughts !== extras.reasoning, `thought ${JSON.stringify(thoughts)}`);
    const calls = (result.toolCalls ?? []).map(({ name, input }) => [name, JSON.parse(input)]);
    const wanted = [[extras.call.name, JSON.parse(extras.call.input)]];
    report(JSON.stringify(calls) !== JSON.stringify(wanted), `called ${JSON.stringify(calls)}`);
  }
  return problems;
}

/** Whether every unused socket is closed, or soon will be. */
async function closed(exchanges: readonly { readonly response: Exchange['response'] }[]): Promise<boolean> {
  const done = () =>
    exchanges.every(({ response }) => response.writableFinished || response.destroyed || response.closed);
  for (let left = 50; left > 0 && !done(); left -= 1) await new Promise((resolve) => setTimeout(resolve, 20));
  return done();
}

const describeAnswer = (answer: Answer): string =>
  'error' in answer
    ? `${answer.error.kind}, ${answer.error.message} ${JSON.stringify(answer.error.attempts?.map(({ model, outcome, message }) => [model, outcome, message]))}`
    : JSON.stringify(
        answer.result.receipt.attempts.map(({ model, outcome, message }) => [model, outcome, message]),
      );
