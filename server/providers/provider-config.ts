/** Which providers there are: the built-in engines, changed and added to by `rumbo.providers`. Pure. */
import type { Source } from '../../shared/models.ts';
import type { ProviderSettings, Settings, Timeouts } from '../../shared/settings.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { defaultTimeLimits, type TimeLimits } from '../engines/time-limits.ts';
import { isLoopback } from '../platform/loopback.ts';

/** A provider as it is set up now. */
export type ProviderConfig = {
  readonly name: string;
  readonly label: string;
  readonly definition: EngineDefinition;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly source: Source;
  /** On this machine, or on a host the user marked as trusted. */
  readonly private: boolean;
  readonly enabled: boolean;
  /** Named or changed by the user; the others are ours. */
  readonly userDefined: boolean;
  /** Models the user listed. Absent: the provider's own list. */
  readonly models?: readonly string[];
  readonly keyEnv?: string;
  readonly timeouts: TimeLimits;
  readonly note?: string;
};

export type ProviderConfigs = {
  readonly providers: readonly ProviderConfig[];
  /** One sentence for each provider that cannot be set up. */
  readonly problems: readonly string[];
};

type Env = Readonly<Record<string, string | undefined>>;

/** @param timeouts what the user says of all providers of a source */
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
    const baseUrl = own.baseUrl ?? definition.baseUrlFromEnv?.(env) ?? definition.baseUrl;
    if (baseUrl === undefined) {
      problems.push(`rumbo.providers.${name} needs a baseUrl.`);
      return [];
    }
    const fault = faultOf(baseUrl);
    if (fault) {
      problems.push(`rumbo.providers.${name}.baseUrl ${fault}.`);
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
    baseUrl: baseUrl.replace(/\/+$/, ''),
    source,
    private: source === 'local' && (isLoopback(hostname) || own.trusted === true),
    enabled: own.enabled ?? true,
    userDefined,
    ...(own.models ? { models: own.models } : {}),
    ...(own.keyEnv ? { keyEnv: own.keyEnv } : {}),
    timeouts: limitsFrom(defaultTimeLimits[source], timeouts[source], own.timeouts),
    ...(own.note ? { note: own.note } : {}),
  };
}

/** The narrower word wins: a provider's own, its source's, ours. */
function limitsFrom(usual: TimeLimits, ...said: readonly (Timeouts | undefined)[]): TimeLimits {
  const told = (name: keyof TimeLimits): number =>
    said.findLast((each) => each?.[name])?.[name] ?? usual[name];
  return {
    connectMs: told('connectMs'),
    firstPartMs: told('firstPartMs'),
    betweenPartsMs: told('betweenPartsMs'),
  };
}

/** A key inside an address would end up in logs and on screens. */
function faultOf(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (!url) return 'is not an address';
  if (url.username || url.password) return 'must not hold a user name or password; save a key instead';
  if (url.search || url.hash) return 'must not hold a query; save a key instead';
  return;
}
