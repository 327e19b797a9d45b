/** The commands that print text: plan, explain, status. */
import { takeoverText } from '../../client/format/answer.ts';
import { explanationDocument } from '../../client/format/explanation.ts';
import { modelDescription } from '../../client/format/model.ts';
import {
  activeRateWindows,
  cooldownText,
  keyStateText,
  lastRequestText,
  providerDescription,
  rateWindowText,
} from '../../client/format/provider.ts';
import { receiptSection } from '../../client/format/receipt.ts';
import { formatDollars, oneLine } from '../../client/format/text.ts';
import * as protocol from '../../shared/protocol.ts';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import { answerText } from './answer-text.ts';
import type { Ask } from './arguments.ts';
import type { TerminalServer } from './server.ts';
import { print, printError, printJson, promptOf, routeOf } from './shared.ts';

export async function plan(ask: Ask, server: TerminalServer, signal: AbortSignal): Promise<void> {
  const params = {
    ...(await routeOf(ask)),
    role: 'planner',
    prompt: await promptOf(ask),
    useCache: ask.useCache,
  };
  const answer = answerText(ask.json ? () => {} : print);
  const follow = (part: protocol.AskPart) => {
    announce(part, !ask.json && answer.isMidLine);
    answer.take(part);
  };
  try {
    const result = await server.ask(params, follow, signal);
    if (ask.json) printJson(result);
    else answer.end(receiptSection(result.receipt, result.text));
  } catch (error) {
    answer.breakOff();
    throw error;
  }
}

export async function explain(ask: Ask, { connection }: TerminalServer): Promise<void> {
  // The models must be listed before a route can be explained; no model gets a request.
  await connection.sendRequest(protocol.listModels, { refresh: true });
  const prompt = await promptOf(ask);
  const result = await connection.sendRequest(protocol.explain, { ...(await routeOf(ask)), prompt });
  if (ask.json) printJson(result);
  else print(explanationDocument(prompt, result));
}

export async function status(ask: Ask, { connection }: TerminalServer): Promise<void> {
  await connection.sendRequest(protocol.listModels, { refresh: true });
  const now = await connection.sendRequest(protocol.status);
  if (ask.json) printJson(now);
  else print(statusText(now));
}

/**
 * Reports on stderr which model answers, which failed, and which takes over.
 * @param midLine whether the last line on the screen has not ended
 */
export function announce(part: protocol.AskPart, midLine = false): void {
  const line = announcement(part);
  if (line) printError(`${midLine ? '\n' : ''}${oneLine(line)}\n`);
}

function announcement(part: protocol.AskPart): string | undefined {
  switch (part.type) {
    case 'start':
      return `${part.model}${part.cached ? ' (from the cache)' : ''}${part.note ? ` · ${part.note}` : ''}`;
    case 'compaction':
      return `Compacting a conversation of about ${part.tokens} tokens, which fits into no context …`;
    case 'wait':
      return `Waiting until ${new Date(part.until).toLocaleTimeString()}: ${part.reason}`;
    case 'fallback':
      return `${part.from} did not answer: ${part.reason}`;
    case 'takeover':
      return `${takeoverText(part)}${part.mode === 'restart' ? ' and starts over' : ''}: ${part.reason}`;
    case 'second-request':
      return `${part.model} is asked once more: ${part.reason}`;
    default:
      return undefined;
  }
}

export function statusText({
  health,
  version,
  strategy,
  priorityOrder,
  providers,
  today,
  budgets,
  problems,
  unencrypted = [],
}: Status): string {
  const lines = [
    `Rumbo ${version}: ${health} · strategy ${strategy} · order ${priorityOrder.join(', ')}`,
    `Today: ${today.requests} requests, ${formatDollars(today.costUsd)}${today.unknownPrice > 0 ? ` and ${today.unknownPrice} of unknown price` : ''}`,
    ...budgets.map(
      ({ name, limitUsd, spentUsd }) => `${name}: ${formatDollars(spentUsd)} of ${formatDollars(limitUsd)}`,
    ),
    ...problems.map((problem) => `Problem: ${problem}`),
    ...unencrypted.map(
      (origin) =>
        `Problem: requests to ${origin} would not be encrypted, so none is sent; add it to rumbo.network.allowHttp to allow them.`,
    ),
    '',
  ];
  for (const provider of providers) lines.push(...providerLines(provider));
  return `${lines.join('\n')}\n`;
}

function providerLines(provider: ProviderStatus): string[] {
  const { name, origin, detail, models, modelCooldowns, keys, lastOutcome, note } = provider;
  const cooldowns = new Map(modelCooldowns.map((each) => [each.model, each]));
  const inRotation = models.filter(({ toggle }) => toggle);
  const unlisted = modelCooldowns.filter(({ model }) => !inRotation.some((each) => each.name === model));
  const off = models.length - inRotation.length;
  return [
    `${name.padEnd(18)} ${providerDescription(provider)} · ${origin}`,
    ...[detail, note, lastOutcome && lastRequestText(lastOutcome)].flatMap((line) =>
      line ? [`  ${oneLine(line)}`] : [],
    ),
    ...keys.map((key) => `  ${key.name}: ${keyStateText(key)}`),
    ...activeRateWindows(provider).map((window) => {
      const { left, until } = rateWindowText(window);
      return `  ${left}, ${until}`;
    }),
    ...inRotation.map((model) => {
      const cooldown = cooldowns.get(model.name);
      const local = provider.local?.find((each) => each.name === model.name);
      return `  ${model.id}  ${modelDescription({ model, ...(cooldown ? { cooldown } : {}), ...(local ? { local } : {}) })}${cooldown ? ` · ${oneLine(cooldown.reason)}` : ''}`;
    }),
    ...unlisted.map((each) => `  ${name}/${each.model}  ${cooldownText(each)} · ${oneLine(each.reason)}`),
    ...(off > 0 ? [`  and ${off} that are switched off`] : []),
  ];
}
