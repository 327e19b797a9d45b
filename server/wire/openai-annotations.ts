/** What OpenAI adds to the text of an answer: its sources, and how likely each token was. */
import type { TokenLogprob } from '../../shared/chat.ts';
import type { Citation } from '../../shared/content.ts';
import { fieldsOf, listOf } from './json-fields.ts';
import { sealSignature } from './signatures.ts';

/** https://platform.openai.com/docs/api-reference/chat/object#chat-object-choices-logprobs */
export function tokenLogprobs(list: unknown): readonly TokenLogprob[] {
  return listOf(list).flatMap((entry): TokenLogprob[] => {
    const found = tokenOf(entry);
    if (!found) return [];
    const top = listOf(fieldsOf(entry)?.['top_logprobs']).flatMap((each) => tokenOf(each) ?? []);
    return [{ ...found, ...(top.length > 0 ? { top } : {}) }];
  });
}

function tokenOf(entry: unknown): { readonly token: string; readonly logprob: number } | undefined {
  const { token, logprob } = fieldsOf(entry) ?? {};
  return typeof token === 'string' && typeof logprob === 'number' ? { token, logprob } : undefined;
}

/** The same, as a client of OpenAI's wires reads it. */
export const logprobField = ({ token, logprob, top = [] }: TokenLogprob): object => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
  top_logprobs: top.map((each) => ({ ...each, bytes: [...Buffer.from(each.token)] })),
});

/**
 * https://platform.openai.com/docs/guides/tools-web-search#output-and-citations
 * @param offset of the text that the annotation counts in. Absent: it is all the text
 */
export function citationOf(annotation: unknown, offset = 0): readonly Citation[] {
  const fields = fieldsOf(annotation);
  const source = fieldsOf(fields?.['url_citation']) ?? fields;
  const { url, title, content, filename, file_id: file, index } = source ?? {};
  const { start_index: start = index, end_index: end = index } = source ?? {};
  const named = title ?? filename;
  if (typeof url !== 'string' && typeof file !== 'string') return [];
  return [
    {
      ...(typeof url === 'string' ? { url } : {}),
      ...(typeof named === 'string' ? { title: named } : {}),
      ...(typeof content === 'string' ? { quote: content } : {}),
      ...(typeof start === 'number' && typeof end === 'number' && start >= 0 && end >= start
        ? { start: start + offset, end: end + offset }
        : {}),
      ...(typeof file === 'string' ? { signature: sealSignature('openai', file) } : {}),
    },
  ];
}
