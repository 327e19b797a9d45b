/** The file access rules of the current settings, and a sentence for each reason why there is no ghost text. */
import type { Settings } from '../../shared/settings.ts';
import type { CompletionContext } from './completion-context.ts';
import {
  type AccessDenial,
  type FileAccess,
  type FileReader,
  fileAccess,
  type ReadableFile,
} from './file-access.ts';

/** A file of more lines is generated, not typed. */
const maxLines = 50_000;

export function filePolicy(settings: () => Settings, lineCount: (uri: string) => number) {
  let access: FileAccess = accessFor(settings());
  return {
    /** Applies the current settings. */
    reconfigure(): void {
      access = accessFor(settings());
    },
    /** Why no model at all may read this document. `undefined`: some model may. */
    denial: ({ uri, languageId, before, after }: CompletionContext): AccessDenial | undefined =>
      access.denial(
        { uri, languageId, characters: before.length + after.length, lines: lineCount(uri) },
        { private: true },
      ),
    /** Only models on the user's machines may read it. */
    isLocalOnly: ({ uri }: CompletionContext): boolean =>
      access.denial({ uri }, { private: false }) === 'local-only',
    mayRead: (file: ReadableFile, reader: FileReader): boolean =>
      access.mayRead(file, { private: reader.private }),
  };
}

export type FilePolicy = ReturnType<typeof filePolicy>;

const accessFor = (settings: Settings): FileAccess =>
  fileAccess({
    languages: settings['inline.languages'],
    exclude: settings['inline.exclude'],
    localOnly: settings['privacy.localOnly'],
    maxCharacters: settings['inline.maxFileKB'] * 1024,
    maxLines,
  });

/** One sentence each. */
export const denialMessages: Readonly<Record<AccessDenial, string>> = {
  'not-editable': 'There is no ghost text in read-only views.',
  secret: 'Ghost text never reads files whose names suggest that they contain keys.',
  excluded: 'rumbo.inline.exclude excludes this file.',
  'local-only': 'This file is local-only, and no local model is available.',
  language: 'rumbo.inline.languages switches this language off.',
  large: 'This file is larger than rumbo.inline.maxFileKB allows.',
};
