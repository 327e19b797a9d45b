/** Sentences by which engines and services refuse what a model cannot do, and sentences that mean something else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorFromEvent, errorFromResponse } from '../../../server/wire/error-response.ts';

const responseOf = (status: number, message: string, more: object = {}) => ({
  status,
  headers: {},
  body: JSON.stringify({ error: { message, ...more } }),
});

const inabilities: readonly (readonly [number, string, 'chat' | 'tools' | 'vision' | undefined])[] = [
  [400, 'registry.ollama.ai/library/smollm2:135m does not support tools', 'tools'],
  [400, '"all-minilm" does not support chat', 'chat'],
  [400, '"all-minilm" does not support generate', 'chat'],
  [400, '"smollm2" does not support thinking', undefined],
  [
    500,
    'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
    'vision',
  ],
  [501, 'This server does not support chat completions. Start it without `--embeddings`', 'chat'],
  [500, 'tools param requires --jinja flag', 'tools'],
  [400, 'tiny is not a multimodal model', 'vision'],
  [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', 'tools'],
  [400, 'At most 0 image(s) may be provided in one prompt.', 'vision'],
  [404, 'The model does not support Chat Completions API', 'chat'],
  [404, 'No endpoints found that support tool use. Try disabling "search".', 'tools'],
  [404, 'No endpoints found that support image input', 'vision'],
  [400, 'Function calling is not enabled for this model', 'tools'],
  [400, 'deepseek-reasoner does not support Function Calling', 'tools'],
  [400, 'Invalid content type. image_url is only supported by certain models.', 'vision'],
  [422, 'messages[0]: unknown variant `image_url`, expected `text` at line 1 column 80', 'vision'],
  [404, 'This is not a chat model and thus not supported in the v1/chat/completions endpoint.', 'chat'],
  [400, "This model doesn't support tool use.", 'tools'],
  [400, 'Images of type image/webp are not supported.', undefined],
  [400, 'Tool type "web_search" is not supported with this model.', undefined],
  [400, 'Model does not support images. Please use a model that does.', 'vision'],
];

for (const [status, message, ability] of inabilities)
  test(`“${message}” is the model’s inability`, () => {
    const error = errorFromResponse(responseOf(status, message));
    assert.deepEqual([error.kind, error.data.ability], ['unsupported-request', ability]);
    const inStream = errorFromEvent({ error: { message } });
    assert.equal(inStream.kind, 'unsupported-request');
  });

const otherErrors: readonly (readonly [number, string, string])[] = [
  [404, 'The model `gpt-9` does not exist or you do not have access to it.', 'model-not-found'],
  [400, 'Invalid JSON in the tool arguments', 'invalid-request'],
  [400, 'the input length exceeds the context length', 'context-too-long'],
  [401, 'This key does not support chat', 'unauthorized'],
  [503, 'server busy, please try again.  maximum pending requests exceeded', 'overloaded'],
  [400, 'messages: at least one message is required', 'invalid-request'],
];
for (const [status, message, kind] of otherErrors)
  test(`“${message}” is none`, () => {
    const error = errorFromResponse(responseOf(status, message));
    assert.deepEqual([error.kind, error.data.ability], [kind, undefined]);
  });
