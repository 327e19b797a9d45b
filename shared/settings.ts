/** Every setting, once. test/manifest.test.ts writes the manifest's `contributes.configuration` and docs/settings.md from this file. */
import * as z from 'zod';
import { expandedGlobLength, isGlob, maxExpandedGlobs, maxGlobLength, maxGlobs } from './glob.ts';
import { keyStoreSettings } from './keys.ts';
import { logLevels } from './log-levels.ts';
import { ModelIdSchema } from './model-id.ts';
import { roleIds } from './roles.ts';
import { strategies, taskTypes } from './tasks.ts';

export const settingsSection = 'rumbo';

/**
 * Scopes, as VS Code defines them. `application`: only the user can set it. `machine`: only
 * the user, for each machine that runs the extension. `window`: a workspace can set it too, but
 * only narrow what the user allows (client/settings/effective-settings.ts).
 */
type SettingScope = 'application' | 'machine' | 'window';

/**
 * What a changed setting affects. `routing`: which model answers, so cached answers no longer apply. `inline`: which
 * model writes ghost text, and where. The others name the module that reads the setting.
 */
export const settingAspects = [
  'routing',
  'inline',
  'cache',
  'budgets',
  'providers',
  'discovery',
  'models',
  'registry',
  'log',
  'keys',
] as const;
export type SettingAspect = (typeof settingAspects)[number];

const meta = (
  scope: SettingScope,
  affects: readonly [SettingAspect, ...SettingAspect[]],
  markdownDescription: string,
  more: Record<string, unknown> = {},
) => ({ scope, affects, markdownDescription, ...more });

const Strategy = z.enum(strategies);
const Usd = z.number().min(0).max(100_000);

export const PriceSettings = z.strictObject({
  input: Usd,
  output: Usd,
  cachedRead: Usd.optional(),
  cacheWrite: Usd.optional(),
});

