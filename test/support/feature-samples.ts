/** A small request for each feature, with a value that is in a body only where the feature is. */
import type { CompletionRequest, Message } from '../../shared/chat.ts';
import type { WireName } from '../../shared/content.ts';
import type { Feature } from '../../shared/features.ts';

export type FeatureSample = {
  readonly fields?: Partial<CompletionRequest>;
  /** Instead of the plain question. */
  readonly messages?: readonly Message[];
  /** Text of the body that shows the feature, whatever its field is called. Absent: the body differs. */
  readonly marker?: string;
};

const question: Message = { role: 'user', content: 'Question.' };
const ask = (
  ...content: Exclude<Extract<Message, { role: 'user' }>['content'], string>
): readonly Message[] => [{ role: 'user', content }];
const call: Message = {
  role: 'assistant',
  content: '',
  toolCalls: [{ id: 'call_1', name: 'look', input: '{}' }],
};
const schema = { type: 'object', properties: { marker_property: { type: 'string' } } };

/** @param wire for features of one service's own */
export const featureSample = (feature: Feature, wire: WireName, provider: string): FeatureSample =>
  ({
    temperature: { fields: { temperature: 0.31 }, marker: '0.31' },
    topP: { fields: { topP: 0.83 }, marker: '0.83' },
    topK: { fields: { topK: 4_711 }, marker: '4711' },
    frequencyPenalty: { fields: { frequencyPenalty: 0.37 }, marker: '0.37' },
    presencePenalty: { fields: { presencePenalty: 0.41 }, marker: '0.41' },
    seed: { fields: { seed: 471_147 }, marker: '471147' },
    stop: { fields: { stop: ['STOP-HERE'] }, marker: 'STOP-HERE' },
    toolChoice: { fields: { toolChoice: { type: 'tool', toolName: 'look' } } },
    parallelToolCalls: { fields: { parallelToolCalls: false } },
    strictTools: {
      fields: { tools: [{ name: 'look', inputSchema: schema, isStrict: true }] },
      marker: '"strict":true',
    },
    toolNamespaces: {
      fields: { tools: [{ name: 'look', namespace: 'marker_space', inputSchema: schema }] },
      marker: 'marker_space',
    },
    customTools: { fields: { tools: [{ type: 'custom', name: 'marker_patch' }] }, marker: 'marker_patch' },
    hostedTools: {
      fields: { tools: [{ type: 'hosted', wire, name: 'search', definition: { type: 'marker_search' } }] },
      marker: 'marker_search',
    },
    metadata: {
      fields: { metadata: { session: 'marker-session', user: 'marker-user' } },
      marker: 'marker-user',
    },
    jsonAnswer: { fields: { responseFormat: { type: 'json' } } },
    jsonSchema: { fields: { responseFormat: { type: 'json', schema } }, marker: 'marker_property' },
    gbnfGrammar: grammarSample('gbnf', 'root ::= "marker"'),
    larkGrammar: grammarSample('lark', 'start: "marker"'),
    regexGrammar: grammarSample('regex', 'marker+'),
    reasoningEffort: { fields: { reasoning: { effort: 'low' } } },
    reasoningBudget: { fields: { reasoning: { budgetTokens: 2_048 } } },
    reasoningSignatures: { messages: [question, signedAnswer(wire), question], marker: 'bWFya2Vy' },
    prediction: { fields: { prediction: 'marker prediction' }, marker: 'marker prediction' },
    serviceTier: { fields: { serviceTier: 'flex' } },
    logprobs: { fields: { logprobs: 3 } },
    answerCount: { fields: { answerCount: 3 }, marker: ':3' },
    outputImages: { fields: { output: { images: true } } },
    outputAudio: {
      fields: { output: { audio: { voice: 'marker-voice', format: 'wav' } } },
      marker: 'marker-voice',
    },
    cacheHints: { messages: ask({ type: 'text', text: 'Question.', cache: '1h' }), marker: 'ephemeral' },
    images: {
      messages: ask({ type: 'image', mediaType: 'image/png', data: 'bWFya2Vy' }),
      marker: 'bWFya2Vy',
    },
    imageUrls: {
      messages: ask({ type: 'image', url: 'https://example.com/marker.png' }),
      marker: 'example.com/marker.png',
    },
    imageFiles: { messages: ask({ type: 'image', fileId: 'file-marker', provider }), marker: 'file-marker' },
    imageDetail: {
      messages: ask({ type: 'image', mediaType: 'image/png', data: 'AAAA', detail: 'low' }),
      marker: '"detail":"low"',
    },
    documents: {
      messages: ask({ type: 'document', mediaType: 'application/pdf', data: 'bWFya2Vy' }),
      marker: 'bWFya2Vy',
    },
    documentUrls: {
      messages: ask({ type: 'document', url: 'https://example.com/marker.pdf' }),
      marker: 'example.com/marker.pdf',
    },
    documentFiles: {
      messages: ask({ type: 'document', fileId: 'file-marker', provider }),
      marker: 'file-marker',
    },
    textDocuments: {
      messages: ask({ type: 'document', text: 'marker text', title: 'notes' }),
      marker: 'marker text',
    },
    documentCitations: {
      messages: ask({ type: 'document', text: 'All.', isCited: true }),
      marker: '"citations":{"enabled":true}',
    },
    audio: { messages: ask({ type: 'audio', mediaType: 'audio/wav', data: 'bWFya2Vy' }), marker: 'bWFya2Vy' },
    toolResultImages: {
      messages: [
        question,
        call,
        {
          role: 'tool',
          toolCallId: 'call_1',
          toolName: 'look',
          content: [{ type: 'image', mediaType: 'image/png', data: 'bWFya2Vy' }],
        },
      ],
      marker: 'bWFya2Vy',
    },
    toolErrors: {
      messages: [
        question,
        call,
        { role: 'tool', toolCallId: 'call_1', toolName: 'look', content: 'marker failure', isError: true },
      ],
      marker: 'marker failure',
    },
    laterSystemMessages: {
      messages: [question, { role: 'system', content: 'marker instruction' }, question],
      marker: 'marker instruction',
    },
    refusals: {
      messages: [
        question,
        { role: 'assistant', content: [{ type: 'refusal', text: 'marker refusal' }] },
        question,
      ],
      marker: 'marker refusal',
    },
    hostedItems: {
      messages: [
        question,
        {
          role: 'assistant',
          content: [
            { type: 'hosted', wire, item: hostedItem(wire) },
            { type: 'text', text: 'Found.' },
          ],
        },
        question,
      ],
      marker: 'marker_item',
    },
    assistantMedia: {
      messages: [
        question,
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Here.' },
            { type: 'image', mediaType: 'image/png', data: 'bWFya2Vy' },
          ],
        },
        question,
      ],
      marker: 'bWFya2Vy',
    },
  })[feature] as FeatureSample;

