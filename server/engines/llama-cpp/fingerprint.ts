/** How llama-server is recognized. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import * as z from 'zod';
import {
  bodyHasShape,
  hasServerHeader,
  isOwnedBy,
  openaiModelsPath,
  type ProbeResponse,
  type ServerFingerprint,
} from '../fingerprint.ts';

export const llamaCppFingerprint: ServerFingerprint = {
  evidence: [
    { strength: 'states-name', path: '/', matches: hasServerHeader('llama.cpp') },
    { strength: 'states-name', path: openaiModelsPath, matches: hasServerHeader('llama.cpp') },
    { strength: 'states-name', path: openaiModelsPath, matches: isOwnedBy('llamacpp') },
    { strength: 'states-name', path: openaiModelsPath, matches: isLoadingModel },
    { strength: 'own-shape', path: '/props', matches: bodyHasShape(z.object({ build_info: z.string() })) },
  ],
  basePath: '',
  version: { path: '/props', field: 'build_info' },
  // llamafile and LocalAI use it as well.
  defaultPorts: [8080],
};

const LoadingBody = z.object({ error: z.object({ type: z.literal('unavailable_error') }) });

function isLoadingModel({ status, json }: ProbeResponse): boolean {
  return status === 503 && LoadingBody.safeParse(json).success;
}
