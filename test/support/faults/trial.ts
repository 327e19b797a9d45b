/** One engine, one fault, one question: what the user got, and everything that is not right about it. */
import type { ResponseError } from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import type { ErrorData } from '../../../shared/errors.ts';
import type { AskPart, AskResult } from '../../../shared/protocol.ts';
import type { Settings } from '../../e2e/server/support.ts';
import type { Exchange, FakeProvider } from '../fake-providers/fake-provider.ts';
import { goingOn, usage, wholeAnswer } from './answer.ts';
import type { FakedEngine } from './engines.ts';
import type { Fault, Outcome } from './fault.ts';
import { configure, key, keyEnv, only } from './servers.ts';

export type Verdict = {
  readonly outcome: Outcome;
  /** One sentence each. Empty: all is as it should be. */
  readonly complaints: readonly string[];
  /** The user was shown less, or more, than the answer, and told that it was whole. */
  readonly lost: boolean;
};

type Answer = {
  readonly parts: readonly AskPart[];
  /** What the user sees in the end. */
  readonly shown: string;
  readonly ms: number;
} & ({ readonly result: AskResult } | { readonly error: ErrorData });

/** @param alone nobody else can be asked */
export async function tryFault(
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
    const fake = await make({ models: [model], reply: goingOn, key, ...options });
    closing.push(fake);
    return fake;
  };
  try {
    const elsewhere = 'redirects' in primary ? await start({}) : undefined;
    const exchanges: { readonly at: number; readonly response: Exchange['response'] }[] = [];
    const first = await start({
      ...('options' in primary ? primary.options : {}),
      fault: {
        kind: 'misdeed',
        async does(exchange) {
          exchanges.push({ at: performance.now(), response: exchange.response });
          if ('redirects' in primary) {
            const location = `${elsewhere?.baseUrl}${exchange.request.path}`;
            exchange.refuse({ status: primary.redirects, headers: { location } });
          } else if ('does' in primary) await primary.does(exchange);
          else await exchange.answer();
        },
      },
    });
    const next = alone ? undefined : await start(fault.next?.(engine) ?? {});
    const entry = (baseUrl: string, isSound: boolean): Settings => ({
      kind,
      baseUrl,
      keyEnv,
      models: [model],
      // Who is silent only because this machine is busy is not to be given up.
      ...(isSound ? { timeouts: { firstPartMs: 7_000, betweenPartsMs: 7_000 } } : {}),
    });
    const isSound = fault.right.every((outcome) => outcome === 'primary') && fault.withinMs === undefined;
    const path = new URL(first.baseUrl).pathname.replace(/^\/$/, '');
    await configure(
      server,
      only(
        {
          first: entry('baseUrl' in primary ? `${primary.baseUrl}${path}` : first.baseUrl, isSound),
          ...(next ? { next: entry(next.baseUrl, !fault.next) } : {}),
        },
        {
          // The usual models of a service would be the only ones in rotation.
          'rumbo.models': { [`first/${model}`]: { toggle: true }, [`next/${model}`]: { toggle: true } },
          ...(fault.onInterruption ? { 'rumbo.routing.onInterruption': fault.onInterruption } : {}),
        },
      ),
    );

    const answer = await askOnce(server);
    const chats = first.chats.length;
    const { right, calls: allowed, kinds } = alone && fault.alone ? fault.alone : fault;
    const outcome = outcomeOf(answer);
    const complaints: string[] = [];
    const complain = (when: boolean, what: string) => {
      if (when) complaints.push(what);
    };

    complain(!right.includes(outcome), `ended as ${outcome}, not as ${right.join(' or ')}: ${told(answer)}`);
    complain(
      chats < allowed[0] || chats > allowed[1],
      `asked the first one ${chats} times, not ${allowed.join('–')}`,
    );
    complain(answer.ms > (fault.withinMs ?? 8_000), `took ${Math.round(answer.ms)} ms`);
    const lost = 'result' in answer && (answer.shown !== wholeAnswer || answer.result.text !== wholeAnswer);
    complain(lost, `called this whole: ${JSON.stringify(answer.shown)}`);
    complain((elsewhere?.requests.length ?? 0) > 0, 'followed a redirect to another origin');
    if ('error' in answer) complaints.push(...unclear(answer.error, answer.shown, kinds));
    else complaints.push(...unlike(answer, outcome, fault, next?.chats.length ?? 0));
    const gap = (exchanges[1]?.at ?? Number.POSITIVE_INFINITY) - (exchanges[0]?.at ?? 0);
    complain(gap < (fault.waitMs ?? 0), `asked again after ${Math.round(gap)} ms`);
    complain(!(await closed(exchanges)), 'left a socket open');
    if (fault.rests && !alone) {
      const again = await askOnce(server);
      complain(
        outcomeOf(again) === 'error' || again.shown !== wholeAnswer,
        `failed the next question: ${told(again)}`,
      );
      complain(first.chats.length > chats, 'asked the first one again at once');
    }
    return { outcome, complaints, lost };
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

/** What is wrong with an error as the user meets it. */
function unclear(error: ErrorData, shown: string, kinds: Fault['kinds']): string[] {
  const { kind, message, action, partial } = error;
  return [
    ...(kinds && !kinds.includes(kind)
      ? [`failed as ${kind}, not as ${kinds.join(' or ')}: ${message}`]
      : []),
    ...(action ? [] : [`names no action: ${message}`]),
    ...(/^[^\n]{8,400}$/.test(message) ? [] : [`says more or less than a sentence: ${message}`]),
    ...(message.includes(key) ? ['shows the key'] : []),
    ...((partial ?? '').startsWith(shown) ? [] : [`lost what had come: ${JSON.stringify([shown, partial])}`]),
    ...(partial === wholeAnswer ? ['calls a whole answer a part'] : []),
  ];
}

/** What is wrong with an answer beside its text. */
function unlike(
  { result, parts, shown }: Extract<Answer, { result: AskResult }>,
  outcome: Outcome,
  { brings, tellsUsage, next }: Fault,
  nextCalls: number,
): string[] {
  const complaints: string[] = [];
  const complain = (when: boolean, what: string) => {
    if (when) complaints.push(what);
  };
  const { receipt } = result;
  const [firstAttempt] = receipt.attempts;
  const seam = receipt.takeovers[0];
  complain(outcome === 'primary' && nextCalls > 0, 'asked the next one for nothing');
  complain(
    outcome !== 'primary' && (nextCalls < 1 || nextCalls > (next ? 2 : 1)),
    `asked the next one ${nextCalls} times`,
  );
  complain(
    outcome !== 'primary' &&
      firstAttempt !== undefined &&
      firstAttempt.model.startsWith('first/') &&
      (firstAttempt.outcome === 'ok' || !firstAttempt.message),
    'the receipt does not say why the first one failed',
  );
  complain(receipt.attempts.at(-1)?.outcome !== 'ok', 'the receipt ends with a failure');
  complain(
    outcome === 'continued' && (!seam || seam.at <= 0 || seam.at >= shown.length || !seam.reason),
    `the seam is not shown: ${JSON.stringify(receipt.takeovers)}`,
  );
  complain(outcome !== 'continued' && receipt.takeovers.length > 0, 'the receipt shows a seam that is none');
  complain(parts.at(-1)?.type !== 'finish', 'the last part is no finish');
  if (tellsUsage !== undefined) {
    complain(
      receipt.usageEstimated === tellsUsage,
      tellsUsage ? 'estimated what was told' : 'did not mark an estimate',
    );
    complain(
      tellsUsage && (receipt.usage.input !== usage.input || receipt.usage.output !== usage.output),
      `counted ${JSON.stringify(receipt.usage)}`,
    );
  }
  if (brings) {
    const thoughts = parts.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
    complain(thoughts !== brings.reasoning, `thought ${JSON.stringify(thoughts)}`);
    const calls = (result.toolCalls ?? []).map(({ name, input }) => [name, JSON.parse(input)]);
    const wanted = [[brings.call.name, JSON.parse(brings.call.input)]];
    complain(JSON.stringify(calls) !== JSON.stringify(wanted), `called ${JSON.stringify(calls)}`);
  }
  return complaints;
}

/** Whether every socket that is of no more use is closed, or soon will be. */
async function closed(exchanges: readonly { readonly response: Exchange['response'] }[]): Promise<boolean> {
  const done = () =>
    exchanges.every(({ response }) => response.writableFinished || response.destroyed || response.closed);
  for (let left = 50; left > 0 && !done(); left -= 1) await new Promise((resolve) => setTimeout(resolve, 20));
  return done();
}

const told = (answer: Answer): string =>
  'error' in answer
    ? `${answer.error.kind}, ${answer.error.message} ${JSON.stringify(answer.error.attempts?.map(({ model, outcome, message }) => [model, outcome, message]))}`
    : JSON.stringify(
        answer.result.receipt.attempts.map(({ model, outcome, message }) => [model, outcome, message]),
      );