const grammarSample = (syntax: 'gbnf' | 'lark' | 'regex', text: string): FeatureSample => ({
  fields: { responseFormat: { type: 'grammar', grammar: { syntax, text } } },
  marker: JSON.stringify(text).slice(1, -1),
});

/** What the service's own search or code left in the conversation. */
function hostedItem(wire: WireName): Readonly<Record<string, unknown>> {
  switch (wire) {
    case 'anthropic-messages':
      return {
        type: 'server_tool_use',
        id: 'srvtoolu_1',
        name: 'web_search',
        input: { query: 'marker_item' },
      };
    case 'gemini-generate-content':
      return { executableCode: { language: 'PYTHON', code: 'marker_item' } };
    default:
      return { type: 'web_search_call', id: 'marker_item', status: 'completed' };
  }
}

/** An answer with reasoning that the services of this wire want back. */
function signedAnswer(wire: WireName): Message {
  const call = { type: 'tool-call', id: 'call_1', name: 'look', input: '{}' } as const;
  const reasoning = (signature: string) => ({ type: 'reasoning', text: 'bWFya2Vy', signature }) as const;
  switch (wire) {
    case 'anthropic-messages':
      return {
        role: 'assistant',
        content: [
          reasoning(
            `anthropic:${JSON.stringify([{ type: 'thinking', thinking: 'bWFya2Vy', signature: 'bWFya2Vy' }])}`,
          ),
          call,
        ],
      };
    case 'openai-responses':
      return {
        role: 'assistant',
        content: [
          reasoning(
            `openai:${JSON.stringify({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'bWFya2Vy' })}`,
          ),
          call,
        ],
      };
    case 'gemini-generate-content':
      return { role: 'assistant', content: [{ ...call, signature: 'gemini:bWFya2Vy' }] };
    default:
      return {
        role: 'assistant',
        content: [
          reasoning(
            `openai-chat:${JSON.stringify({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'bWFya2Vy' }] })}`,
          ),
          call,
        ],
      };
  }
}

/** The request of a sample, with tools where it has none of its own. */
export const sampleRequest = ({ fields, messages = [question] }: FeatureSample): CompletionRequest => ({
  messages,
  tools: [{ name: 'look', inputSchema: schema }],
  ...fields,
});
