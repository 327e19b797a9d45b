/** The providers: the built-in engines with the changes and additions of `rumbo.providers`. Pure. */
import type { Source } from '../../shared/models.ts';
import type { ProviderSettings, Settings, Timeouts } from '../../shared/settings.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { defaultTimeLimits, type TimeLimits } from '../engines/time-limits.ts';
import { keyBeginning } from '../platform/key-patterns.ts';
import { isLoopback } from '../platform/loopback.ts';
import { baseAddress } from './base-address.ts';

/** A provider as the settings configure it. */
export type ProviderConfig = {
  readonly name: string;
  readonly label: string;
  readonly definition: EngineDefinition;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly source: Source;
  /** On this machine, or on a host the user marked as trusted. */
  readonly private: boolean;
  /** Its source is local and its address is that of another machine. Absent: it is not. */
  readonly onOtherMachine?: true;
  readonly enabled: boolean;
  /** The user's settings name it; otherwise it is built in and unchanged. */
  readonly userDefined: boolean;
  /** Models the user listed. Absent: the provider's own list. */
  readonly models?: readonly string[];
  /** Sent with every request. Absent: none but the engine's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly keyEnv?: string;
  readonly timeouts: TimeLimits;
  /** Requests at a time, as the user set it. Absent: measured, or as the rate limits allow. */
  readonly maxConcurrentRequests?: number;
  readonly note?: string;
  /** Its models answer only while no other model can. Absent: false. */
  readonly standby?: true;
};

export type ProviderConfigs = {
  readonly providers: readonly ProviderConfig[];
  /** One sentence for each provider that cannot be set up. */
  readonly problems: readonly string[];
};

type Env = Readonly<Record<string, string | undefined>>;

/** @param timeouts the user's settings for all providers of a source */
export function resolveProviderConfigs(
  settings: Settings['providers'],
  definitions: readonly EngineDefinition[],
  env: Env,
  timeouts: Settings['routing.timeouts'] = {},
): ProviderConfigs {
  const problems: string[] = [];
  const builtIn = definitions.filter(({ baseUrl }) => baseUrl !== undefined).map(({ kind }) => kind);
  const names = [...new Set([...builtIn, ...Object.keys(settings)])];
  const providers = names.flatMap((name) => {
    const own = settings[name] ?? {};
    const kind = own.kind ?? (builtIn.includes(name) ? name : 'openai-compatible');
    const definition = definitions.find((each) => each.kind === kind);
    if (!definition) {
      const kinds = definitions.map((each) => each.kind).join(', ');
      problems.push(`rumbo.providers.${name}.kind must be one of ${kinds}.`);
      return [];
    }
    const pasted = own.baseUrl === undefined ? undefined : baseAddress(own.baseUrl, kind);
    const baseUrl = pasted ?? definition.baseUrlFromEnv?.(env) ?? definition.baseUrl;
    if (baseUrl === undefined) {
      problems.push(`rumbo.providers.${name} needs a baseUrl.`);
      return [];
    }
    const problem = addressProblem(baseUrl);
    if (problem) {
      problems.push(`rumbo.providers.${name}.baseUrl ${problem}.`);
      return [];
    }
    const header = unsafeHeader(own.headers);
    if (header) {
      problems.push(
        `rumbo.providers.${name}.headers must not hold ${header}; save a key with “Rumbo: Set API Key” instead.`,
      );
      return [];
    }
    return [toProviderConfig(name, own, definition, baseUrl, name in settings, timeouts)];
  });
  return { providers, problems };
}

function toProviderConfig(
  name: string,
  own: ProviderSettings,
  definition: EngineDefinition,
  baseUrl: string,
  userDefined: boolean,
  timeouts: Settings['routing.timeouts'],
): ProviderConfig {
  const source = own.source ?? definition.source;
  const { hostname } = new URL(baseUrl);
  return {
    name,
    label: own.label ?? (name === definition.kind ? definition.label : name),
    definition,
    baseUrl: withBasePath(baseUrl.replace(/(?<!\/)\/+$/, ''), definition),
    source,
    ...(source === 'local' && !isLoopback(hostname) ? { onOtherMachine: true as const } : {}),
    private: source === 'local' && (isLoopback(hostname) || own.trusted === true),
    enabled: own.enabled ?? true,
    userDefined,
    ...(own.models ? { models: own.models } : {}),
    ...(own.headers ? { headers: own.headers } : {}),
    ...(own.keyEnv ? { keyEnv: own.keyEnv } : {}),
    timeouts: limitsFrom(defaultTimeLimits[source], timeouts[source], own.timeouts),
    ...(own.maxConcurrentRequests ? { maxConcurrentRequests: own.maxConcurrentRequests } : {}),
    ...(own.note ? { note: own.note } : {}),
    ...(own.standby ? { standby: true as const } : {}),
  };
}

/** The base URL as the engine expects it. */
function withBasePath(baseUrl: string, { basePath }: EngineDefinition): string {
  if (!basePath) return baseUrl;
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${basePath(pathname.replace(/(?<!\/)\/+$/, ''))}`;
}

/** The narrower setting wins: the provider's, its source's, the default. */
function limitsFrom(usual: TimeLimits, ...settings: readonly (Timeouts | undefined)[]): TimeLimits {
  const limit = (name: keyof TimeLimits): number =>
    settings.findLast((each) => each?.[name])?.[name] ?? usual[name];
  return {
    connectMs: limit('connectMs'),
    firstPartMs: limit('firstPartMs'),
    betweenPartsMs: limit('betweenPartsMs'),
  };
}

/** Headers that carry a key, or that only HTTP itself may set. */
const reservedHeader =
  /^(?:(?:proxy-)?authorization|cookie|.*api-?key.*|.*(?:secret|token|password).*|host|connection|content-.*|accept-encoding|transfer-encoding|expect|te|upgrade)$/i;
const keyAnywhere = new RegExp(`\\b(?:${keyBeginning}|Bearer\\s|Basic\\s)[-_.\\w]{4,}`);

/** The name of a header that must not come from the settings. `undefined`: each may. */
const unsafeHeader = (headers: ProviderSettings['headers'] = {}): string | undefined =>
  Object.entries(headers).find(([name, value]) => reservedHeader.test(name) || keyAnywhere.test(value))?.[0];

/** Why an address is rejected. A key inside an address would end up in logs and views. */
function addressProblem(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (!url) return 'is not an address';
  if (url.username || url.password) return 'must not hold a user name or password; save a key instead';
  if (url.search || url.hash) return 'must not hold a query; save a key instead';
  return;
}
