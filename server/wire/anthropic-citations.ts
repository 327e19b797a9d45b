/** Anthropic's citations, which are of a block of text each. https://platform.claude.com/docs/en/build-with-claude/citations */
import type { Citation } from '../../shared/content.ts';
import type { Fields } from './json-fields.ts';
import { sealSignature, unsealSignature } from './signatures.ts';

const units = {
  char_location: { unit: 'characters', fields: ['start_char_index', 'end_char_index'] },
  page_location: { unit: 'pages', fields: ['start_page_number', 'end_page_number'] },
  content_block_location: { unit: 'blocks', fields: ['start_block_index', 'end_block_index'] },
} as const;

/**
 * @param citation as the service sends it; anything else is none
 * @param span of the text that cites
 */
export function citationIn(
  citation: unknown,
  span: { readonly start: number; readonly end: number },
): readonly Citation[] {
  if (typeof citation !== 'object' || citation === null) return [];
  const fields = citation as Fields;
  const { type, cited_text: quote, title, document_title: documentTitle } = fields;
  const named = title ?? documentTitle;
  const common = {
    ...(typeof named === 'string' ? { title: named } : {}),
    ...(typeof quote === 'string' ? { quote } : {}),
    ...span,
  };
  if (type === 'web_search_result_location') {
    const { url, encrypted_index: index } = fields;
    if (typeof url !== 'string') return [];
    return [
      {
        url,
        ...common,
        ...(typeof index === 'string' ? { signature: sealSignature('anthropic', index) } : {}),
      },
    ];
  }
  if (type === 'search_result_location') {
    const { source: url, search_result_index: index } = fields;
    if (typeof url !== 'string') return [];
    const source = sourceIn(fields, units.content_block_location);
    return [
      {
        url,
        ...common,
        ...source,
        ...(typeof index === 'number' ? { signature: sealSignature('anthropic', `result:${index}`) } : {}),
      },
    ];
  }
  const unit =
    typeof type === 'string' && Object.hasOwn(units, type) ? units[type as keyof typeof units] : undefined;
  const { document_index: document } = fields;
  if (!unit || typeof document !== 'number') return [];
  return [{ document, ...common, ...sourceIn(fields, unit) }];
}

function sourceIn(
  fields: Fields,
  { unit, fields: names }: (typeof units)[keyof typeof units],
): Pick<Citation, 'source'> {
  const [start, end] = names.map((name) => fields[name]);
  return Number.isInteger(start) && Number.isInteger(end)
    ? { source: { unit, start: start as number, end: end as number } }
    : {};
}

/** Back to the service that made it; none for what it would not accept. */
export function anthropicCitations(citation: Citation): readonly object[] {
  const { url, title = null, quote: cited_text = '', document, source, signature } = citation;
  const own = unsealSignature('anthropic', signature);
  const result = own?.startsWith('result:') ? Number(own.slice('result:'.length)) : undefined;
  if (result !== undefined && url !== undefined && source)
    return [
      {
        type: 'search_result_location',
        cited_text,
        source: url,
        title,
        search_result_index: result,
        start_block_index: source.start,
        end_block_index: source.end,
      },
    ];
  if (own !== undefined && url !== undefined)
    return [{ type: 'web_search_result_location', cited_text, url, title, encrypted_index: own }];
  if (document === undefined || !source) return [];
  const found = Object.entries(units).find(([, { unit }]) => unit === source.unit);
  if (!found) return [];
  const [type, { fields }] = found;
  return [
    {
      type,
      cited_text,
      document_index: document,
      document_title: title,
      [fields[0]]: source.start,
      [fields[1]]: source.end,
    },
  ];
}
