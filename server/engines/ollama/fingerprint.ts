/** How an Ollama server is recognized. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import { bodyStartsWith, listsEntries, type ServerFingerprint } from '../fingerprint.ts';

export const ollamaFingerprint: ServerFingerprint = {
  evidence: [
    { strength: 'states-name', path: '/', matches: bodyStartsWith('Ollama is running') },
    // Docker Model Runner and llama.cpp answer here as well.
    {
      strength: 'copied-shape',
      path: '/api/tags',
      matches: listsEntries('models', { name: z.string(), digest: z.string() }),
    },
  ],
  basePath: '',
  version: { path: '/api/version', field: 'version' },
  defaultPorts: [11_434],
};