/** A glob pattern of files. Longer ones, and those that shared/glob.ts cannot compile, are invalid. */
const FilePattern = z
  .string()
  .min(1)
  .max(maxGlobLength)
  .refine((glob) => isGlob(glob.replace(/^!(?!\()/, '')), {
    error: 'must be a glob of `*`, `**`, `?`, `[a-z]` and `{a,b}` with few alternatives',
  });
const FilePatterns = z
  .array(FilePattern)
  .max(maxGlobs)
  .refine((globs) => globs.reduce((sum, glob) => sum + expandedGlobLength(glob), 0) <= maxExpandedGlobs, {
    error: 'must be shorter: its patterns have too many alternatives',
  });

/** What a user may set for one model. */
export const ModelSettings = z.strictObject({
  source: z.enum(['local', 'api']).optional(),
  toggle: z.boolean().optional(),
  locked: z.boolean().optional(),
  tier: z.int().min(1).max(5).optional(),
  contextTokens: z.int().min(1).max(100_000_000).optional(),
  maxOutputTokens: z.int().min(1).max(100_000_000).optional(),
  tools: z.boolean().optional(),
  vision: z.boolean().optional(),
  price: PriceSettings.optional(),
});
export type ModelSettings = z.infer<typeof ModelSettings>;

const Milliseconds = z.int().min(1).max(3_600_000).optional();

/** Timeouts in milliseconds. Absent: the default for the source. */
export const Timeouts = z.strictObject({
  /** For connecting. */
  connectMs: Milliseconds,
  /** From sending the request to the first part of the answer. */
  firstPartMs: Milliseconds,
  /** Between two parts; a stream that sends nothing for longer counts as broken off. */
  betweenPartsMs: Milliseconds,
});
export type Timeouts = z.infer<typeof Timeouts>;

/** What a user may set for one provider, built-in or new. */
export const ProviderSettings = z.strictObject({
  /** An engine in server/engines/table.ts. Absent: the engine with the provider's name, else `openai-compatible`. */
  kind: z.string().min(1).optional(),
  label: z.string().min(1).max(60).optional(),
  baseUrl: z.url({ protocol: /^https?$/, message: 'must be an http or https address' }).optional(),
  source: z.enum(['local', 'api']).optional(),
  keyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
    .optional(),
  models: z.array(z.string().min(1)).optional(),
  /** Sent with every request, as some gateways require; never a key. */
  headers: z
    .record(
      z.string().regex(/^[A-Za-z][\w-]*$/, 'must be the name of a header'),
      z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
    )
    .optional(),
  enabled: z.boolean().optional(),
  trusted: z.boolean().optional(),
  timeouts: Timeouts.optional(),
  /** Requests at a time; further ones wait. Absent: what rate limits allow (64 or more), for local engines what they have shown to process. */
  maxConcurrentRequests: z.int().min(1).max(1024).optional(),
  note: z.string().max(200).optional(),
  /** Its models answer only while no other model can. Absent: false. */
  standby: z.boolean().optional(),
});
export type ProviderSettings = z.infer<typeof ProviderSettings>;

/** Limits in US dollars. Absent: none. */
export const PeriodBudget = z.strictObject({ perDayUsd: Usd.optional(), perMonthUsd: Usd.optional() });
export type PeriodBudget = z.infer<typeof PeriodBudget>;

/** What a role or a task type prefers. */
export const Preference = z.strictObject({
  /** Pinned. */
  model: ModelIdSchema.optional(),
  strategy: Strategy.optional(),
  /** Only these may answer: `provider/model`, or `provider/*`. Absent: all. */
  allow: z.array(ModelIdSchema).optional(),
  /** Tried first, in this order; the others follow by the strategy. */
  models: z.array(ModelIdSchema).optional(),
});
export type Preference = z.infer<typeof Preference>;

export const Settings = z.object({
  'routing.strategy': Strategy.default('auto').meta(
    meta('application', ['routing'], 'How models are ordered when several can answer.', {
      enumDescriptions: [
        'By task type: simple generation and verification by cost; planning, architecture and complex generation by quality; everything else by priority.',
        'By the order in rumbo.routing.priorityOrder.',
        'By predicted cost, lowest first. Local models cost nothing.',
        'By measured speed, fastest first.',
        'By tier: the model that fits the difficulty of the request first.',
      ],
    }),
  ),
  'routing.priorityOrder': z
    .array(z.string().min(1))
    .default(['gemini', 'local', 'groq', 'openai', 'anthropic', 'xai'])
    .meta(
      meta(
        'application',
        ['routing'],
        'Order of providers. `local` stands for every local model; providers that are not listed come last. The environment variable `LLM_PRIORITY_ORDER` overrides this setting for one run.',
      ),
    ),
  'routing.whenPinnedUnavailable': z
    .enum(['ask', 'next', 'fail'])
    .default('ask')
    .meta(
      meta(
        'application',
        ['routing'],
        'What happens when a pinned model cannot run. A pinned model is never replaced silently.',
        {
          enumDescriptions: [
            'Ask before another model is used. Outside the editor, fail.',
            'Use the next candidate and record it in the receipt.',
            'Fail and give the reason.',
          ],
        },
      ),
    ),
  'routing.onInterruption': z
    .enum(['continue', 'restart', 'fail'])
    .default('continue')
    .meta(
      meta('application', ['routing'], 'What happens when an answer breaks off after its first text.', {
        enumDescriptions: [
          'The next model continues where it broke off, and the receipt shows the position; where its text cannot be joined, it answers from the beginning, visibly.',
          'The next model answers from the beginning, visibly.',
          'Stop. The partial answer stays, marked as incomplete.',
        ],
      }),
    ),
  'routing.hedgePaid': z
    .boolean()
    .default(false)
    .meta(
      meta(
        'application',
        ['routing'],
        'Ask a cloud model too while a local model has not begun to answer, usually after 10 seconds. The first to answer is used, and the other is cancelled. Local models back up each other, and so do cloud models, without this setting.',
      ),
    ),
  'routing.timeouts': z
    .strictObject({ local: Timeouts.optional(), api: Timeouts.optional() })
    .default({})
    .meta(
      meta(
        'application',
        ['routing', 'providers'],
        'Timeouts in milliseconds, by source: `{ "api": { "connectMs": 10000, "firstPartMs": 120000, "betweenPartsMs": 30000 }, "local": { … } }`. A provider can override them with its own `timeouts`.',
      ),
    ),
  'routing.taskTypes': z
    .partialRecord(z.enum(taskTypes), Preference)
    .default({})
    .meta(
      meta(
        'application',
        ['routing', 'inline'],
        'Preferences per task type: a pinned `model`, a `strategy`, `models` to try first, and `allow`, the only models that may answer (`provider/model` or `provider/*`). Example: `{ "verification": { "strategy": "cost" } }`.',
      ),
    ),
  models: z
    .record(ModelIdSchema, ModelSettings)
    .default({})
    .meta(
      meta(
        'window',
        ['routing', 'inline', 'providers'],
        'Preferences per model (`provider/model`): `toggle: false` takes it out of rotation, `locked: true` forbids it, `tier` 1–5, `source`, `contextTokens`, `maxOutputTokens`, `tools`, `vision`, `price` in US dollars per million tokens. An entry for `provider/*` turns off or locks all models of the provider. A workspace can only turn models off.',
      ),
    ),
  providers: z
    .record(
      z.string().regex(/^[\w.-]+$/, 'must be letters, digits, dot, dash or underscore'),
      ProviderSettings,
    )
    .default({})
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'providers', 'discovery'],
        'Additional providers, and changes to the built-in ones: `{ "<name>": { "kind": "openai-compatible", "baseUrl": "http://127.0.0.1:8000/v1", "source": "local" } }`. `maxConcurrentRequests` limits how many requests a provider gets at a time: by default as many as its rate limits allow (64 or more), and a local engine as many as it has shown to process. Never put keys here: use **Rumbo: Set API Key**, or name an environment variable in `keyEnv`. Where a gateway requires headers of its own: `"headers": { "x-portkey-provider": "openai" }`.',
      ),
    ),
  roles: z
    .record(z.string(), Preference)
    .default({})
    .meta(
      meta(
        'application',
        ['routing', 'inline'],
        `Preferences per role (${roleIds.map((role) => `\`${role}\``).join(', ')}): a pinned \`model\`, a \`strategy\`, \`models\` to try first, and \`allow\`, the only models that may answer (\`provider/model\` or \`provider/*\`).`,
      ),
    ),
  'budget.perRequestUsd': Usd.nullable()
    .default(null)
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'budgets'],
        'Maximum cost of one request in US dollars. A request that could cost more is not sent. Empty: no limit.',
      ),
    ),
  'budget.perDayUsd': Usd.nullable()
    .default(null)
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'budgets'],
        'Maximum cost per day in US dollars, from midnight local time. A request that could exceed it is not sent. Empty: no limit.',
      ),
    ),
  'budget.perMonthUsd': Usd.nullable()
    .default(null)
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'budgets'],
        'Maximum cost per calendar month in US dollars, in local time. A request that could exceed it is not sent. Empty: no limit.',
      ),
    ),
  'budget.perProvider': z
    .record(z.string(), PeriodBudget)
    .default({})
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'budgets'],
        'Limits per provider: `{ "openai": { "perDayUsd": 2, "perMonthUsd": 20 } }`. When a limit is reached, models of other providers answer.',
      ),
    ),
  'budget.perRole': z
    .record(z.string(), PeriodBudget)
    .default({})
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'budgets'],
        'Limits per role: `{ "planner": { "perDayUsd": 1 } }`; ghost text has the role `inline`. When a limit is reached, local models still answer.',
      ),
    ),
  'budget.warnAtPercent': z
    .int()
    .min(1)
    .max(100)
    .default(80)
    .meta(
      meta(
        'application',
        ['routing', 'inline', 'budgets'],
        'Percentage of a budget at which Rumbo warns, once per day or month.',
      ),
    ),
  'network.allowHttp': z
    .array(z.url({ protocol: /^http$/, message: 'must be an http address' }))
    .default([])
    .meta(
      meta(
        'application',
        ['providers', 'discovery'],
        'Addresses of other machines that may be requested unencrypted, for example `http://192.168.1.5:11434`. Prompts, answers and keys that go there can be read on the network; without an entry nothing is sent. Addresses of this machine need none. **Rumbo: Allow Unencrypted Address…** adds one.',
      ),
    ),
  'network.certificateFile': z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      meta(
        'application',
        ['providers', 'discovery'],
        'Path of a file with certificate authorities (PEM) that are trusted in addition to those of the system, for servers and proxies with a private one. Empty: none.',
      ),
    ),
  'log.level': z
    .enum(logLevels)
    .default('info')
    .meta(
      meta(
        'application',
        ['log'],
        'Which lines the server logs, in the output channel and in the rotating file `rumbo.log` in its storage folder. No level logs prompts, code, answers or keys.',
        {
          enumDescriptions: [
            'Defects only.',
            'Also what could not be read, stored or reached.',
            'Also one line for each answer and attempt.',
            'Also what changed with each change of settings.',
          ],
        },
      ),
    ),
  'privacy.localOnly': FilePatterns.default([]).meta(
    meta(
      'window',
      ['routing', 'inline'],
      'Glob patterns of files whose requests may only go to local models, for example `**/secrets/**`. User and workspace patterns are combined.',
    ),
  ),
  'registry.refresh': z
    .enum(['off', 'daily'])
    .default('off')
    .meta(
      meta(
        'application',
        ['registry'],
        'When to update prices, limits and abilities of models from models.dev, the pricing pages of OpenAI, Anthropic, Google, Groq and xAI, and the model lists of providers that have a key. **Rumbo: Refresh Model Registry** updates them at any time.',
        {
          enumDescriptions: [
            'Only by command. Until then, the figures that ship with Rumbo apply.',
            'Once a day in the background.',
          ],
        },
      ),
    ),
  'keys.store': z
    .enum(keyStoreSettings)
    .default('auto')
    .meta(
      meta(
        'machine',
        ['keys'],
        'Where new API keys are saved. Keys that are already saved stay where they are.',
        {
          enumDescriptions: [
            'The system’s keychain, then the editor’s secret storage; where the extension runs on a remote machine, the editor’s secret storage first. Where neither is available, in memory, with a notice.',
            'Only the system’s keychain. Without it no key is saved.',
            'Only the editor’s secret storage. Without it no key is saved.',
            'Only memory: keys are lost when Rumbo stops.',
          ],
        },
      ),
    ),
  'local.endpoints': z
    .array(z.url({ protocol: /^https?$/, message: 'must be an http or https address' }))
    .default([])
    .meta(
      meta(
        'application',
        ['discovery'],
        'Addresses of model servers in addition to the usual ports of this machine, for example `http://192.168.1.5:11434`. The server type is detected. Never put keys here.',
      ),
    ),
  'local.newEndpoints': z
    .enum(['offer', 'use', 'ignore'])
    .default('offer')
    .meta(
      meta(
        'application',
        ['discovery'],
        'What happens when Rumbo discovers a model server on this machine that is not configured.',
        {
          enumDescriptions: [
            'Offer it. Nothing is sent to it before you accept.',
            'Use it like a configured one.',
            'Ignore it.',
          ],
        },
      ),
    ),
  'local.discoverEveryMinutes': z
    .int()
    .min(0)
    .max(1440)
    .default(5)
    .meta(
      meta(
        'application',
        ['discovery'],
        'Minutes between two scans for model servers on this machine. 0: scan only by command.',
      ),
    ),
  'local.keepAliveMinutes': z
    .int()
    .min(-1)
    .max(10_080)
    .nullable()
    .default(null)
    .meta(
      meta(
        'application',
        ['models'],
        'Minutes that a local model loaded by Rumbo stays in memory after its last request, for Ollama and Docker Model Runner. -1: until it is unloaded. Empty: as configured in the engine.',
      ),
    ),
  'models.refreshEveryMinutes': z
    .int()
    .min(1)
    .max(1440)
    .default(10)
    .meta(meta('application', ['models'], 'Minutes between two updates of the model lists.')),
  'models.detailBatchSize': z
    .int()
    .min(1)
    .max(100)
    .default(15)
    .meta(meta('application', ['models'], 'Number of models whose details are requested at a time.')),
  'models.describeWith': z
    .enum(['off', 'free', 'paid'])
    .default('off')
    .meta(
      meta(
        'application',
        ['models'],
        'Whether a model may describe, from their names, what other models are good for.',
        {
          enumDescriptions: [
            'No model is used.',
            'A model on this machine is used, at no cost.',
            'The cheapest model in rotation is used, at a small cost.',
          ],
        },
      ),
    ),
  'inline.enabled': z
    .boolean()
    .default(false)
    .meta(
      meta(
        'window',
        ['inline'],
        'Ghost text: a model suggests code while you type. Nothing is sent before you turn it on; a workspace can only turn it off.',
      ),
    ),
  'inline.models': z
    .array(ModelIdSchema)
    .default([])
    .meta(
      meta(
        'application',
        ['inline'],
        'Models that may write ghost text: `provider/model`, or `provider/*`. Empty: every local model that may answer. A cloud model writes ghost text only when it is listed here.',
      ),
    ),
  'inline.languages': z
    .record(z.string().min(1), z.boolean())
    .default({ '*': true })
    .meta(
      meta(
        'window',
        ['inline'],
        'Ghost text per language: `{ "*": true, "markdown": false }`; `*` applies to languages that are not listed. A workspace can only turn languages off.',
      ),
    ),
  'inline.exclude': FilePatterns.default([]).meta(
    meta(
      'window',
      ['inline'],
      'Glob patterns of files without ghost text. Their content is not sent as context for other files either. Files that hold keys, such as `.env`, are always excluded. User and workspace patterns are combined.',
    ),
  ),
  'inline.maxFileKB': z
    .int()
    .min(1)
    .max(100_000)
    .default(1024)
    .meta(meta('application', ['inline'], 'Maximum size in kilobytes of a file with ghost text.')),
  'inline.debounceMs': z
    .int()
    .min(0)
    .max(3000)
    .default(75)
    .meta(
      meta(
        'application',
        ['inline'],
        'Milliseconds between a keystroke and the request for ghost text. The delay is shorter for slow models and longer after rejected suggestions.',
      ),
    ),
  'inline.hedgePaid': z
    .boolean()
    .default(false)
    .meta(
      meta(
        'application',
        ['inline'],
        'Send the same ghost text request to a second paid model when the first one is late. Local models always back up each other.',
      ),
    ),
  'history.compaction': z
    .enum(['auto', 'off'])
    .default('auto')
    .meta(
      meta(
        'application',
        ['cache'],
        'What happens to a conversation that no model’s context can hold: `auto` summarises its older tool results and turns, `off` refuses it.',
      ),
    ),
  'history.summaryModels': z
    .array(z.string())
    .default([])
    .meta(
      meta(
        'application',
        ['cache'],
        'Paid models (`provider/model` or `provider/*`) that may write the summaries of `rumbo.history.compaction`. Free models always may; where none can, the texts are shortened.',
      ),
    ),
  'cache.enabled': z
    .boolean()
    .default(true)
    .meta(
      meta('window', ['cache'], 'Answer an identical request from memory instead of calling a model again.'),
    ),
  'cache.maxEntries': z
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .meta(meta('application', ['cache'], 'Maximum number of cached answers.')),
  'cache.maxAgeMinutes': z
    .int()
    .min(1)
    .max(10_080)
    .default(60)
    .meta(meta('application', ['cache'], 'Minutes for which an answer stays in the cache.')),
});
export type Settings = z.infer<typeof Settings>;
export type SettingKey = keyof Settings;
export const settingKeys = Object.keys(Settings.shape) as readonly SettingKey[];

/** The settings of a user who has set none. */
export const defaultSettings: Settings = Settings.parse({});
