/** Every setting, once. The manifest's `contributes.configuration` is written from this file by test/manifest.test.ts. */
import * as z from 'zod';
import { strategies, taskTypes } from './tasks.ts';

export const settingsSection = 'rumbo';

/**
 * Scopes, as VS Code means them. `application`: only the user may set it. `window`: a workspace may set it too, and
 * then it can only narrow what the user allows (client/effective-settings.ts).
 */
type Scope = 'application' | 'window';
const meta = (scope: Scope, markdownDescription: string, more: Record<string, unknown> = {}) => ({
  scope,
  markdownDescription,
  ...more,
});

const ModelName = z.string().regex(/^[^/\s]+\/\S+$/, 'must look like provider/model');
const Strategy = z.enum(strategies);
const Usd = z.number().min(0).max(100_000);

export const PriceSettings = z.object({
  input: Usd,
  output: Usd,
  cachedRead: Usd.optional(),
  cacheWrite: Usd.optional(),
});

/** What a user may say of one model. */
export const ModelSettings = z.object({
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

/** How long to wait, in milliseconds. What is absent holds by source. */
export const Timeouts = z.object({
  /** To a connection. */
  connectMs: Milliseconds,
  /** From sending to the first part of the answer. */
  firstPartMs: Milliseconds,
  /** From one part to the next; a stream that is silent longer has broken off. */
  betweenPartsMs: Milliseconds,
});
export type Timeouts = z.infer<typeof Timeouts>;

/** What a user may say of one provider, and how to name a new one. */
export const ProviderSettings = z.object({
  /** An engine of server/engines/table.ts. Absent: the engine of the provider's own name, else `openai-compatible`. */
  kind: z.string().min(1).optional(),
  label: z.string().min(1).max(60).optional(),
  baseUrl: z.url({ protocol: /^https?$/, message: 'must be an http or https address' }).optional(),
  source: z.enum(['local', 'api']).optional(),
  keyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
    .optional(),
  models: z.array(z.string().min(1)).optional(),
  enabled: z.boolean().optional(),
  trusted: z.boolean().optional(),
  timeouts: Timeouts.optional(),
  note: z.string().max(200).optional(),
});
export type ProviderSettings = z.infer<typeof ProviderSettings>;

/** Limits in US dollars. Absent: none. */
export const PeriodBudget = z.object({ perDayUsd: Usd.optional(), perMonthUsd: Usd.optional() });
export type PeriodBudget = z.infer<typeof PeriodBudget>;

/** What a role or a task type prefers. */
export const Preference = z.object({
  /** Pinned. */
  model: ModelName.optional(),
  strategy: Strategy.optional(),
  /** Only these may answer: `provider/model`, or `provider/*`. Absent: all. */
  allow: z.array(ModelName).optional(),
  /** Asked first, in this order; the others follow by the strategy. */
  models: z.array(ModelName).optional(),
});
export type Preference = z.infer<typeof Preference>;

export const Settings = z.object({
  'routing.strategy': Strategy.default('auto').meta(
    meta('application', 'How to choose when several models can answer.', {
      enumDescriptions: [
        'By task type: simple work and checks by cost, plans and large work by quality, the rest by priority.',
        'The order of rumbo.routing.priorityOrder.',
        'The lowest predicted price first; local models cost nothing.',
        'The fastest measured model first.',
        'The model whose tier fits the difficulty of the request.',
      ],
    }),
  ),
  'routing.priorityOrder': z
    .array(z.string().min(1))
    .default(['gemini', 'local', 'groq', 'openai', 'anthropic', 'xai'])
    .meta(
      meta(
        'application',
        'Providers in the order they are asked. `local` means every local model; providers not listed come last. `LLM_PRIORITY_ORDER` in the environment wins over this for one run.',
      ),
    ),
  'routing.whenPinnedUnavailable': z
    .enum(['ask', 'next', 'fail'])
    .default('ask')
    .meta(
      meta('application', 'What to do when a pinned model cannot run. It is never replaced silently.', {
        enumDescriptions: [
          'Ask before another model is used. Outside the editor this means fail.',
          'Use the next candidate and say so in the receipt.',
          'Fail with the reason.',
        ],
      }),
    ),
  'routing.onInterruption': z
    .enum(['continue', 'restart', 'fail'])
    .default('continue')
    .meta(
      meta('application', 'What to do when an answer breaks off after its first words.', {
        enumDescriptions: [
          'The next model goes on where it broke off; the receipt shows the seam.',
          'The next model answers from the beginning, visibly.',
          'Stop. What had come stays, marked as incomplete.',
        ],
      }),
    ),
  'routing.timeouts': z
    .object({ local: Timeouts.optional(), api: Timeouts.optional() })
    .default({})
    .meta(
      meta(
        'application',
        'How long to wait, in milliseconds, by source: `{ "api": { "connectMs": 10000, "firstPartMs": 120000, "betweenPartsMs": 30000 }, "local": { … } }`. A provider can have its own under `timeouts`.',
      ),
    ),
  'routing.taskTypes': z
    .partialRecord(z.enum(taskTypes), Preference)
    .default({})
    .meta(
      meta(
        'application',
        'Per task type: a pinned `model`, a `strategy` of its own, `models` to ask first, and `allow`, the only ones that may answer (`provider/model` or `provider/*`); for example `{ "verification": { "strategy": "cost" } }`.',
      ),
    ),
  models: z
    .record(ModelName, ModelSettings)
    .default({})
    .meta(
      meta(
        'window',
        'Per model (`provider/model`): `toggle: false` takes it out of rotation, `locked: true` forbids it, `tier` 1–5, `source`, `contextTokens`, `maxOutputTokens`, `tools`, `vision`, `price` in US dollars per million tokens. A workspace can only switch models off.',
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
        'Providers of your own, and changes to the built-in ones: `{ "<name>": { "kind": "openai-compatible", "baseUrl": "http://127.0.0.1:8000/v1", "source": "local" } }`. Keys never belong here: use **Rumbo: Set API Key**, or name an environment variable with `keyEnv`.',
      ),
    ),
  roles: z
    .record(z.string(), Preference)
    .default({})
    .meta(
      meta(
        'application',
        'Per role (`planner`, `coder`, `chat`): a pinned `model`, a `strategy` of its own, `models` to ask first, and `allow`, the only ones that may answer (`provider/model` or `provider/*`).',
      ),
    ),
  'budget.perRequestUsd': Usd.nullable()
    .default(null)
    .meta(
      meta(
        'application',
        'A request whose worst case would cost more than this (US dollars) is not sent. Empty: no limit.',
      ),
    ),
  'budget.perDayUsd': Usd.nullable()
    .default(null)
    .meta(
      meta(
        'application',
        'Requests that could take the day over this (US dollars, local midnight) are not sent. Empty: no limit.',
      ),
    ),
  'budget.perMonthUsd': Usd.nullable()
    .default(null)
    .meta(
      meta(
        'application',
        'Requests that could take the calendar month over this (US dollars, local time) are not sent. Empty: no limit.',
      ),
    ),
  'budget.perProvider': z
    .record(z.string(), PeriodBudget)
    .default({})
    .meta(
      meta(
        'application',
        'Limits for one provider: `{ "openai": { "perDayUsd": 2, "perMonthUsd": 20 } }`. Its models step aside when a limit is reached; others answer.',
      ),
    ),
  'budget.perRole': z
    .record(z.string(), PeriodBudget)
    .default({})
    .meta(
      meta(
        'application',
        'Limits for one role: `{ "planner": { "perDayUsd": 1 } }`; ghost text spends as `inline`. Local models go on when a limit is reached.',
      ),
    ),
  'budget.warnAtPercent': z
    .int()
    .min(1)
    .max(100)
    .default(80)
    .meta(meta('application', 'Percent of a budget at which Rumbo warns, once per day or month.')),
  'privacy.localOnly': z
    .array(z.string().min(1))
    .default([])
    .meta(
      meta(
        'window',
        'Glob patterns of files whose requests may only go to local models, for example `**/secrets/**`. The patterns of user and workspace are united.',
      ),
    ),
  'registry.refresh': z
    .enum(['off', 'daily'])
    .default('off')
    .meta(
      meta(
        'application',
        'When to read what models can do and cost: models.dev, the pricing pages of OpenAI, Anthropic, Google, Groq and xAI, and the lists of providers that have a key. **Rumbo: Refresh Model Registry** does it at any time.',
        {
          enumDescriptions: [
            'Only with the command. What came with Rumbo holds until then.',
            'Once a day in the background.',
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
        'Addresses of model servers of your own, beside the usual ports of this machine, for example `http://192.168.1.5:11434`. Who answers there is found out and used. Keys never belong here.',
      ),
    ),
  'local.newEndpoints': z
    .enum(['offer', 'use', 'ignore'])
    .default('offer')
    .meta(
      meta(
        'application',
        'What to do with a model server that is found on this machine and that you have not named.',
        {
          enumDescriptions: [
            'Offer it. Nothing is sent there before you accept.',
            'Use it like the others.',
            'Leave it alone.',
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
        'Minutes from one look for model servers on this machine to the next. 0: only when asked by command.',
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
        'Minutes that a local model which Rumbo has loaded stays in memory after its last request, for Ollama and Docker Model Runner. -1: until it is unloaded. Empty: as the engine is set up.',
      ),
    ),
  'models.refreshEveryMinutes': z
    .int()
    .min(1)
    .max(1440)
    .default(10)
    .meta(meta('application', 'Minutes from one look at the lists of models to the next.')),
  'models.detailBatchSize': z
    .int()
    .min(1)
    .max(100)
    .default(15)
    .meta(meta('application', 'Models whose details are asked for at a time.')),
  'models.describeWith': z
    .enum(['off', 'free', 'paid'])
    .default('off')
    .meta(
      meta('application', 'Whether a model may describe what the others are for, from their names.', {
        enumDescriptions: [
          'No model is asked.',
          'A model on this machine is asked, which costs nothing.',
          'The cheapest model in rotation is asked, which may cost a little.',
        ],
      }),
    ),
  'inline.enabled': z
    .boolean()
    .default(false)
    .meta(
      meta(
        'window',
        'Ghost text: a model suggests how the code goes on while you type. Nothing is sent before you switch it on; a workspace can only switch it off.',
      ),
    ),
  'inline.models': z
    .array(ModelName)
    .default([])
    .meta(
      meta(
        'application',
        'Models that may write ghost text: `provider/model`, or `provider/*`. Empty: every local model that may answer. A cloud model writes ghost text only when it is named here.',
      ),
    ),
  'inline.languages': z
    .record(z.string().min(1), z.boolean())
    .default({ '*': true })
    .meta(
      meta(
        'window',
        'Ghost text by language: `{ "*": true, "markdown": false }`; `*` holds for languages that are not named. A workspace can only switch languages off.',
      ),
    ),
  'inline.exclude': z
    .array(z.string().min(1))
    .default([])
    .meta(
      meta(
        'window',
        'Glob patterns of files without ghost text; it never reads them for other files either. Files that hold keys, like `.env`, are left out in any case. The patterns of user and workspace are united.',
      ),
    ),
  'inline.maxFileKB': z
    .int()
    .min(1)
    .max(100_000)
    .default(1024)
    .meta(meta('application', 'Kilobytes of a file above which there is no ghost text in it.')),
  'inline.debounceMs': z
    .int()
    .min(0)
    .max(3000)
    .default(75)
    .meta(
      meta(
        'application',
        'Milliseconds from a keystroke to the question for ghost text. Slow models are asked sooner, and after suggestions that were rejected it takes longer.',
      ),
    ),
  'inline.hedgePaid': z
    .boolean()
    .default(false)
    .meta(
      meta(
        'application',
        'Ask a second paid model for the same ghost text when the first one is late. Local models help each other in any case.',
      ),
    ),
  'cache.enabled': z
    .boolean()
    .default(true)
    .meta(meta('window', 'Answer an identical request from memory instead of asking a model again.')),
  'cache.maxEntries': z
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .meta(meta('application', 'Answers kept in memory at most.')),
  'cache.maxAgeMinutes': z
    .int()
    .min(1)
    .max(10_080)
    .default(60)
    .meta(meta('application', 'Minutes an answer is kept.')),
});
export type Settings = z.infer<typeof Settings>;
export type SettingKey = keyof Settings;
export const settingKeys = Object.keys(Settings.shape) as readonly SettingKey[];

/** What holds when nobody has set anything. */
export const defaultSettings: Settings = Settings.parse({});
