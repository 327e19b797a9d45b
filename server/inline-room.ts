/** Ghost text, with all it is made of: the documents of the editor, when to ask, who writes, and what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelId } from '../shared/chat.ts';
import { providerOf } from '../shared/chat.ts';
import { asRumboError } from '../shared/errors.ts';
import type { InlineCandidate, InlineEvent, InlineState, NearbySymbol } from '../shared/inline.ts';
import type { Model } from '../shared/models.ts';
import type { Settings } from '../shared/settings.ts';
import type { Judged } from './inline/choosing.ts';
import { steadyClock } from './inline/clock.ts';
import { contexts, type Definition } from './inline/context/context.ts';
import { namesIn } from './inline/context/paths.ts';
import { type Documents, documents } from './inline/documents.ts';
import { gaps } from './inline/gaps.ts';
import { latencies } from './inline/latencies.ts';
import { type ReadingGuard, type ReadingRules, type Refusal, readingGuard } from './inline/may-read.ts';
import type { Offer } from './inline/offer.ts';
import { outcomes } from './inline/outcomes.ts';
import { mayAsk } from './inline/show/may-ask.ts';
import { shapeFor } from './inline/show/shape.ts';
import { showing } from './inline/show/showing.ts';
import type { Show } from './inline/show.ts';
import type { Situation } from './inline/situation.ts';
import { suggester } from './inline/suggester.ts';
import { type Filler, fillOver } from './inline/ways/fill-over.ts';
import { documentSlots } from './inline/ways/slots.ts';
import { wayMemory } from './inline/ways/way-memory.ts';
import { type Account, writing } from './inline/writing.ts';
import { inlineChoices } from './inline-choices.ts';
import { asking, rootOf } from './local/asking.ts';
import type { Counters } from './metrics/counters.ts';
import { type InlineCounts, inlineRole } from './metrics/inline-book.ts';
import type { Ledger } from './metrics/ledger.ts';
import type { ModelShelf } from './model-shelf.ts';
import type { Log } from './platform/log.ts';
import type { SeenRooms } from './snapshot.ts';

export type InlineRoomParts = Omit<SeenRooms, 'coldStarts'> & {
  readonly shelf: Pick<ModelShelf, 'favourites' | 'details' | 'coldStarts'>;
  readonly ledger: Pick<Ledger, 'inline'>;
  readonly counters: Counters;
  readonly log: Log;
  /** A folder for what outlives the server. Absent: nothing is written. */
  readonly storagePath: string | undefined;
  /** URIs of the workspace's folders. */
  readonly folders: readonly string[];
  /** What the client knows to be declared around a place. Absent: it knows nothing. */
  readonly symbols?: (situation: Situation) => Promise<readonly NearbySymbol[]>;
  /** Called after each change a user could see. */
  readonly changed: () => void;
};

/** More lines are no text that anybody writes on. */
const mostLines = 50_000;
/** Milliseconds from one word about a provider's health to the next while all goes well. */
const toldEveryMs = 10_000;
/** Milliseconds that the same failure is not logged again. */
const quietMs = 60_000;
/** Milliseconds from one look at the engines to the next while somebody types, and from one try at a list to the next. */
const lookEveryMs = 1_000;
const listEveryMs = 300_000;
/** How long what was stopped may take to come to its end, in milliseconds from look to look. */
const lookMs = 10;
const mostLooks = 20;
const answerLimits = { entries: 1_000, bytes: 4_000_000 };
/** Milliseconds from a suggestion's first text until it is shown although more of it is to come. */
const patienceMs = 150;

