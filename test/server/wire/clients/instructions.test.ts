/** Instructions are text on every wire: what else a client puts there is named in `ignored`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessagesClients } from '../../../../server/wire/clients/anthropic-messages.ts';
import { geminiClients } from '../../../../server/wire/clients/gemini.ts';
import { ollamaClients } from '../../../../server/wire/clients/ollama.ts';
import { openaiChatClients } from '../../../../server/wire/clients/openai-chat.ts';
import { openaiResponsesClients } from '../../../../server/wire/clients/openai-responses.ts';
import { textOf } from '../../../../shared/message-parts.ts';

const png = 'iVBORw0KGgo=';
const url = `data:image/png;base64,${png}`;
const user = { role: 'user', content: 'x' };

for (const [name, { decodeRequest }, body, path] of [
  [
    'Chat Completions',
    openaiChatClients,
    {
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Be brief.' },
            { type: 'image_url', image_url: { url } },
          ],
        },
        user,
      ],
    },
    'messages[0].content',
  ],
  [
    'Responses',
    openaiResponsesClients,
    {
      input: [
        {
          role: 'developer',
          content: [
            { type: 'input_text', text: 'Be brief.' },
            { type: 'input_image', image_url: url },
          ],
        },
        user,
      ],
    },
    'input[0].content',
  ],
  [
    'Messages',
    anthropicMessagesClients,
    {
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      ],
      messages: [user],
    },
    'system[1]',
  ],
  [
    'Gemini',
    geminiClients,
    {
      systemInstruction: {
        parts: [{ text: 'Be brief.' }, { inlineData: { mimeType: 'image/png', data: png } }],
      },
      contents: [{ role: 'user', parts: [{ text: 'x' }] }],
    },
    'systemInstruction.parts[1]',
  ],
  [
    'Ollama',
    ollamaClients,
    { messages: [{ role: 'system', content: 'Be brief.', images: [png] }, user] },
    'messages[0].images',
  ],
] as const) {
  test(`a picture among the instructions of ${name} is named`, () => {
    const { ask, ignored } = decodeRequest({ model: 'm', ...body }, { model: 'm', stream: true });
    assert.deepEqual(ignored, [path]);
    const [first] = ask.messages ?? [];
    assert.equal(first?.role, 'system');
    assert.equal(textOf(first ?? { content: '' }), 'Be brief.');
  });
}
