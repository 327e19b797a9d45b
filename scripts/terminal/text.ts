/** The commands that answer with text: plan, explain, status. */
import { explanationDocument } from '../../client/texts/explanation.ts';
import { lastAction, modelDescription, providerDescription } from '../../client/texts/provider.ts';
import { receiptSection } from '../../client/texts/receipt.ts';
import { dollars } from '../../client/texts/words.ts';
import * as protocol from '../../shared/protocol.ts';
import type { Status } from '../../shared/status.ts';
import type { Ask } from './arguments.ts';
import type { TerminalServer } from './server.ts';
import { type Parts, print, printJson, promptOf, routeOf } from './shared.ts';

export async function plan(ask: Ask, server: TerminalServer, signal: AbortSignal): Promise<void> {
  const parts: Parts = { start: announce, text: ask.json ? () => {} : print };
  const params = {
    ...(await routeOf(ask)),
    role: 'planner',
    prompt: await promptOf(ask),
    useCache: ask.useCache,
  };
  const result = await server.ask(params, (part) => tell(part, parts), signal);
  if (ask.json) printJson(result);
  else print(`\n\n${receiptSection(result.receipt)}`);
}

export async function explain(ask: Ask, { connection }: TerminalServer): Promise<void> {
  // Who is there must be known before it can be explained; local engines are asked for their lists, nobody for an answer.
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

/** What goes to stderr while an answer streams: who answers, and who did not. */
export function tell(part: protocol.AskPart, { start, text }: Parts): void {
  if (part.type === 'start' || part.type === 'fallback') start(part);
  if (part.type === 'text-delta') text(part.text);
}

export function announce(part: Extract<protocol.AskPart, { type: 'start' | 'fallback' }>): void {
  const line =
    part.type === 'start'
      ? `${part.model}${part.cached ? ' (from the cache)' : ''}${part.note ? ` · ${part.note}` : ''}`
      : `${part.from} did not answer: ${part.reason}`;
  process.stderr.write(`${line}\n`);
}

function statusText({
  health,
  version,
  strategy,
  priorityOrder,
  providers,
  today,
  budgets,
  problems,
}: Status): string {
  const lines = [
    `Rumbo ${version}: ${health} · strategy ${strategy} · order ${priorityOrder.join(', ')}`,
    `Today: ${today.requests} requests, ${dollars(today.costUsd)}${today.unknownPrice > 0 ? ` and ${today.unknownPrice} of unknown price` : ''}`,
    ...budgets.map(({ name, limitUsd, spentUsd }) => `${name}: ${dollars(spentUsd)} of ${dollars(limitUsd)}`),
    ...problems.map((problem) => `Problem: ${problem}`),
    '',
  ];
  for (const provider of providers) {
    const { name, origin, detail, models, last, note } = provider;
    lines.push(`${name.padEnd(18)} ${providerDescription(provider)} · ${origin}`);
    if (detail) lines.push(`  ${detail}`);
    if (note) lines.push(`  ${note}`);
    if (last) lines.push(`  ${lastAction(last)}`);
    for (const model of models.filter(({ toggle }) => toggle))
      lines.push(`  ${model.id}  ${modelDescription(model)}`);
    const off = models.filter(({ toggle }) => !toggle).length;
    if (off > 0) lines.push(`  and ${off} that are switched off`);
  }
  return `${lines.join('\n')}\n`;
}
