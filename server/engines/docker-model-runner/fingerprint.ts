/** How Docker Model Runner is recognized. It also answers as Ollama does. https://docs.docker.com/ai/model-runner/api-reference/ */
import * as z from 'zod';
import { bodyHasShape, bodyStartsWith, type ServerFingerprint } from '../fingerprint.ts';

export const dockerFingerprint: ServerFingerprint = {
  evidence: [
    { strength: 'states-name', path: '/', matches: bodyStartsWith('Docker Model Runner is running') },
    {
      strength: 'own-path',
      path: '/engines/status',
      matches: bodyHasShape(z.object({ 'llama.cpp': z.string() })),
    },
  ],
  basePath: '/engines',
  version: { path: '/version', field: 'version' },
  // The second one is Docker Offload's.
  defaultPorts: [12_434, 12_435],
};
