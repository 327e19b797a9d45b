/** Where there may be ghost text by the user's settings, and a sentence for where there is none. */
import type { Settings } from '../../shared/settings.ts';
import type { CompletionContext } from './completion-context.ts';
import { type AccessDenial, type FileAccess, fileAccess, type ReadableFile } from './file-access.ts';

/** More lines are no text that anybody writes on. */
const maxLines = 50_000;

export function filePolicy(settings: () => Settings, lineCount: (uri: string) => number) {
  let guard: FileAccess = guardOf(settings());
  return {
    /** New settings hold. */
    reconfigured(): void {
      guard = guardOf(settings());
    },
    /** Why no model at all may read this. `undefined`: some may. */
    refusal: ({ uri, languageId, before, after }: CompletionContext): AccessDenial | undefined =>
      guard.refusal(
        { uri, languageId, characters: before.length + after.length, lines: lineCount(uri) },
        { private: true },
      ),
    /** Only models on the user's machines may read it. */
    isLocalOnly: ({ uri }: CompletionContext): boolean =>
      guard.refusal({ uri }, { private: false }) === 'local-only',
    mayRead: (file: ReadableFile, reader: { readonly private: boolean }): boolean =>
      guard.mayRead(file, { private: reader.private }),
  };
}

const guardOf = (settings: Settings): FileAccess =>
  fileAccess({
    languages: settings['inline.languages'],
    exclude: settings['inline.exclude'],
    localOnly: settings['privacy.localOnly'],
    maxCharacters: settings['inline.maxFileKB'] * 1024,
    maxLines: maxLines,
  });

/** One sentence each. */
export const denialMessages: Readonly<Record<AccessDenial, string>> = {
  place: 'There is no ghost text in what is only shown.',
  secret: 'Files that hold keys by their name are never read.',
  excluded: 'rumbo.inline.exclude leaves this file out.',
  'local-only': 'This file is local-only, and no local model may write.',
  language: 'rumbo.inline.languages has this language off.',
  large: 'This file is larger than rumbo.inline.maxFileKB allows.',
};
