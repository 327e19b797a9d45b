/** Collects what a bug report needs and nothing that is the user's. */
import { homedir } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Diagnostics, ProviderDiagnostics } from '../../shared/diagnostics.ts';
import type { NetworkOptions } from '../../shared/protocol.ts';
import { defaultSettings, Settings, settingKeys } from '../../shared/settings.ts';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import type { Counters } from '../metrics/counters.ts';
import type { RecentLog } from '../platform/log.ts';
import { isUnencrypted } from '../platform/loopback.ts';
import { redactKeys } from '../platform/redact-keys.ts';

export type DiagnosticsDeps = {
  readonly status: () => Status;
  readonly settings: () => Settings;
  readonly metrics: Pick<Counters, 'read'>;
  readonly recentLog: RecentLog;
  readonly network: NetworkOptions | undefined;
};

/** Milliseconds in which the event loop is watched. */
const sampleMs = 200;

export async function collectDiagnostics(deps: DiagnosticsDeps): Promise<Diagnostics> {
  const { status, settings, metrics, recentLog, network } = deps;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await sleep(sampleMs);
  delay.disable();
  const now = status();
  const milliseconds = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5) / 10 - 5);
  return {
    version: now.version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    uptimeSeconds: Math.round(process.uptime()),
    memoryMB: Math.round(process.memoryUsage.rss() / 1e6),
    eventLoopDelayMs: { mean: milliseconds(delay.mean), max: milliseconds(delay.max) },
    eventLoopUtilization: Math.round(performance.eventLoopUtilization().utilization * 1000) / 1000,
    health: now.health,
    settings: changedSettings(settings()),
    problems: now.problems.length,
    keyStore: String(now.keyStore),
    providers: now.providers.map(providerDiagnostics),
    network: {
      proxy: Boolean(network?.proxy ?? network?.httpsProxy ?? network?.httpProxy),
      certificateFile: settings()['network.certificateFile'] !== null,
    },
    lastErrors: recentLog.entries().map((entry) => ({ ...entry, message: withoutUser(entry.message) })),
    counters: countersOf(metrics.read().counters, now.providers),
  };
}

/** A text or a map may name people, hosts and folders. */
function changedSettings(settings: Settings): Record<string, string> {
  const changed = settingKeys.filter(
    (key) => JSON.stringify(settings[key]) !== JSON.stringify(defaultSettings[key]),
  );
  return Object.fromEntries(changed.map((key) => [key, shownValue(key, settings[key])]));
}

function shownValue(key: keyof Settings, value: unknown): string {
  if (typeof value === 'boolean' || typeof value === 'number' || value === null) return String(value);
  if (typeof value === 'string' && isChoice(key)) return value;
  if (Array.isArray(value)) return `${value.length} entries`;
  return typeof value === 'object' ? `${Object.keys(value).length} entries` : 'set';
}

/** Only one of the words that the schema lists fits. */
const isChoice = (key: keyof Settings): boolean => !Settings.shape[key].safeParse('\u0000').success;

function providerDiagnostics(provider: ProviderStatus, index: number): ProviderDiagnostics {
  const { kind, source, onOtherMachine, origin, state, circuit, rule, key, keys, models, lastOutcome } =
    provider;
  const local = onOtherMachine ? 'another machine' : 'this machine';
  return {
    name: nameOf(provider, index),
    kind,
    place: source === 'local' ? local : 'cloud',
    isEncrypted: !isUnencrypted(origin),
    state,
    circuit,
    ...(rule === undefined ? {} : { rule }),
    key,
    keys: keys.length,
    models: models.length,
    ...(lastOutcome ? { lastOutcome: `${lastOutcome.outcome}, ${Math.round(lastOutcome.ms)} ms` } : {}),
  };
}

const nameOf = ({ name, kind }: ProviderStatus, index: number): string =>
  name === kind ? name : `provider ${index + 1}`;

/** Labels of counters hold names of providers. */
function countersOf(
  counters: Readonly<Record<string, number>>,
  providers: readonly ProviderStatus[],
): Record<string, number> {
  const names = new Map(providers.map((each, index) => [each.name, nameOf(each, index)]));
  return Object.fromEntries(
    Object.entries(counters).map(([label, count]) => [
      label.replace(/provider="([^"]*)"/, (_, name: string) => `provider="${names.get(name) ?? 'another'}"`),
      count,
    ]),
  );
}

/** Addresses and paths say where the user works and for which company. */
const withoutUser = (message: string): string =>
  redactKeys(message)
    .replaceAll(homedir(), '~')
    .replace(/\b(?:https?|socks5?h?|wss?):\/\/[^\s"'<>)]+/gi, (address) =>
      /\/\/(?:127\.|localhost|\[::1\])/.test(address) ? address : '<address>',
    )
    .replace(/(?:~[\\/]|\/|\b[A-Z]:\\)(?:[\w.@ -]{1,80}[\\/])+[\w.@-]*/g, '<path>');
