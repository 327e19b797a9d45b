/** Ghost text, with all it is made of: the documents of the editor, when to ask, who writes, and what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { providerOf } from '../../shared/chat.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { InlineCandidate, InlineEvent, InlineState, NearbySymbol } from '../../shared/inline.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { Budgets } from '../metrics/budget.ts';
import { inlineRole } from '../metrics/inline-usage.ts';
import { nativeApi, nativeRoot } from '../models/native-api.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { RoutingSnapshotDeps } from '../providers/routing-snapshot.ts';
import { acceptanceTracker } from './acceptance.ts';
import { type InlineAccountingDeps, inlineAccounting } from './accounting.ts';
import { steadyClock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import { contextProvider, type DefinitionSnippet } from './context/context-provider.ts';
import { workspaceNames } from './context/paths.ts';
import { type DocumentStore, documentStore, isCurrentIn } from './documents.ts';
import { denialMessages, filePolicy } from './file-policy.ts';
import { fimPrompt } from './fim-prompt.ts';
import { completionGenerator, isFreeModel } from './generate.ts';
import { latencies } from './latencies.ts';
import { type CompletionEndpoint, generateWithFallback } from './prompting/generate-with-fallback.ts';
import { llamaSlots } from './prompting/llama-slots.ts';
import { modeCache } from './prompting/mode-cache.ts';
import { rankedModels } from './ranked-models.ts';
import { chooseCompletionLength } from './render/completion-length.ts';
import { maySuggest } from './render/may-suggest.ts';
import { streamRenderer } from './render/stream-renderer.ts';
import type { Renderer } from './renderer.ts';
import { scheduler } from './scheduler.ts';
import { inlineStateOf } from './state.ts';
import { throttle } from './throttle.ts';

export type InlineCompletionDeps = Omit<RoutingSnapshotDeps, 'coldStarts'> &
  InlineAccountingDeps & {
    readonly providers: ProviderRegistry;
    readonly budgets: Budgets;
    readonly shelf: Pick<ModelCatalog, 'recommendedLocal' | 'details' | 'coldStarts'>;
    /** A folder for what outlives the server. Absent: nothing is written. */
    readonly storagePath: string | undefined;
    /** URIs of the workspace's folders. */
    readonly folders: readonly string[];
    /** What the client knows to be declared around a place. Absent: it knows nothing. */
    readonly symbols?: (context: CompletionContext) => Promise<readonly NearbySymbol[]>;
    /** Called after each change a user could see. */
    readonly changed: () => void;
  };

/** Milliseconds from one look at the engines to the next while somebody types, and from one try at a list to the next. */
const lookEveryMs = 1_000;
const listEveryMs = 300_000;
/** How long what was stopped may take to come to its end, in milliseconds from look to look. */
const lookMs = 10;
const mostLooks = 20;
const answerLimits = { entries: 1_000, bytes: 4_000_000 };
/** Milliseconds from a suggestion's first text until it is shown although more of it is to come. */
const revealAfterMs = 150;

