/** The fields of a request that not every model can honour, and what follows for a model that cannot. */
import type { AskParams } from '../../shared/ask.ts';
import { type OptionalRequestField, optionalRequestFields } from '../../shared/chat.ts';

/** What follows when a model cannot honour a field that a request sets: it answers without, or it does not answer. */
const withoutSupport: Readonly<Record<OptionalRequestField, 'drop' | 'exclude'>> = {
  temperature: 'drop',
  topP: 'drop',
  seed: 'drop',
  parallelToolCalls: 'drop',
  metadata: 'drop',
  // The caller reads the answer as one that ends at these texts, or that holds this call.
  stop: 'exclude',
  toolChoice: 'exclude',
};

/** The fields that the request sets and that a model may be unable to honour, by what follows from that. */
export function optionalFieldsOf(
  params: AskParams,
): Record<'drop' | 'exclude', readonly OptionalRequestField[]> {
  const set = optionalRequestFields.filter((field) => isDemanding(params, field));
  return {
    drop: set.filter((field) => withoutSupport[field] === 'drop'),
    exclude: set.filter((field) => withoutSupport[field] === 'exclude'),
  };
}

/** Every service honours `auto` and `none`. */
const isDemanding = (params: AskParams, field: OptionalRequestField): boolean =>
  params[field] !== undefined &&
  !(field === 'toolChoice' && (params.toolChoice === 'auto' || params.toolChoice === 'none'));
