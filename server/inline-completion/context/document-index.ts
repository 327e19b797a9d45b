/** What is known of the open files, read once for each of their versions. */
import { LRUCache } from 'lru-cache';
import type { OpenDocument } from '../documents.ts';
import type { WordHashes } from './identifiers.ts';
import { type ParsedPassages, type Passage, parsePassages } from './passages.ts';
import { pathOf } from './paths.ts';
import { removeSecretLines } from './secrets.ts';
import { extractSignatures } from './signatures.ts';
import type { SnippetCandidate } from './snippet-selection.ts';
import type { TimeSlices } from './time-slices.ts';

/** Bytes, roughly: texts of versions that have passed, and the words of passages. */
const maxBytes = 64_000_000;
const maxFiles = 2_000;
/** Lines of signatures of one file. */
const maxSignatureLines = 40;

type Versioned = { readonly version: number };

/** @param nameOf a file's name as a model is told it */
export function documentIndex(nameOf: (uri: string) => string) {
  const readings = new LRUCache<string, Versioned & { readonly reading: ParsedPassages }>({
    max: maxFiles,
    maxSize: maxBytes,
    sizeCalculation: ({ reading: { text, passages } }) => 1 + text.length + passages.length * 400,
  });
  const signatures = new LRUCache<string, Versioned & { readonly names: string; readonly text: string }>({
    max: 200,
  });
  const paths = new LRUCache<string, string>({ max: maxFiles * 2 });
  /** A passage that moves keeps its words, and with them its text. */
  const texts = new WeakMap<WordHashes, string>();

  return {
    nameOf,
    pathOf(uri: string): string {
      const path = paths.get(uri) ?? pathOf(uri);
      paths.set(uri, path);
      return path;
    },
    /** `undefined`: time was up. */
    async read(document: OpenDocument, slices: TimeSlices): Promise<ParsedPassages | undefined> {
      const { uri, version } = document;
      const known = readings.get(uri);
      if (known?.version === version) return known.reading;
      const reading = await parsePassages(document.text, known?.reading, slices);
      // While others had their turn it may have changed: the text that was read is older then, and read again.
      if (reading) readings.set(uri, { version, reading });
      return reading;
    },
    /** `undefined`: nothing is left of it once lines with secrets are gone. */
    passage({ uri }: OpenDocument, { text }: ParsedPassages, passage: Passage): SnippetCandidate | undefined {
      const { start, end, line, words } = passage;
      const shown = texts.get(words) ?? removeSecretLines(text.slice(start, end)).trimEnd();
      texts.set(words, shown);
      return shown === '' ? undefined : { uri, name: nameOf(uri), line, text: shown, source: 'passage' };
    },
    /** `undefined`: the file offers nothing that could be read. @param names those that are wanted */
    signatures(document: OpenDocument, names: readonly string[]): SnippetCandidate | undefined {
      const { uri, version, languageId } = document;
      const wanted = names.join(' ');
      let known = signatures.get(uri);
      if (known?.version !== version || known.names !== wanted) {
        const lines = extractSignatures(document.text, languageId, names)
          .split('\n')
          .slice(0, maxSignatureLines);
        known = { version, names: wanted, text: removeSecretLines(lines.join('\n')).trimEnd() };
        signatures.set(uri, known);
      }
      const { text } = known;
      return text === '' ? undefined : { uri, name: nameOf(uri), line: 0, text, source: 'import' };
    },
    forget(uri: string): void {
      readings.delete(uri);
      signatures.delete(uri);
    },
  };
}

export type DocumentIndex = ReturnType<typeof documentIndex>;