export function inlineRoom(parts: InlineRoomParts) {
  const { settings, fleet, budgets, shelf, ledger, counters, log, storagePath, folders, changed } = parts;
  const clock = steadyClock;
  const text: Documents = documents();
  const nameOf = namesIn(folders);
  const speed = latencies();
  const ways = wayMemory(storagePath === undefined ? {} : { folder: storagePath });
  const surroundings = contexts({ documents: text, nameOf });
  let guard: ReadingGuard = readingGuard(rulesOf(settings()));
  let held = '';
  let paused = false;
  /** Requests that are not accounted for yet. */
  let unsettled = 0;

  const isOn = (): boolean => settings()['inline.enabled'] && !paused;

  const fillerOf = ({ id, provider: name, name: model }: Model): Filler | undefined => {
    const provider = fleet.get(name);
    if (!provider) return undefined;
    const { definition, baseUrl } = provider.configured;
    const [details] = shelf.details([id]);
    return { engine: provider.engine, model, kind: definition.kind, baseUrl, fim: details?.fields.fim };
  };

  const slots = documentSlots({
    async props({ baseUrl, model }, signal) {
      const provider = fleet.all().find(({ configured }) => configured.baseUrl === baseUrl);
      if (!provider) return undefined;
      const path = `/props?model=${encodeURIComponent(model)}`;
      return asking(provider.beside, rootOf(baseUrl)).json({ path }, signal);
    },
  });

  const chosen = inlineChoices({
    ...parts,
    coldStarts: shelf.coldStarts,
    book: ledger.inline,
    latencies: speed,
    ways,
    fillerOf,
  });

  const isLocalOnly = ({ uri }: Situation): boolean =>
    guard.refusal({ uri }, { private: false }) === 'local-only';

  const candidates = (situation: Situation) => {
    if (!isOn() || whyNotHere(situation) !== undefined) return [];
    const localOnly = isLocalOnly(situation);
    const characters = situation.before.length + situation.after.length;
    return chosen.choices(localOnly, Math.ceil(characters / charactersPerToken)).chosen;
  };

  /** Why nobody may read this, whoever it is. */
  const whyNotHere = ({ uri, languageId, before, after }: Situation) =>
    guard.refusal(
      {
        uri,
        languageId,
        characters: before.length + after.length,
        lines: text.get(uri)?.lineCount ?? 0,
      },
      { private: true },
    );

  const { symbols } = parts;
  const definitionsOf = async (situation: Situation): Promise<readonly Definition[]> =>
    ((await symbols?.(situation)) ?? []).map((symbol) => ({ uri: symbol.uri, line: 0, text: symbol.text }));

  const writer = writing({
    candidates,
    fillerOf,
    gapOf: gaps({
      contexts: surroundings,
      mayRead: (file, model) => guard.mayRead(file, { private: model.private }),
      nameOf,
      ...(symbols ? { definitions: definitionsOf } : {}),
      slotOf(model, uri) {
        const filler = fillerOf(model);
        return filler?.kind === 'llama-cpp' ? slots.of(filler, uri) : undefined;
      },
    }),
    fill: fillOver(ways),
    reserve(model, usd) {
      const giveBack = budgets.reserve({ provider: model.provider, role: inlineRole }, usd);
      if (!giveBack) return undefined;
      unsettled += 1;
      return () => {
        unsettled -= 1;
        giveBack();
      };
    },
    account,
    latencies: speed,
    hedgePaid: () => settings()['inline.hedgePaid'],
  });

  const show: Show = { mayAsk, shapeFor, showing };
  const asker = suggester({
    writer,
    show,
    settings: () => ({
      debounceMs: settings()['inline.debounceMs'],
      cache: answerLimits,
      patienceMs,
      lookAhead: true,
    }),
  });

  const results = outcomes({
    documents: text,
    clock,
    accepted({ id, model }) {
      asker.accepted(id);
      ledger.inline.add(model, { accepted: 1 });
      counters.count('rumbo_inline_accepted_total', { provider: providerOf(model) });
      changed();
    },
    kept(model, characters) {
      ledger.inline.add(model, { keptCharacters: characters });
      counters.count('rumbo_inline_kept_characters_total', { provider: providerOf(model) }, characters);
    },
  });

  const toldAt = new Map<string, number>();
  /** Whether this was not said for so long. */
  const isNews = (what: string, everyMs: number): boolean => {
    const now = clock.now();
    if (now - (toldAt.get(what) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    toldAt.set(what, now);
    return true;
  };

  function account({ model, outcome, ms, firstTextMs, usage, costUsd }: Account): void {
    const { provider, id, name } = model;
    ledger.inline.add(id, {
      requests: 1,
      cancelled: outcome === 'cancelled' ? 1 : 0,
      input: usage.input,
      output: usage.output,
      costUsd: costUsd ?? 0,
      unknownPrice: costUsd === null ? 1 : 0,
    });
    counters.count('rumbo_inline_requests_total', { provider, outcome });
    counters.count('rumbo_tokens_total', { provider, direction: 'input' }, usage.input);
    counters.count('rumbo_tokens_total', { provider, direction: 'output' }, usage.output);
    if (costUsd !== null) counters.count('rumbo_cost_usd_total', { provider }, costUsd);
    if (firstTextMs !== null) counters.observe('rumbo_inline_first_text_ms', firstTextMs, { provider });
    if (outcome === 'cancelled') return;
    const isWell = outcome === 'ok' || outcome === 'left';
    const took = `${Math.round(ms)} ms`;
    if (isWell) log.info(`Ghost text: ${id}, ${took}, ${usage.input} tokens in, ${usage.output} out`);
    else if (isNews(`${id} ${outcome}`, quietMs)) log.info(`Ghost text: ${id} failed, ${outcome}, ${took}`);
    if (!isWell) chosen.forget();
    if (isNews(`${provider} ${isWell ? 'ok' : outcome}`, toldEveryMs))
      fleet
        .get(provider)
        ?.did({ at: new Date().toISOString(), model: name, outcome: isWell ? 'ok' : outcome, ms });
  }

  /** A cloud provider that is named and may have models nobody knows of yet. */
  const unlisted = (): string | undefined => {
    const known = new Set<string>(fleet.models().map(({ id }) => id));
    return settings()
      ['inline.models'].filter((name) => !known.has(name))
      .map(providerOf)
      .find((name) => {
        const provider = fleet.get(name);
        return provider?.configured.source === 'api' && provider.listed === undefined;
      });
  };

  /** Local engines may have come up since, and a named cloud provider has to tell its list once. Nobody waits for them. */
  const lookAround = (signal: AbortSignal): void => {
    if (!isNews('look', lookEveryMs)) return;
    const name = unlisted();
    void fleet.lookAround(
      signal,
      name !== undefined && isNews(`list ${name}`, listEveryMs) ? name : undefined,
    );
  };

  const state = (): InlineState => {
    const today = sumOf(ledger.inline.today());
    if (!settings()['inline.enabled']) return { state: 'off', models: [], today };
    if (paused) return { state: 'paused', models: [], today };
    const { chosen: able, judged } = chosen.choices(false, Number.POSITIVE_INFINITY);
    const models = able.map(({ model }) => model.id);
    if (models.length === 0) return { state: 'nobody', reason: whyNobody(judged), models, today };
    return { state: 'on', ...(notHere === undefined ? {} : { reason: notHere }), models, today };
  };

  /** Why there is none in the document that was last looked at, one sentence. */
  let notHere: string | undefined;
  const lookAt = (situation: Situation): void => {
    const refusal = whyNotHere(situation);
    const reason = refusal
      ? refusals[refusal]
      : candidates(situation).length === 0 && isLocalOnly(situation)
        ? refusals['local-only']
        : undefined;
    if (reason === notHere) return;
    notHere = reason;
    changed();
  };

  return {
    documents: text,
    /** A document has changed; to be told once `documents` has it as it is now. */
    changed(uri: string): void {
      const document = text.get(uri);
      results.changed(uri);
      if (document) asker.changed(uri, document.version);
    },
    closed(uri: string): void {
      asker.closed(uri);
      surroundings.closed(uri);
      slots.closed(uri);
    },
    /** Never rejects: a model that fails shows in the log and at its provider. */
    async suggest(situation: Situation, signal: AbortSignal): Promise<readonly Offer[]> {
      if (!isOn()) return [];
      lookAt(situation);
      if (whyNotHere(situation) !== undefined) return [];
      text.saw(situation.uri);
      lookAround(signal);
      try {
        const offers = await asker.suggest(situation, signal);
        // A setting may have changed meanwhile.
        if (!isOn() || whyNotHere(situation) !== undefined) return [];
        results.offered(situation, offers);
        for (const { model, how } of offers) {
          counters.count('rumbo_inline_offers_total', { provider: providerOf(model), how });
          // What is left of an offer that was seen already is no other one.
          if (how !== 'typed-through' && how !== 'cache') ledger.inline.add(model, { offered: 1 });
        }
        return offers;
      } catch (cause) {
        const error = asRumboError(cause, signal);
        // A programming mistake has a trace; a model that failed is in its account.
        if (error !== cause && error.kind !== 'cancelled' && isNews(error.message, quietMs))
          log.error('Ghost text could not be written.', error.cause);
        return [];
      }
    },
    did({ id, what }: InlineEvent): void {
      if (what === 'rejected') asker.rejected(id);
      else results.taken(id);
    },
    pause(wanted: boolean): InlineState {
      paused = wanted;
      if (paused) asker.stop();
      else if (isOn()) asker.start();
      changed();
      return state();
    },
    candidates: (): readonly InlineCandidate[] => chosen.candidates(),
    state,
    /** A provider has told its list: another server may answer at its address. */
    listed(name: string): void {
      const provider = fleet.get(name);
      if (provider?.listed === undefined || !settings()['inline.enabled']) return;
      ways.listed(
        provider.configured.baseUrl,
        provider.listed.map((model) => model.name),
      );
      chosen.forget();
    },
    /** New settings: whatever is under way was asked for by the old ones. */
    reconfigured(): void {
      const now = relevant(settings());
      if (now === held) return;
      held = now;
      guard = readingGuard(rulesOf(settings()));
      asker.stop();
      chosen.forget();
      if (isOn()) asker.start();
    },
    /** Resolves once what was under way is accounted for. */
    async dispose(): Promise<void> {
      asker.stop();
      results.stop();
      for (let looks = 0; unsettled > 0 && looks < mostLooks; looks += 1) await sleep(lookMs);
    },
  };
}

export type InlineRoom = ReturnType<typeof inlineRoom>;

const charactersPerToken = 3.6;

/** All of the settings that decide what may be asked of whom. */
const relevant = (settings: Settings): string =>
  JSON.stringify(
    Object.entries(settings).filter(([key]) =>
      /^(?:inline\.|privacy\.|routing\.taskTypes|models$|providers$|roles$|budget\.)/.test(key),
    ),
  );

const rulesOf = (settings: Settings): ReadingRules => ({
  languages: settings['inline.languages'],
  exclude: settings['inline.exclude'],
  localOnly: settings['privacy.localOnly'],
  maxCharacters: settings['inline.maxFileKB'] * 1024,
  maxLines: mostLines,
});

function sumOf(counts: ReadonlyMap<ModelId, InlineCounts>): InlineState['today'] {
  let [offered, accepted, costUsd, unknownPrice] = [0, 0, 0, 0];
  for (const each of counts.values()) {
    offered += each.offered;
    accepted += each.accepted;
    costUsd += each.costUsd;
    unknownPrice += each.unknownPrice;
  }
  return { offered, accepted, costUsd: unknownPrice > 0 ? null : costUsd };
}

const refusals: Readonly<Record<Refusal, string>> = {
  place: 'There is no ghost text in what is only shown.',
  secret: 'Files that hold keys by their name are never read.',
  excluded: 'rumbo.inline.exclude leaves this file out.',
  'local-only': 'This file is local-only, and no local model may write.',
  language: 'rumbo.inline.languages has this language off.',
  large: 'This file is larger than rumbo.inline.maxFileKB allows.',
};

/** One sentence. */
function whyNobody(judged: readonly Judged[]): string {
  const barred = judged.find(({ allowed, usable }) => allowed && !usable);
  if (barred) return `${barred.model.id}: ${barred.reason}`;
  return judged.some(({ allowed }) => !allowed)
    ? 'No local model is there, and rumbo.inline.models allows no other.'
    : 'No model is there.';
}
