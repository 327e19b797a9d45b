/** How vLLM is recognized. https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
import * as z from 'zod';
import { isOwnedBy, openaiModelsPath, type ProbeResponse, type ServerFingerprint } from '../fingerprint.ts';

export const vllmFingerprint: ServerFingerprint = {
  evidence: [
    { strength: 'states-name', path: openaiModelsPath, matches: isOwnedBy('vllm') },
    { strength: 'states-name', path: openaiModelsPath, matches: rejectsMissingKey },
  ],
  basePath: '',
  version: { path: '/version', field: 'version' },
  defaultPorts: [8000],
};

const UnauthorizedBody = z.object({ error: z.literal('Unauthorized') });

function rejectsMissingKey({ status, json, headers }: ProbeResponse): boolean {
  return status === 401 && headers['server'] === 'uvicorn' && UnauthorizedBody.safeParse(json).success;
}
