/** Requests without what a service has refused before. */
import type { ErrorResponse, WireFormat, WireRequest } from '../wire/wire-format.ts';

/** Fields that are left out for one model at most; a service that refuses more wants something else. */
const mostLeftOut = 3;

/** Remembers for each model what had to be left out, so that later requests are light from the start. */
export function unsupportedFieldDropper({ dropUnsupportedField }: Pick<WireFormat, 'dropUnsupportedField'>) {
  const known = new Map<string, ErrorResponse[]>();

  return (model: string, whole: WireRequest) => {
    const place = `${whole.path} ${model}`;
    let request = whole;
    let applied = 0;
    /** Leaves out what is known by now, each once: some refusals name the field to use as well. */
    const lighten = (): void => {
      const refusals = known.get(place) ?? [];
      for (; applied < refusals.length; applied++) {
        const refusal = refusals[applied];
        if (refusal) request = dropUnsupportedField?.(request, refusal) ?? request;
      }
    };
    lighten();
    return {
      /** As this model takes it, as far as is known. */
      get request() {
        return request;
      },
      /** Whether there is a lighter request to be tried after this refusal; the refusal is final otherwise. */
      dropNamedBy(refusal: ErrorResponse): boolean {
        const refusals = known.get(place) ?? [];
        // Another request may have found out meanwhile.
        if (refusals.length === applied) {
          if (applied >= mostLeftOut || !dropUnsupportedField?.(request, refusal)) return false;
          known.set(place, [...refusals, refusal]);
        }
        lighten();
        return true;
      },
    };
  };
}
