/** How LM Studio's server is recognized. It answers unknown paths with an error in a 200. https://lmstudio.ai/docs/developer */
import * as z from 'zod';
import { bodyHasShape, listsEntries, type ServerFingerprint } from '../fingerprint.ts';

export const lmStudioFingerprint: ServerFingerprint = {
  evidence: [
    {
      strength: 'own-path',
      path: '/lmstudio-greeting',
      matches: bodyHasShape(z.object({ lmstudio: z.literal(true) })),
    },
    {
      strength: 'own-path',
      path: '/api/v1/models',
      matches: listsEntries('models', { key: z.string(), type: z.string() }),
    },
    {
      strength: 'own-path',
      path: '/api/v0/models',
      matches: listsEntries('data', { id: z.string(), state: z.string() }),
    },
    {
      strength: 'own-path',
      path: '/',
      matches: bodyHasShape(z.object({ error: z.string().startsWith('Unexpected endpoint or method.') })),
    },
  ],
  basePath: '',
  defaultPorts: [1234],
};
