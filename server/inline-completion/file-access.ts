/** Which files ghost text may read, as the edited file and as context for another one, and why not. */
import { LRUCache } from 'lru-cache';
import { realPathOf } from '../platform/files.ts';
import { fileMatcher } from '../routing/privacy.ts';
import { secretFiles, secretNames } from './secret-files.ts';

/** The settings that decide which files may be read. */
export type FileAccessRules = {
  /** By VS Code's language id; `*` applies to languages that are not listed. Absent: on. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Patterns of files that no model reads. */
  readonly exclude: readonly string[];
  /** Patterns of files that only models on the user's machines read. */
  readonly localOnly: readonly string[];
  readonly maxCharacters: number;
  readonly maxLines: number;
};

/** Facts about a file. Absent ones are not checked. */
export type ReadableFile = {
  readonly uri: string;
  readonly languageId?: string;
  readonly characters?: number;
  readonly lines?: number;
};

/** The model that would read. */
export type FileReader = {
  /** It runs on the user's machines. */
  readonly private: boolean;
};

/**
 * Why a file may not be read. `not-editable`: not a file that the user edits, but output, an old version or a settings page.
 * `secret`: its name is one of files that contain keys. `excluded`, `language`: switched off by a setting. `local-only`: not
 * for this reader. `large`: over a limit.
 */
export type AccessDenial = 'not-editable' | 'secret' | 'excluded' | 'local-only' | 'language' | 'large';

/** What a URI implies does not change, except for links that are redirected. */
const cacheTtlMs = 60_000;
const maxFiles = 5_000;

/** @param now milliseconds on any steady clock */
export function fileAccess(rules: FileAccessRules, now: () => number = () => performance.now()) {
  const judge = verdictOf(rules);
  const verdicts = new LRUCache<string, UriVerdict>({
    max: maxFiles,
    ttl: cacheTtlMs,
    ttlResolution: 0,
    perf: { now },
  });
  const verdictFor = (uri: string): UriVerdict => {
    const cached = verdicts.get(uri);
    if (cached) return cached;
    const verdict = judge(uri);
    verdicts.set(uri, verdict);
    return verdict;
  };

  /** `undefined`: it may be read. Resolves links the first time. */
  const denial = (file: ReadableFile, reader: FileReader): AccessDenial | undefined => {
    const { always, localOnly } = verdictFor(file.uri);
    if (always) return always;
    if (localOnly && !reader.private) return 'local-only';
    if (!isOn(rules.languages, file.languageId)) return 'language';
    const { characters = 0, lines = 0 } = file;
    return characters > rules.maxCharacters || lines > rules.maxLines ? 'large' : undefined;
  };

  return {
    denial,
    mayRead: (file: ReadableFile, reader: FileReader): boolean => denial(file, reader) === undefined,
  };
}

export type FileAccess = ReturnType<typeof fileAccess>;

/** What a URI alone decides. `always`: the denial for every reader. */
type UriVerdict = { readonly always: AccessDenial | undefined; readonly localOnly: boolean };

function verdictOf({ exclude, localOnly }: FileAccessRules): (uri: string) => UriVerdict {
  const [isSecret, isExcluded, isLocalOnly] = [
    fileMatcher(secretFiles),
    fileMatcher(exclude),
    fileMatcher(localOnly),
  ];
  return (uri) => {
    if (!editableSchemes.has(schemeOf(uri))) return { always: 'not-editable', localOnly: true };
    // A link counts as the file it leads to.
    const addresses = [...new Set([uri, realPathOf(uri)])];
    const always = addresses.some((address) => isSecret(address) || secretNames.has(nameOf(address)))
      ? 'secret'
      : addresses.some(isExcluded)
        ? 'excluded'
        : undefined;
    return { always, localOnly: addresses.some(isLocalOnly) };
  };
}

/** Schemes of files that users edit; the editor or an extension generates all other documents. */
const editableSchemes: ReadonlySet<string> = new Set([
  'file',
  'untitled',
  'vscode-remote',
  'vscode-vfs',
  'vscode-notebook-cell',
]);

const schemeOf = (uri: string): string => uri.slice(0, uri.indexOf(':')).toLowerCase();

const nameOf = (address: string): string =>
  decoded(address)
    .replace(/[?#].*/s, '')
    .replace(/^.*[/\\]/s, '')
    .toLowerCase();

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

const isOn = (languages: FileAccessRules['languages'], languageId: string | undefined): boolean =>
  languageId === undefined || (languages[languageId] ?? languages['*'] ?? true);