export function inlineCompletionService(parts: InlineCompletionDeps) {
  const { settings, providers, budgets, shelf, ledger, storagePath, folders, changed } = parts;
  const clock = steadyClock;
  const text: DocumentStore = documentStore();
  const nameOf = workspaceNames(folders);
  const speed = latencies();
  const ways = modeCache(storagePath === undefined ? {} : { folder: storagePath });
  const surroundings = contextProvider({ documents: text, nameOf });
  const places = filePolicy(settings, (uri) => text.get(uri)?.lineCount ?? 0);
  const accounts = inlineAccounting(parts, clock);
  const isTime = throttle(clock);
  let held = '';
  let paused = false;
  /** Requests that are not accounted for yet. */
  let unsettled = 0;

  const isOn = (): boolean => settings()['inline.enabled'] && !paused;

  const fillerOf = ({ id, provider: name, name: model }: Model): CompletionEndpoint | undefined => {
    const provider = providers.get(name);
    if (!provider) return undefined;
    const { definition, baseUrl } = provider.config;
    const [details] = shelf.details([id]);
    return {
      engine: provider.engine,
      model,
      kind: definition.kind,
      baseUrl,
      supportsFim: details?.fields.fim,
    };
  };

  const slots = llamaSlots({
    async fetchProps({ baseUrl, model }, signal) {
      const provider = providers.all().find(({ config }) => config.baseUrl === baseUrl);
      if (!provider) return undefined;
      const path = `/props?model=${encodeURIComponent(model)}`;
      return nativeApi(provider.nativeApi, nativeRoot(baseUrl)).json({ path }, signal);
    },
  });

  const chosen = rankedModels({
    ...parts,
    coldStarts: shelf.coldStarts,
    book: ledger.inline,
    latencies: speed,
    ways,
    fillerOf,
  });

  const candidates = (context: CompletionContext) => {
    if (!isOn() || places.denial(context)) return [];
    const characters = context.before.length + context.after.length;
    const tokens = Math.ceil(characters / charactersPerToken);
    const { ranked: models } = chosen.choices(places.isLocalOnly(context), tokens);
    // A place the user has not come to is a guess, and nobody is to pay for it.
    const isGuess = !isCurrentIn(text.get(context.uri), context);
    return isGuess ? models.filter(({ model }) => isFreeModel(model)) : models;
  };

  const { symbols } = parts;
  const definitionsOf = async (context: CompletionContext): Promise<readonly DefinitionSnippet[]> =>
    ((await symbols?.(context)) ?? []).map((symbol) => ({ uri: symbol.uri, line: 0, text: symbol.text }));

  const generator = completionGenerator({
    candidates,
    fillerOf,
    gapOf: fimPrompt({
      contexts: surroundings,
      mayRead: places.mayRead,
      nameOf,
      ...(symbols ? { definitions: definitionsOf } : {}),
      slotOf(model, uri) {
        const filler = fillerOf(model);
        return filler?.kind === 'llama-cpp' ? slots.of(filler, uri) : undefined;
      },
    }),
    fill: generateWithFallback(ways),
    reserve(model, usd) {
      const giveBack = budgets.reserve({ provider: model.provider, role: inlineRole }, usd);
      if (!giveBack) return undefined;
      unsettled += 1;
      return () => {
        unsettled -= 1;
        giveBack();
      };
    },
    account(account) {
      accounts.asked(account);
      const { model, outcome } = account;
      // Who has failed may have to rest.
      if (outcome !== 'ok' && outcome !== 'stopped' && outcome !== 'cancelled')
        chosen.failed(model.id, outcome);
    },
    latencies: speed,
    hedgePaid: () => settings()['inline.hedgePaid'],
  });

  const renderer: Renderer = { maySuggest, chooseCompletionLength, streamRenderer };
  const asker = scheduler({
    generator,
    renderer,
    settings: () => ({
      debounceMs: settings()['inline.debounceMs'],
      cache: answerLimits,
      revealAfterMs,
      readAhead: true,
    }),
  });

  const results = acceptanceTracker({
    documents: text,
    clock,
    onAccepted({ id, model }) {
      asker.accepted(id);
      accounts.accepted(model);
      changed();
    },
    onRetained: accounts.kept,
  });

  /** A cloud provider that is named and may have models nobody knows of yet. */
  const unlisted = (): string | undefined => {
    const known = new Set<string>(providers.models().map(({ id }) => id));
    return settings()
      ['inline.models'].filter((name) => !known.has(name))
      .map(providerOf)
      .find((name) => {
        const provider = providers.get(name);
        return provider?.config.source === 'api' && provider.modelList === undefined;
      });
  };

  /** Local engines may have come up since, and a named cloud provider has to tell its list once. Nobody waits for them. */
  const lookAround = (signal: AbortSignal): void => {
    if (!isTime('look', lookEveryMs)) return;
    const name = unlisted();
    void providers.refreshForRequest(
      signal,
      name !== undefined && isTime(`list ${name}`, listEveryMs) ? name : undefined,
    );
  };

  const state = (): InlineState =>
    inlineStateOf({
      isEnabled: settings()['inline.enabled'],
      isPaused: paused,
      ranking: () => chosen.choices(false, Number.POSITIVE_INFINITY),
      unavailableReason: notHere,
      today: ledger.inline.today(),
    });

  /** Why there is none in the document that was last looked at, one sentence. */
  let notHere: string | undefined;
  const lookAt = (context: CompletionContext): void => {
    const denial = places.denial(context);
    const isBarred = candidates(context).length === 0 && places.isLocalOnly(context);
    const reason = denial ? denialMessages[denial] : isBarred ? denialMessages['local-only'] : undefined;
    if (reason === notHere) return;
    notHere = reason;
    changed();
  };

  return {
    documents: text,
    /** A document has changed; to be told once `documents` has it as it is now. */
    changed(uri: string): void {
      const document = text.get(uri);
      results.documentChanged(uri);
      if (document) asker.changed(uri, document.version);
    },
    closed(uri: string): void {
      asker.closed(uri);
      surroundings.closed(uri);
      slots.closed(uri);
    },
    /** Never rejects: a model that fails shows in the log and at its provider. */
    async suggest(context: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]> {
      if (!isOn()) return [];
      lookAt(context);
      if (places.denial(context)) return [];
      text.markSeen(context.uri);
      lookAround(signal);
      try {
        const offers = await asker.suggest(context, signal);
        // A setting may have changed meanwhile.
        if (!isOn() || places.denial(context)) return [];
        results.track(context, offers);
        accounts.offered(offers);
        return offers;
      } catch (cause) {
        const error = toRumboError(cause, signal);
        if (error !== cause && error.kind !== 'cancelled') accounts.mistaken(error.message, error.cause);
        return [];
      }
    },
    did({ id, type }: InlineEvent): void {
      if (type === 'rejected') asker.rejected(id);
      else results.accepted(id);
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
      const provider = providers.get(name);
      if (provider?.modelList === undefined || !settings()['inline.enabled']) return;
      ways.listed(
        provider.config.baseUrl,
        provider.modelList.map((model) => model.name),
      );
      chosen.forget();
    },
    /** New settings: whatever is under way was asked for by the old ones. */
    reconfigured(): void {
      const now = relevant(settings());
      if (now === held) return;
      held = now;
      places.reconfigure();
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

export type InlineCompletionService = ReturnType<typeof inlineCompletionService>;

const charactersPerToken = 3.6;

/** All of the settings that decide what may be asked of whom. */
const relevant = (settings: Settings): string =>
  JSON.stringify(
    Object.entries(settings).filter(([key]) =>
      /^(?:inline\.|privacy\.|routing\.taskTypes|models$|providers$|roles$|budget\.)/.test(key),
    ),
  );
