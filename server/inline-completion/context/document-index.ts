/** Passages and signatures of the open files, parsed once per version. */
import { LRUCache } from 'lru-cache';
import type { OpenDocument } from '../documents.ts';
import type { WordHashes } from './identifiers.ts';
import { type ParsedPassages, type Passage, parsePassages } from './passages.ts';
import { pathOf } from './paths.ts';
import { removeSecretLines } from './secrets.ts';
import { extractSignatures } from './signatures.ts';
import type { SnippetCandidate } from './snippet-selection.ts';
import type { TimeSlices } from './time-slices.ts';

/** Approximate bytes of the cached texts and the words of their passages. */
const maxBytes = 64_000_000;
const maxFiles = 2_000;
/** Lines of signatures per file. */
const maxSignatureLines = 40;

type Versioned = { readonly version: number };

/** @param nameOf a file's name in the prompt */
export function documentIndex(nameOf: (uri: string) => string) {
  const parsedByUri = new LRUCache<string, Versioned & { readonly parsed: ParsedPassages }>({
    max: maxFiles,
    maxSize: maxBytes,
    sizeCalculation: ({ parsed: { text, passages } }) => 1 + text.length + passages.length * 400,
  });
  const signatures = new LRUCache<string, Versioned & { readonly names: string; readonly text: string }>({
    max: 200,
  });
  const paths = new LRUCache<string, string>({ max: maxFiles * 2 });
  /** By the words of a passage: a passage that moves keeps them, and with them its text. */
  const passageTexts = new WeakMap<WordHashes, string>();

  return {
    nameOf,
    pathOf(uri: string): string {
      const path = paths.get(uri) ?? pathOf(uri);
      paths.set(uri, path);
      return path;
    },
    /** `undefined`: the time is over. */
    async parse(document: OpenDocument, slices: TimeSlices): Promise<ParsedPassages | undefined> {
      const { uri, version } = document;
      const cached = parsedByUri.get(uri);
      if (cached?.version === version) return cached.parsed;
      const parsed = await parsePassages(document.text, cached?.parsed, slices);
      // The document may have changed meanwhile: the cached text is older then, and parsed again.
      if (parsed) parsedByUri.set(uri, { version, parsed });
      return parsed;
    },
    /** `undefined`: without its lines with secrets, the passage is empty. */
    passageCandidate(
      { uri }: OpenDocument,
      { text }: ParsedPassages,
      passage: Passage,
    ): SnippetCandidate | undefined {
      const { start, end, line, words } = passage;
      const publicText = passageTexts.get(words) ?? removeSecretLines(text.slice(start, end)).trimEnd();
      passageTexts.set(words, publicText);
      return publicText === ''
        ? undefined
        : { uri, name: nameOf(uri), line, text: publicText, source: 'passage' };
    },
    /** `undefined`: the file exports nothing. @param names the names to look for; empty: all */
    signatureCandidate(document: OpenDocument, names: readonly string[]): SnippetCandidate | undefined {
      const { uri, version, languageId } = document;
      const key = names.join(' ');
      let cached = signatures.get(uri);
      if (cached?.version !== version || cached.names !== key) {
        const lines = extractSignatures(document.text, languageId, names)
          .split('\n')
          .slice(0, maxSignatureLines);
        cached = { version, names: key, text: removeSecretLines(lines.join('\n')).trimEnd() };
        signatures.set(uri, cached);
      }
      const { text } = cached;
      return text === '' ? undefined : { uri, name: nameOf(uri), line: 0, text, source: 'import' };
    },
    forget(uri: string): void {
      parsedByUri.delete(uri);
      signatures.delete(uri);
    },
  };
}

export type DocumentIndex = ReturnType<typeof documentIndex>;
