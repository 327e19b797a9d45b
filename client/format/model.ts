/** Models as text: icons, descriptions and plain-text tooltips. Pure. */
import type { LocalModel } from '../../shared/local-models.ts';
import type { DetailOrigin, ModelDetails, ModelType } from '../../shared/model-details.ts';
import type { Model, Price } from '../../shared/models.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import type { ModelCooldown } from '../../shared/status.ts';
import { localIcon, localSentences, localStateText } from './local-model.ts';
import { cooldownText } from './provider.ts';
import { formatBytes, formatCount, formatShortCount, oneLine } from './text.ts';

/** A model and its current state. */
export type ModelState = {
  readonly model: Model;
  /** Absent: it takes requests. */
  readonly cooldown?: ModelCooldown;
  /** Absent: its engine does not report whether it is loaded. */
  readonly local?: LocalModel;
  /** The roles it is pinned to. Absent: none. */
  readonly pinnedTo?: readonly string[];
};

/** `loaded, 5.2 GB · local · tier 3 · 32k · free`, `cooling down until 14:05 · cloud · …`. */
export function modelDescription({ model, cooldown, local, pinnedTo }: ModelState, locale?: string): string {
  const { locked, toggle, source, tier, contextTokens } = model;
  const words = [
    cooldown ? cooldownText(cooldown, locale) : '',
    locked ? 'locked' : toggle ? '' : 'off',
    pinnedTo ? `pinned to ${pinnedTo.join(', ')}` : '',
    local ? localStateText(local) : '',
    source === 'local' ? 'local' : 'cloud',
    tier === null ? '' : `tier ${tier}`,
    contextTokens === null ? '' : formatShortCount(contextTokens),
    priceText(model),
  ];
  return words.filter(Boolean).join(' · ');
}

/** @param details absent: unknown */
export function modelTooltip(now: ModelState, details?: ModelDetails, locale?: string): string {
  const { model, cooldown, local } = now;
  const { id, locked, toggle, tier } = model;
  const { fields, types } = details ?? { fields: {}, types: [] };
  const lines = [
    id,
    modelDescription(now, locale),
    ...(fields.summary ? [fields.summary] : []),
    ...(cooldown ? [cooldown.reason] : []),
    ...(locked ? ['Locked: it is never used.'] : []),
    ...(toggle || locked ? [] : ['Off: it is used only when pinned.']),
    tier === null ? 'Its tier is unknown.' : `Tier ${tier} of 5.`,
    contextSentence(model.contextTokens ?? fields.contextTokens, fields.trainedContextTokens),
    ...(types.length > 0 ? [`It can ${joinWords(types.map((type) => typeTexts[type]))}.`] : []),
    ...parametersSentence(fields),
    ...(local ? localSentences({ ...sizeOf(fields), ...local }, locale) : sizeSentence(fields)),
    ...(fields.licence ? [`Licence: ${fields.licence}.`] : []),
    priceSentence(model),
    model.private ? 'Requests to it stay on your own machines.' : 'Requests to it leave your machines.',
    ...refusalSentence(details?.refusals?.rules),
    ...(details ? sourceSentence(details) : []),
  ];
  return lines.map(oneLine).join('\n');
}

/** The name of a ThemeIcon. */
export function modelIcon({ model: { locked, toggle, source }, cooldown, local }: ModelState): string {
  if (locked) return 'lock';
  if (!toggle) return 'circle-slash';
  if (cooldown) return 'history';
  return (local && localIcon(local)) ?? (source === 'local' ? 'device-desktop' : 'cloud');
}

function priceText({ price: known }: Model): string {
  if (!known) return 'price unknown';
  return isFree(known) ? 'free' : `$${known.input}/$${known.output}`;
}

function priceSentence({ price: known }: Model): string {
  if (!known) return 'Its price is unknown.';
  return isFree(known) ? 'It is free.' : 'The price is in US dollars per million tokens, in and out.';
}

const isFree = ({ input, output }: Price): boolean => input === 0 && output === 0;

type Fields = ModelDetails['fields'];

function contextSentence(tokens: number | undefined, trainedTokens: number | undefined): string {
  if (tokens === undefined) return 'Its context is unknown.';
  const more =
    trainedTokens !== undefined && trainedTokens > tokens
      ? `; it was trained for ${formatCount(trainedTokens)}`
      : '';
  return `${formatCount(tokens)} tokens of context${more}.`;
}

function parametersSentence({ parameters, quantisation }: Fields): string[] {
  const words = [
    ...(parameters ? [`${parameters} parameters`] : []),
    ...(quantisation ? [`quantised as ${quantisation}`] : []),
  ];
  if (words.length === 0) return [];
  const sentence = words.join(', ');
  return [`${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`];
}

const sizeOf = ({ sizeBytes }: Fields) => (sizeBytes === undefined ? {} : { sizeBytes });
const sizeSentence = ({ sizeBytes }: Fields): string[] =>
  sizeBytes ? [`It takes ${formatBytes(sizeBytes)} on disk.`] : [];

const typeTexts: Readonly<Record<ModelType, string>> = {
  chat: 'chat',
  fim: 'fill in the middle',
  embedding: 'create embeddings',
  vision: 'read images',
  tools: 'call tools',
  reasoning: 'reason',
};

const joinWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** How the model has to be asked, as its service stated by refusing requests. */
function refusalSentence(rules: RequestRules | undefined): string[] {
  if (!rules) return [];
  const {
    maxOutputTokens,
    minOutputTokens,
    contextTokens,
    systemRole,
    alternatingRoles,
    noPrefill,
    rejectedFields,
  } = rules;
  const rejected = Object.keys(rejectedFields ?? {});
  const phrases = [
    contextTokens === undefined ? '' : `${formatCount(contextTokens)} tokens of context`,
    maxOutputTokens === undefined ? '' : `at most ${formatCount(maxOutputTokens)} tokens per answer`,
    minOutputTokens === undefined ? '' : `at least ${formatCount(minOutputTokens)} tokens per answer`,
    systemRole === undefined ? '' : systemTexts[systemRole],
    alternatingRoles ? 'user and assistant in turn' : '',
    noPrefill ? 'no answer that is begun for it' : '',
    rejected.length > 0 ? `without ${joinWords(rejected)}` : '',
  ].filter(Boolean);
  return phrases.length > 0 ? [`Its service accepts: ${phrases.join('; ')}.`] : [];
}

const systemTexts = {
  none: 'instructions in the user’s message only',
  first: 'instructions at the start only',
} as const;

/** Where the details come from. */
function sourceSentence({ provenance }: ModelDetails): string[] {
  const origins = [...new Set(Object.values(provenance).map(({ by }) => by))].map((by) => originTexts[by]);
  return origins.length > 0 ? [`Sources: ${joinWords(origins)}.`] : [];
}
const originTexts: Readonly<Record<DetailOrigin, string>> = {
  list: 'its provider’s list',
  engine: 'its engine',
  registry: 'Rumbo’s registry',
  model: 'another model',
};
