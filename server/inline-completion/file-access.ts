/** Which files ghost text may read, for a suggestion in them and as context for another, and for each other one why not. */
import { LRUCache } from 'lru-cache';
import { realPathOf } from '../platform/files.ts';
import { fileMatcher } from '../routing/privacy.ts';
import { secretFiles, secretNames } from './secret-files.ts';

/** Settings that say what may be read. */
export type FileAccessRules = {
  /** By VS Code's name of a language; `*` holds for those not named. Absent: on. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Patterns of files that nobody reads. */
  readonly exclude: readonly string[];
  /** Patterns of files that only models on the user's machines read. */
  readonly localOnly: readonly string[];
  readonly maxCharacters: number;
  readonly maxLines: number;
};

/** What is known of a file. What is absent is not judged. */
export type ReadableFile = {
  readonly uri: string;
  readonly languageId?: string;
  readonly characters?: number;
  readonly lines?: number;
};

/** Who is to read: a model. */
export type FileReader = {
  /** It runs on the user's machines. */
  readonly private: boolean;
};

/**
 * Why not, in a word. `place`: no file the user edits, but output, an old version, a settings page. `secret`: it holds
 * keys by its name. `excluded`, `language`: switched off. `local-only`: not for this reader. `large`: over a limit.
 */
export type AccessDenial = 'place' | 'secret' | 'excluded' | 'local-only' | 'language' | 'large';

/** What a file's address says does not change, save for links that are led elsewhere. */
const cacheTtlMs = 60_000;
const maxFiles = 5_000;

/** @param now milliseconds on any steady clock */
export function fileAccess(rules: FileAccessRules, now: () => number = () => performance.now()) {
  const judge = verdictOf(rules);
  const known = new LRUCache<string, UriVerdict>({
    max: maxFiles,
    ttl: cacheTtlMs,
    ttlResolution: 0,
    perf: { now },
  });
  const judgementOf = (uri: string): UriVerdict => {
    const found = known.get(uri);
    if (found) return found;
    const judged = judge(uri);
    known.set(uri, judged);
    return judged;
  };

  /** `undefined`: it may be read. Looks where links lead, the first time. */
  const refusal = (file: ReadableFile, reader: FileReader): AccessDenial | undefined => {
    const { never, localOnly } = judgementOf(file.uri);
    if (never) return never;
    if (localOnly && !reader.private) return 'local-only';
    if (!isOn(rules.languages, file.languageId)) return 'language';
    const { characters = 0, lines = 0 } = file;
    return characters > rules.maxCharacters || lines > rules.maxLines ? 'large' : undefined;
  };

  return {
    refusal,
    mayRead: (file: ReadableFile, reader: FileReader): boolean => refusal(file, reader) === undefined,
  };
}

export type FileAccess = ReturnType<typeof fileAccess>;

/** What an address says of a file. */
type UriVerdict = { readonly never: AccessDenial | undefined; readonly localOnly: boolean };

function verdictOf({ exclude, localOnly }: FileAccessRules): (uri: string) => UriVerdict {
  const [secret, excluded, kept] = [fileMatcher(secretFiles), fileMatcher(exclude), fileMatcher(localOnly)];
  return (uri) => {
    if (!places.has(schemeOf(uri))) return { never: 'place', localOnly: true };
    // A link to a file is that file.
    const addresses = [...new Set([uri, realPathOf(uri)])];
    const some = (matches: (address: string) => boolean) => addresses.some(matches);
    const never = some((address) => secret(address) || secretNames.has(nameOf(address)))
      ? 'secret'
      : some(excluded)
        ? 'excluded'
        : undefined;
    return { never, localOnly: some(kept) };
  };
}

/** Where users keep files; everything else is shown by the editor or made by an extension. */
const places: ReadonlySet<string> = new Set([
  'file',
  'untitled',
  'vscode-remote',
  'vscode-vfs',
  'vscode-notebook-cell',
]);

const schemeOf = (uri: string): string => uri.slice(0, uri.indexOf(':')).toLowerCase();

const nameOf = (address: string): string =>
  decoded(address)
    .replace(/[?#].*$/, '')
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
