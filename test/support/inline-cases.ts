/** The cases of test/fixtures/inline/: a document, a model's output, and the result that a user expects. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompletionContext, Suggestion } from '../../server/inline-completion/completion-context.ts';
import type { StreamRendererOptions } from '../../server/inline-completion/render/stream-renderer.ts';

export type InlineCase = {
  readonly name: string;
  readonly context: CompletionContext;
  readonly options: StreamRendererOptions;
  /** The raw output of the model. */
  readonly text: string;
  /** The document after an accept, with the inserted text between `⟦` and `⟧`; or `nothing`. */
  readonly expected: string;
};

const folder = fileURLToPath(new URL('../fixtures/inline/', import.meta.url));

/** Languages whose usual indentation is four spaces. */
const wideLanguages = new Set([
  'c',
  'cpp',
  'csharp',
  'go',
  'java',
  'kotlin',
  'php',
  'python',
  'rust',
  'swift',
]);

export const inlineCases: readonly InlineCase[] = globSync('*.txt', { cwd: folder })
  .sort()
  .flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    return text
      .split(/^## /m)
      .slice(1)
      .map((section) => parse(file, section));
  });

/** The document with the suggestion marked in it. */
export function markSuggestion(
  { before, after }: CompletionContext,
  suggestion: Suggestion | undefined,
): string {
  if (!suggestion) return 'nothing';
  const { insertText, replacesBefore, replacesAfter } = suggestion;
  return `${before.slice(0, before.length - replacesBefore)}⟦${insertText}⟧${after.slice(replacesAfter)}`;
}

function parse(file: string, section: string): InlineCase {
  const [name = '', ...rest] = section.split('\n');
  const body = rest.join('\n').replace(/\n*(?:\n# .*\n*)?$/, '\n');
  const parts = body.split(/^———\n/m).map((part) => decodeSigns(part.replace(/\n$/, '')));
  const [head = '', document = '', model = '', expected = ''] = parts;
  if (parts.length !== 4 || document.split('▮').length !== 2)
    throw new Error(`${file}: “${name}” must have four parts and one cursor`);

  const [languageId = '', ...words] = head.trim().split(' ');
  const has = (word: string) => words.includes(word);
  const value = (key: string) => words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const ends = (text: string, crlf: boolean) => (crlf ? text.replaceAll('\n', '\r\n') : text);
  const [before = '', after = ''] = ends(document, has('crlf')).split('▮');
  const [selected, replaces] = value('selected')?.split('/') ?? [];
  return {
    name: `${name} (${file.replace('.txt', '')}, ${languageId})`,
    context: {
      uri: `file:///case.${languageId}`,
      version: 1,
      languageId,
      before,
      after,
      indentation: {
        tabs: has('tabs'),
        size: Number(value('size') ?? (wideLanguages.has(languageId) ? 4 : 2)),
      },
      ...(selected !== undefined && { selectedCompletion: { text: selected, replaces: Number(replaces) } }),
      trigger: 'automatic',
    },
    options: {
      length: has('line') ? 'line' : 'block',
      format: has('chat') ? 'chat' : 'fill',
      quirks: { echoesPrefix: has('echoes'), startsInThoughts: has('thinking') },
    },
    text: ends(model, has('model-crlf')),
    expected: ends(expected, has('crlf')),
  };
}

/** Replaces the signs for invisible characters. */
function decodeSigns(text: string): string {
  return text
    .replaceAll('␠', ' ')
    .replaceAll('⇥', '\t')
    .replace(/‹([0-9a-f]+)›/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
