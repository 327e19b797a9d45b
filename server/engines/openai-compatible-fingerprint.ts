/** How other servers with OpenAI's interface are recognized: some by name, the rest by their list of models. */
import * as z from 'zod';
import {
  bodyHasShape,
  isOwnedBy,
  openaiModelsPath,
  type ProbeResponse,
  type ServerFingerprint,
} from './fingerprint.ts';
import { gatewayOfList } from './gateways.ts';

export const openaiCompatibleFingerprint: ServerFingerprint = {
  evidence: [
    { strength: 'states-name', label: 'SGLang', path: openaiModelsPath, matches: isOwnedBy('sglang') },
    {
      strength: 'states-name',
      label: 'LiteLLM',
      forwards: true,
      path: openaiModelsPath,
      matches: ({ json }) => gatewayOfList(json)?.label === 'LiteLLM',
    },
    // Its list may need a key, or be too long to be read here.
    {
      strength: 'own-path',
      label: 'LiteLLM',
      forwards: true,
      path: '/health/liveliness',
      matches: ({ status, text }) => status === 200 && /^"I'm alive!"\s*$/.test(text),
    },
    {
      strength: 'copied-shape',
      label: 'SGLang',
      path: '/get_model_info',
      matches: bodyHasShape(z.object({ model_path: z.string() })),
    },
    {
      strength: 'copied-shape',
      label: 'Text Generation Inference',
      path: '/info',
      matches: bodyHasShape(z.object({ model_id: z.string(), version: z.string() })),
    },
    { strength: 'any-copy', path: openaiModelsPath, matches: beginsAsModelList },
    { strength: 'any-copy', path: openaiModelsPath, matches: rejectsMissingKey },
  ],
  basePath: '/v1',
  defaultPorts: [
    30_000, // SGLang
    1337, // Jan
    5001, // KoboldCpp
    4891, // GPT4All
  ],
};

/** A long list is cut off, so its beginning must be enough. */
function beginsAsModelList({ status, text }: ProbeResponse): boolean {
  return (
    status === 200 && /^\s*\{(?=[\s\S]*"data"\s*:\s*\[)[\s\S]*"object"\s*:\s*"(?:list|model)"/.test(text)
  );
}

const ErrorBody = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/** Any page behind a password answers 401; only an API explains it in JSON and requests no login dialogue of a browser. */
function rejectsMissingKey({ status, headers, json }: ProbeResponse): boolean {
  return (
    status === 401 && !/^basic/i.test(headers['www-authenticate'] ?? '') && ErrorBody.safeParse(json).success
  );
}
